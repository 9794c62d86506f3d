"""Which codes are sparse: of autoencoders, of sparse ones, and of VAEs with a normal and with a Laplace prior.

The same dense network, the same 64 units of code and the same likelihood, N(x̂, 0.1^2) on grey values in [0, 1], for
all of them: on MNIST where TensorFlow Datasets has it, on the embedded digits otherwise. Measured on the test images,
with the posterior's mean for a VAE's code, printed, and written to `results/sparsity.json`:

- the mean squared error of reconstructions;
- Hoyer's sparsity of the codes, and the fraction of units that are active for an image;
- the same of the units that are in use alone, whose variance is above a hundredth of the largest: a unit that is off
  for every image makes a code shorter, not sparser;
- for VAEs, whose decoder sees draws, the same of draws; and of noise, for comparison.

A penalty of a code's size asks for small numbers, which a decoder makes large again, and not for zeros. So each sparse
autoencoder is trained twice, once with noise on its code, in which small numbers are lost.

    python benchmarks/sparsity.py
"""

import argparse
import dataclasses
import pathlib
import time
from collections.abc import Callable

import keras
import numpy as np
import reports

from keras_vae import (
    VAE,
    Autoencoder,
    Decoder,
    Encoder,
    datasets,
    evaluation,
    likelihoods,
    networks,
    posteriors,
    priors,
)
from keras_vae.regularizers import KullbackLeiblerSparsity

UNITS, LATENT_DIM, SCALE, SEED = (256,), 64, 0.1, 0
BATCH_SIZE, LEARNING_RATE = 100, 2e-3
# A unit is in use where its variance is above this part of the largest unit's.
IN_USE = 0.01


@dataclasses.dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        posterior: Makes q(z|x).
        prior: Makes p(z); `None` for an autoencoder.
        noise: Standard deviation of noise on the code, in training: what holds its scale, which a decoder could undo.
    """

    posterior: Callable
    prior: Callable | None = None
    noise: float = 0.0


def l1_code():
    """Units that are exactly zero, or cost what they are worth."""
    return posteriors.Deterministic(LATENT_DIM, "relu", keras.regularizers.L1(3.0))


def rare_code():
    """Units that are on in one image of twenty, on average."""
    return posteriors.Deterministic(LATENT_DIM, "sigmoid", KullbackLeiblerSparsity(0.05, 50.0))


ROWS = {
    "autoencoder": Row(lambda: posteriors.Deterministic(LATENT_DIM)),
    "autoencoder, ReLU": Row(lambda: posteriors.Deterministic(LATENT_DIM, "relu")),
    "ReLU, L1": Row(l1_code),
    "ReLU, L1, noise": Row(l1_code, noise=1.0),
    "sigmoid, KL sparsity": Row(rare_code),
    "sigmoid, KL sparsity, noise": Row(rare_code, noise=0.1),
    "VAE, normal prior": Row(lambda: posteriors.DiagonalNormal(LATENT_DIM), lambda: priors.StandardNormal(LATENT_DIM)),
    "VAE, Laplace prior": Row(lambda: posteriors.DiagonalNormal(LATENT_DIM), lambda: priors.Laplace(LATENT_DIM)),
}
COLUMNS = ("mean_squared_error", "hoyer", "fraction_active", "units_in_use", "hoyer_in_use", "fraction_active_in_use")


def main():
    """Trains, measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", help="where TFDS has MNIST")
    parser.add_argument("--dataset", choices=("mnist", "digits"), help="MNIST where it is, by default")
    parser.add_argument("--images", type=int, default=20_000, help="at most so many training images")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    name, train, test = data(options)
    rows, lines = {}, [["code", *COLUMNS]]
    for row_name, row in ROWS.items():
        rows[row_name] = measured(row, train, test, options.epochs)
        lines.append([row_name, *(shown(rows[row_name][column]) for column in COLUMNS)])
        print(reports.table(lines), flush=True)
    settings = {"dataset": name, "images": len(train), "epochs": options.epochs, "seed": SEED, "units": UNITS}
    settings |= {"latent_dim": LATENT_DIM, "scale": SCALE, "learning_rate": LEARNING_RATE, "in_use": IN_USE}
    reports.write(options.output / "sparsity.json", {"settings": settings, "rows": rows, "noise": noise(len(test))})


def data(options) -> tuple[str, np.ndarray, np.ndarray]:
    """The name of the data, and its training and test images as grey values in [0, 1]."""
    if options.dataset != "digits":
        try:
            return "mnist", *(images("mnist", split, options) for split in (f"train[:{options.images}]", "test"))
        except ValueError:
            if options.dataset == "mnist":
                raise
    return "digits", images("digits", "train", options)[: options.images], images("digits", "test", options)


def images(name, split, options) -> np.ndarray:
    """All images of a split."""
    batches = datasets.load(name, split, 1000, data_dir=options.data_dir, seed=SEED)
    return np.concatenate(list(batches.as_numpy_iterator()))


def measured(row, train, test, epochs) -> dict:
    """Trains the model of a row, and measures it."""
    keras.utils.set_random_seed(SEED)
    model = build(row, train.shape[1:])
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, epochs * -(-len(train) // BATCH_SIZE))
    model.compile(keras.optimizers.Adam(schedule))
    started = time.perf_counter()
    model.fit(train, batch_size=BATCH_SIZE, epochs=epochs, verbose=0)
    result = {"seconds": round(time.perf_counter() - started, 1)}
    codes = model.encode(test)
    result |= {"mean_squared_error": evaluation.mean_squared_error(model, test), **sparsity(codes, in_use(codes))}
    if row.prior is not None:
        draws = model.encode(test, sample=True)
        result["draws"] = sparsity(draws, in_use(codes))
    return result


def build(row, event_shape) -> Autoencoder | VAE:
    """The model of a row."""
    encoder = Encoder(networks.dense(UNITS), row.posterior())
    trunk = networks.dense(UNITS[::-1])
    if row.noise:
        trunk = keras.Sequential([keras.layers.GaussianNoise(row.noise, seed=SEED), trunk])
    decoder = Decoder(trunk, likelihoods.Normal(event_shape, SCALE))
    return Autoencoder(encoder, decoder) if row.prior is None else VAE(encoder, decoder, prior=row.prior())


def in_use(codes) -> np.ndarray:
    """Which units vary with the image: booleans `(latent_dim,)`."""
    variances = codes.var(axis=0)
    return variances > IN_USE * variances.max()


def sparsity(codes, used) -> dict:
    """The measures of codes, of all units and of those in use."""
    part = codes[:, used]
    return {
        "hoyer": evaluation.hoyer_sparsity(codes),
        "fraction_active": evaluation.fraction_active(codes),
        "exactly_zero": float(np.mean(codes == 0)),
        "units_in_use": int(used.sum()),
        "hoyer_in_use": evaluation.hoyer_sparsity(part),
        "fraction_active_in_use": evaluation.fraction_active(part),
    }


def noise(count) -> dict:
    """The measures of draws from the priors: of codes that know nothing of any image."""
    used = np.ones(LATENT_DIM, bool)
    makers = {"normal": priors.StandardNormal(LATENT_DIM), "Laplace": priors.Laplace(LATENT_DIM)}
    return {name: sparsity(np.asarray(prior.sample(count, seed=SEED)), used) for name, prior in makers.items()}


def shown(value) -> str:
    """A number for the table."""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
