"""Anomaly detection beside PyOD's and scikit-learn's: same data, same splits, same seeds.

Each task holds one class out as the anomaly and trains on examples of all others; every class is held out in turn, but
for `breast_cancer`, where benign tumours are normal. Of tables 60% of the normal rows are trained on, and the others
are tested on together with all anomalies; of MNIST 1,000 normal training images, and 500 normal and 200 strange test
images. No method sees an anomaly before the test. scikit-learn's methods get standardised columns; the others scale for
themselves. Every method has one setting for all tables, and one for images. With MNIST it is also measured how long the
scores of all 10,000 test images take.

Printed and written to `results/anomaly.json`: area under the ROC curve (AUC), average precision, and seconds of
training and scoring, means over classes and seeds. A method whose package is missing is left out, and rows that are in
the file already are kept:

    python benchmarks/anomaly.py
    python benchmarks/anomaly.py --methods pyod_autoencoder pyod_vae
"""

import argparse
import concurrent.futures
import importlib.util
import json
import multiprocessing
import os
import pathlib
import time
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import sklearn.datasets
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

TABLES = {
    "breast_cancer": sklearn.datasets.load_breast_cancer,
    "wine": sklearn.datasets.load_wine,
    "digits": sklearn.datasets.load_digits,
}
DATA = (*TABLES, "mnist")
TRAINED_ON, MNIST_TRAIN, MNIST_NORMAL, MNIST_STRANGE = 0.6, 1000, 500, 200
MALIGNANT = 0


def main():
    """Measures, prints and writes."""
    # TensorFlow comes with it, and must not be in the workers, which import what is above.
    import reports

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", default=DATA, choices=DATA)
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--data-dir")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    methods = [method for method in options.methods if is_installed(method)]
    # TensorFlow and PyTorch each bring an LLVM of their own, which do not bear each other in one process.
    workers = {name: worker() for name in ("data", *methods)}
    path = options.output / "anomaly.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    rows, scoring = kept.get("rows", {}), kept.get("scoring_seconds", {})
    for name in options.data:
        found = {}
        images = workers["data"].submit(mnist, options.data_dir).result() if name == "mnist" else None
        for held_out, seed, task in tasks(name, options.seeds, images):
            for method in methods:
                figures = workers[method].submit(measured, method, *task).result()
                found.setdefault(method, []).append({"held_out": held_out, "seed": seed} | figures)
        if name == "mnist" and "keras_vae" in methods:
            scoring = workers["keras_vae"].submit(scoring_seconds, images[2]).result()
        rows.setdefault(name, {}).update({method: summary(trials) for method, trials in found.items()})
        print(f"{name}\n{table(rows[name])}\n", flush=True)
        reports.write(path, {"seeds": options.seeds, "scoring_seconds": scoring, "rows": rows})


def worker() -> concurrent.futures.Executor:
    """A process of its own."""
    return concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))


def tasks(name, seeds, images):
    """For each class to hold out and each seed, (class, seed, (training x, test x, whether a test row is strange))."""
    if name == "mnist":
        x, labels, test, test_labels = images
        for held_out in range(10):
            for seed in range(seeds):
                rng = np.random.default_rng(seed)
                train = rng.permutation(np.flatnonzero(labels != held_out))[:MNIST_TRAIN]
                normal = rng.permutation(np.flatnonzero(test_labels != held_out))[:MNIST_NORMAL]
                strange = rng.permutation(np.flatnonzero(test_labels == held_out))[:MNIST_STRANGE]
                chosen = np.concatenate([normal, strange])
                yield held_out, seed, (x[train], test[chosen], test_labels[chosen] == held_out)
        return
    x, labels = TABLES[name](return_X_y=True)
    for held_out in [MALIGNANT] if name == "breast_cancer" else np.unique(labels).tolist():
        for seed in range(seeds):
            normal = np.random.default_rng(seed).permutation(np.flatnonzero(labels != held_out))
            count = int(TRAINED_ON * len(normal))
            chosen = np.concatenate([normal[count:], np.flatnonzero(labels == held_out)])
            yield held_out, seed, (x[normal[:count]], x[chosen], labels[chosen] == held_out)


def mnist(data_dir) -> list[np.ndarray]:
    """Grey images in [0, 1] and their labels, to train on and to test on."""
    from keras_vae import datasets

    arrays = []
    for split in ("train", "test"):
        images = datasets.load("mnist", split, 1000, with_labels=True, data_dir=data_dir, seed=0)
        arrays += [np.concatenate(parts) for parts in zip(*images.as_numpy_iterator(), strict=True)]
    return arrays


def measured(method, train, test, is_strange) -> dict:
    """AUC, average precision and seconds of a method on a task."""
    # What grey values under a Bernoulli likelihood are worth is said in the README.
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    scores = METHODS[method](train, test)
    seconds = time.perf_counter() - start
    return {
        "auc": float(roc_auc_score(is_strange, scores)),
        "average_precision": float(average_precision_score(is_strange, scores)),
        "seconds": seconds,
    }


def scoring_seconds(x) -> dict[str, float]:
    """Seconds that each score of all images takes, binarised, the first time it is asked for so many."""
    from keras_vae import VAE
    from keras_vae.anomaly import AnomalyDetector

    x = (x > 0.5).astype("float32")
    vae, seconds = VAE.for_shape(x.shape[1:], 16), {}
    for score in ("elbo", "reconstruction_probability", "log_likelihood", "mse"):
        detector = AnomalyDetector(vae, score, train=False).fit(x[:500])
        start = time.perf_counter()
        detector.anomaly_scores(x)
        seconds[score] = time.perf_counter() - start
    return seconds


def summary(trials) -> dict:
    """Means over trials, and the trials."""
    means = {key: float(np.mean([trial[key] for trial in trials])) for key in ("auc", "average_precision", "seconds")}
    return {**means, "trials": trials}


def table(rows) -> str:
    """Lines for a person to read."""
    lines = [f"  {'method':<22}{'AUC':>8}{'AP':>8}{'seconds':>9}"]
    for method, row in sorted(rows.items(), key=lambda item: -item[1]["auc"]):
        lines.append(f"  {method:<22}{row['auc']:>8.3f}{row['average_precision']:>8.3f}{row['seconds']:>9.1f}")
    return "\n".join(lines)


def is_installed(method) -> bool:
    """Whether the package of a method is there."""
    return importlib.util.find_spec(method.split("_")[0]) is not None if method.startswith("pyod") else True


def keras_vae_detector(train, test):
    """`AnomalyDetector` around `VAE.for_shape`: of tables the ELBO of 8 latents, of images the squared error of 16."""
    import keras

    from keras_vae import VAE, likelihoods
    from keras_vae.anomaly import AnomalyDetector

    keras.utils.set_random_seed(0)
    shape = train.shape[1:]
    if len(shape) == 1:
        vae, score = VAE.for_shape(shape, 8, likelihood=likelihoods.Tabular(shape)), "elbo"
    else:
        vae, score = VAE.for_shape(shape, 16), "mse"
    return AnomalyDetector(vae, score, contamination=0.1).fit(train).anomaly_scores(test)


def pyod_autoencoder(train, test):
    """PyOD's AutoEncoder with its defaults."""
    from pyod.models.auto_encoder import AutoEncoder

    return _of_pyod(AutoEncoder, train, test)


def pyod_vae(train, test):
    """PyOD's VAE with its defaults."""
    from pyod.models.vae import VAE

    return _of_pyod(VAE, train, test)


def _of_pyod(kind, train, test):
    import torch

    torch.manual_seed(0)
    model = kind(verbose=0)
    model.fit(_flat(train))
    return model.decision_function(_flat(test))


def isolation_forest(train, test):
    """scikit-learn's IsolationForest with its defaults."""
    train, test = _scaled(train, test)
    return -IsolationForest(random_state=0).fit(train).score_samples(test)


def one_class_svm(train, test):
    """scikit-learn's OneClassSVM with nu = 0.1."""
    train, test = _scaled(train, test)
    return -OneClassSVM(nu=0.1).fit(train).score_samples(test)


def nearest_neighbours(train, test):
    """Mean distance to the 5 nearest neighbours."""
    train, test = _scaled(train, test)
    return NearestNeighbors(n_neighbors=5).fit(train).kneighbors(test)[0].mean(axis=1)


def pca_residual(train, test):
    """Squared distance from the principal components that carry 90% of the variance."""
    train, test = _scaled(train, test)
    pca = PCA(0.9, svd_solver="full").fit(train)
    return np.sum((test - pca.inverse_transform(pca.transform(test))) ** 2, axis=1)


def _scaled(train, test):
    if train.ndim > 2:
        return _flat(train), _flat(test)
    scaler = StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(test)


def _flat(x):
    return x.reshape(len(x), -1)


METHODS = {
    "keras_vae": keras_vae_detector,
    "pyod_autoencoder": pyod_autoencoder,
    "pyod_vae": pyod_vae,
    "isolation_forest": isolation_forest,
    "one_class_svm": one_class_svm,
    "nearest_neighbours": nearest_neighbours,
    "pca_residual": pca_residual,
}


if __name__ == "__main__":
    main()
