"""What the scale of a normal decoder is worth: averaged squared error, a fixed scale, a learned one, the optimal one.

One dense VAE on MNIST's grey values in [0, 1], trained with each scale from the same seed on the same batches. Printed
and written to `results/decoder_scale.json`:

- the test negative ELBO in nats for each image;
- the same at the scale that is best for the training images after training, which is what a person could still do;
- the Frechet distance between samples and test images, on the 32 leading principal components of the training images:
  how far the samples' mean and covariance are from the data's. Draws for it are means of p(x|z).

    python benchmarks/decoder_scale.py
"""

import argparse
import json
import pathlib

import keras
import numpy as np
from scipy import linalg
from sklearn.decomposition import PCA

from keras_vae import VAE, datasets, likelihoods
from keras_vae.runs.machine import versions

EVENT_SHAPE, LATENT_DIM, SAMPLES, COMPONENTS = (28, 28, 1), 16, 5000, 32
SIZE = 28 * 28
SCALES = {
    "averaged squared error (scale^2 = D/2)": (SIZE / 2) ** 0.5,
    "summed squared error (scale^2 = 1/2)": 0.5**0.5,
    "shared, learned": "shared",
    "optimal": "optimal",
}


def main():
    """Trains, measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--images", type=int, default=10_000, help="training images")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    test = arrays(datasets.load("mnist", "test", 1000, data_dir=options.data_dir))
    train = arrays(datasets.load("mnist", f"train[:{options.images}]", 1000, data_dir=options.data_dir, seed=0))
    features = PCA(COMPONENTS, random_state=0).fit(train.reshape(len(train), SIZE))
    rows = {name: measured(scale, train, test, features, options.epochs) for name, scale in SCALES.items()}
    print(table(rows))
    results = {"epochs": options.epochs, "images": options.images}
    options.output.mkdir(exist_ok=True)
    path = options.output / "decoder_scale.json"
    path.write_text(json.dumps({**results, "versions": versions(), "rows": rows}, indent=2) + "\n", encoding="utf-8")


def arrays(dataset) -> np.ndarray:
    """All images of a dataset."""
    return np.concatenate(list(dataset.as_numpy_iterator()))


def measured(scale, train, test, features, epochs) -> dict:
    """Trains a VAE with a scale, and measures it."""
    keras.utils.set_random_seed(0)
    vae = VAE.for_shape(EVENT_SHAPE, LATENT_DIM, likelihood=likelihoods.Normal(EVENT_SHAPE, scale))
    steps = epochs * -(-len(train) // 100)
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, steps)
    vae.compile(keras.optimizers.Adam(schedule), steps_per_execution=50)
    vae.fit(train, batch_size=100, epochs=epochs, verbose=0)
    figures = vae.evaluate(test, verbose=0, return_dict=True)
    samples = vae.sample(SAMPLES, seed=0, mean=True)
    best = np.sqrt(np.mean((train - vae.reconstruct(train)) ** 2))
    return {
        "negative_elbo": figures["negative_elbo"],
        "kl": figures["kl"],
        "scale": float(used_scale(vae, test)),
        "reconstruction_rmse": float(np.sqrt(np.mean((test - vae.reconstruct(test)) ** 2))),
        "best_scale": float(best),
        "negative_elbo_at_best_scale": float(-at_scale(vae, float(best)).elbo(test, seed=0).mean()),
        "frechet_distance": frechet_distance(features.transform(flat(samples)), features.transform(flat(test))),
    }


def used_scale(vae, test):
    """The scale that the decoder uses."""
    params = vae.decoder(vae.encode(test[:1]))
    return np.exp(params["log_scale"]).ravel()[0] if "log_scale" in params else vae.decoder.likelihood.scale


def at_scale(vae, scale) -> VAE:
    """The same model with another constant scale."""
    other = VAE.for_shape(EVENT_SHAPE, LATENT_DIM, likelihood=likelihoods.Normal(EVENT_SHAPE, scale))
    other.encoder.set_weights(vae.encoder.get_weights())
    other.decoder.network.set_weights(vae.decoder.network.get_weights())
    other.decoder.likelihood.projection.set_weights(vae.decoder.likelihood.projection.get_weights())
    return other


def flat(images) -> np.ndarray:
    """Images as rows."""
    return images.reshape(len(images), -1)


def frechet_distance(first, second) -> float:
    """Squared 2-Wasserstein distance between normal distributions fitted to two sets of features.

    Source: Dowson and Landau 1982, "The Frechet distance between multivariate normal distributions".
    """
    difference = first.mean(axis=0) - second.mean(axis=0)
    covariances = np.cov(first.T), np.cov(second.T)
    root = linalg.sqrtm(covariances[0] @ covariances[1])
    return float(difference @ difference + np.trace(covariances[0] + covariances[1] - 2 * np.real(root)))


def table(rows) -> str:
    """The measurements as lines."""
    lines = [f"{'scale':<42}{'used':>8}{'-ELBO':>10}{'best scale':>12}{'-ELBO there':>13}{'KL':>8}{'Frechet':>9}"]
    for name, row in rows.items():
        lines.append(
            f"{name:<42}{row['scale']:>8.3f}{row['negative_elbo']:>10.1f}{row['best_scale']:>12.3f}"
            f"{row['negative_elbo_at_best_scale']:>13.1f}{row['kl']:>8.2f}{row['frechet_distance']:>9.2f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
