"""MNIST with 100 labels: the digits that are found of the test images, mean and range over five draws of the labels.

`objectives.SemiSupervised` on pixels (M2 of Kingma et al. 2014, without a network for q(y|x)), beside logistic
regression and the nearest neighbour on the same labels, on pixels and on the mean codes of the VAE without a condition
that `benchmarks/conditions.py` trains. Ten labels of each digit are drawn from the first 55,000 training images; the
others go without. With beta above 1 codes cost more than the class, which has to tell what it can.
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
REPEATED = 20
UNITS, LATENT_DIM, ALPHA, BETA = 256, 10, 50.0, 5.0


def main():
    """Draws labels, trains, classifies, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir")
    parser.add_argument("--runs", type=pathlib.Path, default=pathlib.Path("runs/conditions"))
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--validation", action="store_true", help="test on the validation images, to choose settings")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    x, labels = images_and_labels(TRAIN, options.data_dir, None)
    test = images_and_labels(VALIDATION if options.validation else TEST, options.data_dir, None)
    vae = load_model(options.runs / "no_condition_1" / "model.keras")
    codes, test_codes = vae.encode(x), vae.encode(test[0])
    rows = {}
    for draw in range(options.draws):
        some = drawn_labels(labels, draw)
        known = some >= 0
        flat, test_flat = (images.reshape(len(images), -1) for images in (x, test[0]))
        found = {}
        for name, train_x, test_x in (("pixels", flat, test_flat), ("codes", codes, test_codes)):
            found |= classical(name, train_x[known], some[known], test_x, test[1])
        found["SemiSupervised, pixels"] = semi_supervised(options, x, some, draw, *test)
        print(draw, found, flush=True)
        for name, value in found.items():
            rows.setdefault(name, []).append(value)
    print(reports.table([["100 labels", "mean", "range"], *map(cells, rows, rows.values())]))
    if not options.validation:
        settings = {"epochs": options.epochs, "batch_size": BATCH_SIZE, "units": UNITS, "latent_dim": LATENT_DIM}
        settings |= {"alpha": ALPHA, "beta": BETA, "learning_rate": LEARNING_RATE, "repeated": REPEATED}
        reports.write(options.output / "few_labels.json", {"settings": settings, "rows": rows})


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


def semi_supervised(options, x, labels, draw, test_x, test_labels) -> float:
    """The accuracy of a model after its training, or as it was found before; images are binarised in each epoch."""
    path = options.runs / f"few_labels{'_validation' if options.validation else ''}" / f"{draw}.json"
    if not path.exists():
        keras.utils.set_random_seed(draw)
        data, vae = batches(x, labels), model()
        rate = learning_rate_schedule("cosine", LEARNING_RATE, options.epochs * len(data))
        vae.compile(keras.optimizers.Adam(rate))
        start = time.monotonic()
        vae.fit(data, epochs=options.epochs, verbose=2)
        minutes = (time.monotonic() - start) / 60
        probabilities = vae.classify((test_x > 0.5).astype(np.float32), num_samples=20, seed=0)
        path.parent.mkdir(parents=True, exist_ok=True)
        found = {"accuracy": accuracy(probabilities, test_labels), "minutes": minutes}
        path.write_text(json.dumps(found), encoding="utf-8")
    return json.loads(path.read_text(encoding="utf-8"))["accuracy"]


def batches(x, labels) -> tf.data.Dataset:
    """Shuffled batches, with the labels that are known repeated."""
    rows = repeated(labels)
    data = tf.data.Dataset.from_tensor_slices((x[rows], labels[rows])).shuffle(len(rows))

    def binarised(images, some):
        return {"x": tf.cast(tf.random.uniform(tf.shape(images)) < images, tf.float32), "condition": some}

    return data.batch(BATCH_SIZE, drop_remainder=True).map(binarised, tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def model() -> VAE:
    """A dense VAE with labels, most of which may be missing."""
    return VAE(
        Encoder(networks.dense([UNITS, UNITS]), posteriors.DiagonalNormal(LATENT_DIM)),
        Decoder(networks.dense([UNITS, UNITS]), likelihoods.Bernoulli(EVENT_SHAPE)),
        objective=objectives.SemiSupervised(ALPHA, class_probabilities="uniform"),
        beta=BETA,
        condition=conditions.Labels(NUM_CLASSES),
    )


def cells(name, shares) -> list[str]:
    """A row of the table."""
    return [name, f"{np.mean(shares):.1%}", f"{min(shares):.1%} to {max(shares):.1%}"]


if __name__ == "__main__":
    main()
