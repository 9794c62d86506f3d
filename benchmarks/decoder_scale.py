"""What the scale of a normal decoder is worth: averaged squared error, a fixed scale, a learned one, the optimal one.

One dense VAE on MNIST's grey values in [0, 1], trained with each scale from the same seed. Printed and written to
`results/decoder_scale.json`:

- the test negative ELBO in nats for each image;
- the Frechet distance between test images and what the model generates, x drawn from p(x|z) at z from the prior, in
  the features of a small classifier of digits: how far mean and covariance of the features are from the data's;
- the same for the means of p(x|z) alone, which hides the noise that a scale stands for.

    python benchmarks/decoder_scale.py
"""

import argparse
import json
import pathlib

import keras
import numpy as np

from keras_vae import VAE, datasets, likelihoods
from keras_vae.runs.environment import versions

EVENT_SHAPE, LATENT_DIM, SAMPLES = (28, 28, 1), 16, 10_000
SIZE = 28 * 28
SCALES = {
    "averaged squared error (scale^2 = D/2)": (SIZE / 2) ** 0.5,
    "fixed, unit": 1.0,
    "summed squared error (scale^2 = 1/2)": 0.5**0.5,
    "shared, learned": "shared",
    "optimal": "optimal",
}


def main():
    """Trains, measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--images", type=int, default=60_000, help="training images")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    train, labels = images(f"train[:{options.images}]", options.data_dir)
    test, _ = images("test", options.data_dir)
    features = digit_features(train, labels)
    rows = {name: measured(scale, train, test, features, options.epochs) for name, scale in SCALES.items()}
    print(table(rows))
    results = {"epochs": options.epochs, "images": options.images}
    options.output.mkdir(exist_ok=True)
    path = options.output / "decoder_scale.json"
    path.write_text(json.dumps({**results, "versions": versions(), "rows": rows}, indent=2) + "\n", encoding="utf-8")


def images(split, data_dir) -> tuple[np.ndarray, np.ndarray]:
    """All images of a split, and their labels."""
    dataset = datasets.load("mnist", split, 1000, with_labels=True, data_dir=data_dir, seed=0)
    batches = list(dataset.as_numpy_iterator())
    return tuple(np.concatenate(parts) for parts in zip(*batches, strict=True))


def digit_features(train, labels) -> keras.Model:
    """The hidden layer of a classifier of digits: `(batch, 28, 28, 1)` to `(batch, 64)`."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    hidden = keras.Sequential(
        [
            layers.Input(EVENT_SHAPE),
            layers.Conv2D(16, 3, 2, "same", activation="relu"),
            layers.Conv2D(32, 3, 2, "same", activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
        ]
    )
    classifier = keras.Sequential([hidden, layers.Dense(10)])
    classifier.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), steps_per_execution=50)
    classifier.fit(train, labels, batch_size=100, epochs=3, verbose=0)
    return hidden


def measured(scale, train, test, features, epochs) -> dict:
    """Trains a VAE with a scale, and measures it."""
    keras.utils.set_random_seed(0)
    vae = VAE.for_shape(EVENT_SHAPE, LATENT_DIM, likelihood=likelihoods.Normal(EVENT_SHAPE, scale))
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, epochs * -(-len(train) // 100))
    vae.compile(keras.optimizers.Adam(schedule), steps_per_execution=50)
    vae.fit(train, batch_size=100, epochs=epochs, verbose=0)
    figures = vae.evaluate(test, verbose=0, return_dict=True)
    distances = {
        name: frechet_distance(*(features.predict(x, 1000, verbose=0) for x in (samples, test)))
        for name, samples in (
            ("draws", vae.sample(SAMPLES, seed=0)),
            ("means", vae.sample(SAMPLES, seed=0, mean=True)),
        )
    }
    return {
        "scale": float(used_scale(vae, test)),
        "negative_elbo": figures["negative_elbo"],
        "kl": figures["kl"],
        "reconstruction_rmse": float(np.sqrt(np.mean((test - vae.reconstruct(test)) ** 2))),
        "frechet_distance_of_draws": distances["draws"],
        "frechet_distance_of_means": distances["means"],
    }


def used_scale(vae, test):
    """The scale that the decoder uses."""
    params = vae.decoder(vae.encode(test[:1]))
    return np.exp(params["log_scale"]).ravel()[0] if "log_scale" in params else vae.decoder.likelihood.scale


def frechet_distance(first, second) -> float:
    """Squared 2-Wasserstein distance between normal distributions fitted to two sets of features.

    Source: Dowson and Landau 1982, "The Frechet distance between multivariate normal distributions".
    """
    first, second = first.astype(np.float64), second.astype(np.float64)
    difference = first.mean(axis=0) - second.mean(axis=0)
    covariances = np.cov(first.T), np.cov(second.T)
    values, vectors = np.linalg.eigh(covariances[0])
    root = vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ covariances[1] @ root), 0.0)).sum()
    return float(difference @ difference + np.trace(covariances[0] + covariances[1]) - 2 * cross)


def table(rows) -> str:
    """The measurements as lines."""
    lines = [f"{'scale':<42}{'used':>8}{'-ELBO':>10}{'KL':>8}{'RMSE':>8}{'draws':>11}{'means':>9}"]
    for name, row in rows.items():
        lines.append(
            f"{name:<42}{row['scale']:>8.3f}{row['negative_elbo']:>10.1f}{row['kl']:>8.2f}"
            f"{row['reconstruction_rmse']:>8.3f}{row['frechet_distance_of_draws']:>11.1f}"
            f"{row['frechet_distance_of_means']:>9.1f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
