"""How many drawn digits can be read: the share that a classifier of real digits is sure of.

An image is read where its ten nearest neighbours among the real digits that are for training have one label. Shares of
10,000 images from the VAE that `keras-vae train` makes, from one like it whose prior is a mixture, and from the one
that the command made before, of binarised images; beside them the real digits that are for testing. Draws are of x, as
grey levels, and means are those of p(x|z), which the pictures show. Printed and written to
`results/readable_digits.json`.

    python benchmarks/readable_digits.py

takes `runs/digits` and `runs/binarised`, made by

    keras-vae train
    keras-vae train --likelihood bernoulli --latent-dim 8 --epochs 100 --learning-rate 1e-3 --output runs/binarised
"""

import argparse
import json
import pathlib

import keras
import numpy as np
import reports
import sklearn.neighbors

from keras_vae import VAE, datasets, load_model, priors
from keras_vae.datasets.digits import WHITE, load_digits
from keras_vae.likelihoods import BetaBinomial
from keras_vae.runs.schedules import learning_rate_schedule

NUM_SAMPLES, NUM_NEIGHBOURS, NUM_COMPONENTS, SEED = 10_000, 10, 100, 0


def main():
    """Learns, draws, counts, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=pathlib.Path, default=pathlib.Path("runs"))
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    classifier = sklearn.neighbors.KNeighborsClassifier(NUM_NEIGHBOURS)
    known, real = load_digits("train"), load_digits("test")
    classifier.fit(features(known.pixels), known.labels)
    trained, binarised = (load_model(options.runs / run / "model.keras") for run in ("digits", "binarised"))
    rows = {
        "real digits": {"draws": share_of_sure(classifier, real.pixels)},
        "keras-vae train": shares(classifier, trained),
        "the same, a mixture as prior": shares(classifier, with_mixture(trained, options.runs / "digits")),
        "binarised, 8 latents": shares(classifier, binarised, white=1),
    }
    print(reports.table([["digits", "draws", "means"], *(cells(name, row) for name, row in rows.items())]))
    settings = {"num_samples": NUM_SAMPLES, "num_neighbours": NUM_NEIGHBOURS, "seed": SEED}
    settings |= {"num_components": NUM_COMPONENTS, "accuracy": classifier.score(features(real.pixels), real.labels)}
    reports.write(options.output / "readable_digits.json", {"settings": settings, "rows": rows})


def with_mixture(trained, run) -> VAE:
    """A model as a run made it, with a mixture of normals as its prior."""
    settings = json.loads((run / "metrics.json").read_text(encoding="utf-8"))["settings"]
    data = datasets.load("digits", "train", settings["batch_size"], integers=True, seed=settings["seed"])
    rate = learning_rate_schedule("cosine", settings["learning_rate"], settings["epochs"] * len(data))
    keras.utils.set_random_seed(settings["seed"])
    likelihood = BetaBinomial(trained.event_shape, WHITE + 1)
    fresh = VAE.for_shape(trained.event_shape, trained.latent_dim, likelihood=likelihood)
    vae = VAE(fresh.encoder, fresh.decoder, prior=priors.MixtureOfNormals(trained.latent_dim, NUM_COMPONENTS))
    vae.compile(keras.optimizers.Adam(rate))
    vae.fit(data, epochs=settings["epochs"], verbose=0)
    return vae


def features(images) -> np.ndarray:
    """Images as rows of 64 grey levels."""
    return np.reshape(images, (len(images), -1)).astype(float)


def shares(classifier, vae, white=WHITE) -> dict:
    """The shares of a model's draws and of its means, of which `white` is the largest value."""
    drawn, means = (vae.sample(NUM_SAMPLES, seed=SEED, mean=mean) for mean in (False, True))
    scale = WHITE / white
    return {"draws": share_of_sure(classifier, scale * drawn), "means": share_of_sure(classifier, scale * means)}


def share_of_sure(classifier, images) -> float:
    """The share of images whose nearest neighbours agree."""
    return float(np.mean(classifier.predict_proba(features(images)).max(axis=1) == 1.0))


def cells(name, row) -> list[str]:
    """A row of the table."""
    return [name, *(f"{row[kind]:.1%}" if kind in row else "" for kind in ("draws", "means"))]


if __name__ == "__main__":
    main()
