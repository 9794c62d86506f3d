"""The rows of Burda et al. 2015 for one stochastic layer on MNIST, in minutes: -log p(x) of a VAE and of IWAEs.

Two kinds of rows: the paper's own network (784-200-200-50, tanh) after a stated number of epochs, and this project's
recipe. Each is trained by `fit` on images that are binarised afresh in each epoch, or once where the row says so, and
tested on all 10,000 test images, binarised once: -log p(x) by 5,000 importance samples, with its standard error over
the images. Printed, and written to `results/burda2015_ROW.json`.

Source: Burda, Grosse and Salakhutdinov 2015, "Importance Weighted Autoencoders", table 1.

    python benchmarks/burda2015.py
    python benchmarks/burda2015.py --rows vae iwae_50
"""

import argparse
import dataclasses
import functools
import pathlib
import time

import keras
import reports

from keras_vae import VAE, Decoder, Encoder, datasets, evaluation, likelihoods, networks, objectives, posteriors
from keras_vae.runs.environment import peak_memory

EVENT_SHAPE, LATENT_DIM, SEED = (28, 28, 1), 50, 0
IMAGES = 60_000
PAPER, OURS = ("tanh", (200, 200)), ("gelu", (500, 500))


@dataclasses.dataclass(frozen=True)
class Stage:
    """A call of `fit`.

    Attributes:
        epochs: Its length.
        num_samples: Codes for each image.
        importance_weighted: Whether the bound is the importance-weighted one, in place of the ELBO.
        start: Learning rate at its start, reached by a linear warm-up over an epoch in the first stage.
        stop: Learning rate at its end, along half a cosine.
    """

    epochs: int
    num_samples: int = 1
    importance_weighted: bool = False
    start: float = 1e-3
    stop: float = 0.0


@dataclasses.dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        network: Activation, and widths of the encoder's layers, which the decoder mirrors.
        stages: What is trained, one after the other.
        published: The source's figure for the same bound, in nats, after 3,280 epochs; or that of another source.
        batch_size: Images for each step.
        binarize: Of the training images, `"dynamic"` or `"static"`.
    """

    network: tuple[str, tuple[int, ...]]
    stages: tuple[Stage, ...]
    published: float
    batch_size: int = 100
    binarize: str = "dynamic"


FIRST = Stage(15, stop=1e-3)
LONG_FIRST = Stage(45, start=2e-3, stop=1e-3)
ROWS = {
    "vae": Row(OURS, (Stage(65, start=2e-3),), 86.76, batch_size=200),
    "vae_5": Row(OURS, (LONG_FIRST, Stage(15, num_samples=5)), 86.47, batch_size=200),
    "vae_50": Row(OURS, (LONG_FIRST, Stage(5, num_samples=50)), 86.35, batch_size=200),
    "iwae_5": Row(OURS, (FIRST, Stage(25, 5, True)), 85.54),
    "iwae_50": Row(OURS, (FIRST, Stage(15, 5, True, stop=1e-3), Stage(22, 50, True)), 84.78),
    "paper_vae": Row(PAPER, (Stage(30),), 86.76),
    "paper_iwae_5": Row(PAPER, (Stage(30, 5, True),), 85.54),
    # Published by Pythae, for 784-400-40 after 500 epochs.
    "static_vae": Row(OURS, (Stage(30),), 89.78, binarize="static"),
}


def main():
    """Trains, measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--data-dir", help="where TFDS finds or puts MNIST")
    parser.add_argument("--num-samples", type=int, default=5000, help="importance samples of the estimate")
    parser.add_argument("--images", type=int, default=10_000, help="at most so many test images")
    parser.add_argument("--short", action="store_true", help="one epoch for each stage, to see that all runs")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    lines = [["row", "epochs", "-log p(x)", "published", "active units", "fit"]]
    for name in options.rows:
        row = shortened(ROWS[name]) if options.short else ROWS[name]
        result = measured(row, options)
        reports.write(options.output / f"burda2015_{name}.json", {"seed": SEED, **dataclasses.asdict(row), **result})
        lines.append(line(name, row, result))
        print(reports.table(lines), flush=True)


def shortened(row) -> Row:
    """The row with one epoch for each stage."""
    return dataclasses.replace(row, stages=tuple(dataclasses.replace(stage, epochs=1) for stage in row.stages))


def measured(row, options) -> dict:
    """Trains the model of a row, and tests it."""
    keras.utils.set_random_seed(SEED)
    load = functools.partial(datasets.load, "mnist", data_dir=options.data_dir)
    train = load("train", row.batch_size, binarize=row.binarize, seed=SEED)
    test = load(f"test[:{options.images}]", 100, binarize="static")
    seconds, vae = [], None
    for stage in row.stages:
        vae = model(row, stage, vae)
        vae.compile(keras.optimizers.Adam(learning_rates(stage, IMAGES // row.batch_size, warm_up=not seconds)))
        started = time.perf_counter()
        vae.fit(train, epochs=stage.epochs, verbose=2)
        seconds.append(round(time.perf_counter() - started, 1))
    started = time.perf_counter()
    estimate = evaluation.log_likelihood(vae, test, options.num_samples, seed=SEED)
    return {
        "fit_seconds": seconds,
        "negative_log_likelihood": -estimate.mean,
        "standard_error": estimate.standard_error,
        "num_examples": estimate.num_examples,
        "num_samples": estimate.num_samples,
        "median_effective_sample_size": float(sorted(estimate.effective_sample_size)[estimate.num_examples // 2]),
        "estimate_seconds": round(time.perf_counter() - started, 1),
        "negative_elbo": -float(vae.elbo(test, 10, seed=SEED).mean()),
        "active_units": evaluation.active_units(vae, test),
        "peak_memory_bytes": peak_memory(),
    }


def model(row, stage, trained=None) -> VAE:
    """The VAE of a stage, with the networks that were trained before."""
    activation, widths = row.network
    if trained is None:
        encoder = Encoder(networks.dense(widths, activation), posteriors.DiagonalNormal(LATENT_DIM, seed=SEED))
        decoder = Decoder(networks.dense(widths[::-1], activation), likelihoods.Bernoulli(EVENT_SHAPE))
    else:
        encoder, decoder = trained.encoder, trained.decoder
    objective = objectives.ImportanceWeighted(True) if stage.importance_weighted else objectives.ELBO()
    return VAE(encoder, decoder, objective=objective, num_samples=stage.num_samples)


class HalfCosine(keras.optimizers.schedules.LearningRateSchedule):
    """From one learning rate to another along half a cosine, after a linear warm-up.

    Args:
        start: Learning rate after the warm-up.
        stop: Learning rate at the end.
        steps: Steps in all.
        warm_up: Steps of the warm-up.
    """

    def __init__(self, start: float, stop: float, steps: int, warm_up: int):
        self.start, self.stop, self.steps, self.warm_up = start, stop, steps, warm_up

    def __call__(self, step):
        """The learning rate of a step."""
        step = keras.ops.cast(step, "float32")
        position = keras.ops.clip((step - self.warm_up) / (self.steps - self.warm_up), 0.0, 1.0)
        rate = self.stop + 0.5 * (self.start - self.stop) * (1.0 + keras.ops.cos(3.14159265 * position))
        return rate * keras.ops.minimum(1.0, (step + 1.0) / self.warm_up) if self.warm_up else rate


def learning_rates(stage, steps_per_epoch, warm_up: bool) -> HalfCosine:
    """The schedule of a stage."""
    first = steps_per_epoch if warm_up else 0
    return HalfCosine(stage.start, stage.stop, max(first + 1, stage.epochs * steps_per_epoch), first)


def line(name, row, result) -> list[str]:
    """A row of the table."""
    nats = f"{result['negative_log_likelihood']:.2f} +- {result['standard_error']:.2f}"
    epochs = ", ".join(f"{stage.epochs} with k = {stage.num_samples}" for stage in row.stages)
    return [name, epochs, nats, f"{row.published}", f"{result['active_units']}", f"{sum(result['fit_seconds']):.0f} s"]


if __name__ == "__main__":
    main()
