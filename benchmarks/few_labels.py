"""MNIST with 100 labels: the digits that are found of the test images, mean and range over five draws of the labels.

`objectives.SemiSupervised` on pixels (M2 of Kingma et al. 2014) and on a VAE's codes (M1+M2), beside logistic
regression and the nearest neighbour on the same labels, on pixels and on the same codes. Ten labels of each digit are
drawn from the first 55,000 training images; the others go without. The codes are of the VAE without a condition that
`benchmarks/conditions.py` trains, which sees no label: a draw from q(z|x) in each epoch to train on, means to test.
Settings were chosen on the last 5,000 training images; test images are looked at for the table alone. Printed and
written to `results/few_labels.json`. Each training is kept in `--runs` and not repeated.

    python benchmarks/conditions.py
    python benchmarks/few_labels.py
"""

import argparse
import json
import pathlib
import time

import keras
import numpy as np
import reports
import sklearn.linear_model
import sklearn.neighbors
import tensorflow as tf
from conditions import EVENT_SHAPE, NUM_CLASSES, TEST, TRAIN, VALIDATION, accuracy, images_and_labels

from keras_vae import VAE, Decoder, Encoder, conditions, likelihoods, load_model, networks, objectives, posteriors
from keras_vae.runs.schedules import learning_rate_schedule

DRAWS, OF_EACH, BATCH_SIZE, LEARNING_RATE = 5, 10, 200, 1e-3
# How often each labelled example comes in an epoch, so that each batch has some.
REPEATED = 50
# Settings of the model of codes, and of the one of pixels.
OF_CODES = {"units": 256, "latent_dim": 8, "alpha": 20.0}
OF_PIXELS = {"units": 256, "latent_dim": 16, "alpha": 50.0}


def main():
    """Draws labels, trains, classifies, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir")
    parser.add_argument("--runs", type=pathlib.Path, default=pathlib.Path("runs/conditions"))
    parser.add_argument("--code-epochs", type=int, default=15)
    parser.add_argument("--pixel-epochs", type=int, default=15)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--validation", action="store_true", help="test on the validation images, to choose settings")
    parser.add_argument("--only-codes", action="store_true")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    x, labels = images_and_labels(TRAIN, options.data_dir, None)
    test = images_and_labels(VALIDATION if options.validation else TEST, options.data_dir, None)
    vae = load_model(options.runs / "no_condition" / "model.keras")
    codes = Codes(vae, x)
    test_codes = codes.standardised(vae.encode(test[0]))
    rows = {}
    for draw in range(options.draws):
        some = drawn_labels(labels, draw)
        known = some >= 0
        flat, test_flat = (images.reshape(len(images), -1) for images in (x, test[0]))
        found = {}
        for name, train_x, test_x in (("pixels", flat, test_flat), ("codes", codes.means, test_codes)):
            found |= classical(name, train_x[known], some[known], test_x, test[1])
        found["SemiSupervised, codes"] = of_codes(options, codes, some, draw, test_codes, test[1])
        if not options.only_codes:
            found["SemiSupervised, pixels"] = of_pixels(options, x, some, draw, *test)
        print(draw, found, flush=True)
        for name, value in found.items():
            rows.setdefault(name, []).append(value)
    print(reports.table([["100 labels", "mean", "range"], *map(cells, rows, rows.values())]))
    if not options.validation:
        settings = {"epochs": {"codes": options.code_epochs, "pixels": options.pixel_epochs}, "batch_size": BATCH_SIZE}
        settings |= {"codes": OF_CODES, "pixels": OF_PIXELS, "learning_rate": LEARNING_RATE, "repeated": REPEATED}
        reports.write(options.output / "few_labels.json", {"settings": settings, "rows": rows})


class Codes:
    """Standardised codes of a VAE: means, and draws from q(z|x)."""

    def __init__(self, vae, x):
        codes = vae.encode(x)
        self._mean, self._scale = codes.mean(axis=0), codes.std(axis=0)
        context = vae.over_batches(vae.posterior_parameters, x)
        self._deviations = np.concatenate([np.exp(0.5 * np.asarray(q["log_variance"])) for q in context])
        self._deviations /= self._scale
        self.means = self.standardised(codes)

    def standardised(self, codes) -> np.ndarray:
        """Codes in units of their own mean and standard deviation."""
        return ((codes - self._mean) / self._scale).astype(np.float32)

    def batches(self, labels) -> tf.data.Dataset:
        """Batches of draws, other ones in each epoch, with the labels that are known repeated."""
        rows = repeated(labels)
        data = tf.data.Dataset.from_tensor_slices((self.means[rows], self._deviations[rows], labels[rows]))
        data = data.shuffle(len(rows)).batch(BATCH_SIZE, drop_remainder=True)

        def drawn(mean, deviation, label):
            return {"x": mean + deviation * tf.random.normal(tf.shape(mean)), "condition": label}

        return data.map(drawn, tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def drawn_labels(labels, draw: int) -> np.ndarray:
    """Labels of which all but ten of each digit are -1."""
    rng, some = np.random.default_rng(draw), np.full_like(labels, -1)
    for digit in range(NUM_CLASSES):
        chosen = rng.choice(np.flatnonzero(labels == digit), OF_EACH, replace=False)
        some[chosen] = digit
    return some


def repeated(labels) -> np.ndarray:
    """Rows of an epoch: each once, and those with a label more often."""
    return np.concatenate([np.arange(len(labels)), np.repeat(np.flatnonzero(labels >= 0), REPEATED - 1)])


def classical(name, x, labels, test_x, test_labels) -> dict:
    """Logistic regression and the nearest neighbour."""
    models = {
        "logistic regression": sklearn.linear_model.LogisticRegression(max_iter=5000),
        "nearest neighbour": sklearn.neighbors.KNeighborsClassifier(1),
    }
    return {f"{kind}, {name}": float(m.fit(x, labels).score(test_x, test_labels)) for kind, m in models.items()}


def of_codes(options, codes, labels, draw, test_codes, test_labels) -> float:
    """M1+M2: a semi-supervised VAE of codes."""
    size = codes.means.shape[1]
    return kept(
        options,
        f"codes_{draw}",
        lambda: semi_supervised((size,), likelihoods.Normal((size,), scale="shared"), **OF_CODES),
        codes.batches(labels),
        options.code_epochs,
        test_codes,
        test_labels,
        draw,
    )


def of_pixels(options, x, labels, draw, test_x, test_labels) -> float:
    """M2: a semi-supervised VAE of images, binarised afresh in each epoch."""
    rows = repeated(labels)
    data = tf.data.Dataset.from_tensor_slices((x[rows], labels[rows])).shuffle(len(rows))

    def binarised(images, some):
        return {"x": tf.cast(tf.random.uniform(tf.shape(images)) < images, tf.float32), "condition": some}

    data = data.batch(BATCH_SIZE, drop_remainder=True).map(binarised, tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
    make = lambda: semi_supervised(EVENT_SHAPE, likelihoods.Bernoulli(EVENT_SHAPE), **OF_PIXELS)  # noqa: E731
    test_x = (test_x > 0.5).astype(np.float32)
    return kept(options, f"pixels_{draw}", make, data, options.pixel_epochs, test_x, test_labels, draw)


def semi_supervised(event_shape, likelihood, units, latent_dim, alpha) -> VAE:
    """A dense VAE with labels, most of which may be missing."""
    return VAE(
        Encoder(networks.dense([units, units]), posteriors.DiagonalNormal(latent_dim)),
        Decoder(networks.dense([units, units]), likelihood),
        condition=conditions.Labels(NUM_CLASSES),
        objective=objectives.SemiSupervised(alpha, class_probabilities="uniform"),
    )


def kept(options, name, make, data, epochs, x, labels, seed) -> float:
    """The accuracy of a model after its training, or as it was found before."""
    path = options.runs / f"few_labels{'_validation' if options.validation else ''}" / f"{name}.json"
    if not path.exists():
        keras.utils.set_random_seed(seed)
        vae = make()
        rate = learning_rate_schedule("cosine", LEARNING_RATE, epochs * len(data))
        vae.compile(keras.optimizers.Adam(rate))
        start = time.monotonic()
        vae.fit(data, epochs=epochs, verbose=2)
        found = {"accuracy": accuracy(vae.classify(x, num_samples=20, seed=0), labels)}
        found["minutes"] = (time.monotonic() - start) / 60
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found), encoding="utf-8")
    return json.loads(path.read_text(encoding="utf-8"))["accuracy"]


def cells(name, shares) -> list[str]:
    """A row of the table."""
    return [name, f"{np.mean(shares):.1%}", f"{min(shares):.1%} to {max(shares):.1%}"]


if __name__ == "__main__":
    main()
