"""How many drawn digits can be read: the share that a classifier of real digits is sure of.

A support vector machine learns the embedded digits that are for training, with their labels; it is sure of an image
where its probability of one digit is above 0.9. Shares of 10,000 draws from the VAE that `keras-vae train` makes, and
of the one that it made before, of binarised images; beside them the real digits that are for testing. Draws are of x,
as grey levels, and means are those of p(x|z), which the pictures show. Printed and written to
`results/readable_digits.json`.

    python benchmarks/readable_digits.py

takes `runs/digits` and `runs/binarised`, made by

    keras-vae train
    keras-vae train --likelihood bernoulli --latent-dim 8 --epochs 100 --learning-rate 1e-3 --output runs/binarised
"""

import argparse
import pathlib

import numpy as np
import reports
import sklearn.calibration
import sklearn.svm

from keras_vae import datasets, load_model
from keras_vae.runs.machine import versions

NUM_SAMPLES, SURE, SEED = 10_000, 0.9, 0
WHITE = datasets.levels("digits") - 1


def main():
    """Learns, draws, counts, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=pathlib.Path, default=pathlib.Path("runs"))
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    classifier = trained_classifier()
    real, labels = images_and_labels("test")
    rows = {"real digits": {"draws": share_of_sure(classifier, real)}}
    for name, run, white in (("keras-vae train", "digits", WHITE), ("binarised, 8 latents", "binarised", 1)):
        rows[name] = shares(classifier, load_model(options.runs / run / "model.keras"), white)
    print(reports.table([["digits", "draws", "means"], *(cells(name, row) for name, row in rows.items())]))
    accuracy = classifier.score(features(real), labels)
    settings = {"num_samples": NUM_SAMPLES, "sure": SURE, "seed": SEED, "accuracy": accuracy}
    reports.write(options.output / "readable_digits.json", {"settings": settings, "rows": rows, "versions": versions()})


def images_and_labels(split) -> tuple[np.ndarray, np.ndarray]:
    """All images of a split in grey levels 0 to 16, and their labels."""
    batches = datasets.load("digits", split, 500, with_labels=True, integers=True, seed=SEED).as_numpy_iterator()
    return tuple(np.concatenate(parts) for parts in zip(*batches, strict=True))


def trained_classifier():
    """A support vector machine whose decisions are made probabilities on parts that it did not learn from."""
    images, labels = images_and_labels("train")
    machine = sklearn.svm.SVC(gamma=1e-3, C=10.0)
    return sklearn.calibration.CalibratedClassifierCV(machine, cv=5, ensemble=False).fit(features(images), labels)


def features(images) -> np.ndarray:
    """Images as rows of 64 grey levels."""
    return np.reshape(images, (len(images), -1)).astype(float)


def shares(classifier, vae, white) -> dict:
    """The shares of a model's draws and of its means, of which `white` is the largest value."""
    drawn, means = (vae.sample(NUM_SAMPLES, seed=SEED, mean=mean) for mean in (False, True))
    scale = WHITE / white
    return {"draws": share_of_sure(classifier, scale * drawn), "means": share_of_sure(classifier, scale * means)}


def share_of_sure(classifier, images) -> float:
    """The share of images that the classifier gives one digit a probability above `SURE`."""
    return float(np.mean(classifier.predict_proba(features(images)).max(axis=1) > SURE))


def cells(name, row) -> list[str]:
    """A row of the table."""
    return [name, *(f"{row[kind]:.1%}" if kind in row else "" for kind in ("draws", "means"))]


if __name__ == "__main__":
    main()
