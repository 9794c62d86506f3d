"""Restoration of MNIST's test images: trained autoencoders against classical methods, on the same damaged images.

Tasks: noise of sigma 0.3; a hole of 10 x 10 pixels at a random place where it hides at least a tenth of the ink; a
quarter and a sixteenth of the pixels, to be had back. For each task one dense autoencoder is trained with the damage as
its `corruption`; the classical methods' settings are chosen by PSNR on training images. Everything is clipped to
[0, 1], and around a hole all methods keep what was observed. Printed and written to `results/restoration.json`: PSNR in
dB and SSIM, means over the test images, and seconds; and as `results/restoration.png` what it looks like.

    pip install ".[restoration]" && python benchmarks/restoration.py

Without MNIST, `--dataset digits` has 12 x 12 images and a hole of 4 x 4.
"""

import argparse
import dataclasses
import pathlib
import time
import warnings

import classical
import keras
import numpy as np
import reports
from matplotlib.figure import Figure

from keras_vae import Autoencoder, Decoder, Encoder, datasets, likelihoods, networks, posteriors, restoration
from keras_vae.evaluation import peak_signal_to_noise_ratio, structural_similarity
from keras_vae.visualization import image_grid

RESULTS = pathlib.Path(__file__).parent / "results"
UNITS, LATENT_DIM, BATCH_SIZE, LEARNING_RATE = 1024, 256, 200, 1e-3
TEST_SEED, TUNING_SEED, TRAINING_SEED = 0, 1, 2
LEAST_HIDDEN, SHOWN = 0.1, 8
DAMAGED, OURS, TRUTH = "damaged image", "trained autoencoder", "truth"


@dataclasses.dataclass(frozen=True)
class Task:
    """What was done to an image, and is to be undone."""

    noise: float = 0.0
    hole: int = 0
    factor: int = 1

    @property
    def has_hole(self) -> bool:
        """Whether pixels are missing."""
        return self.hole > 0

    def corruption(self, seed: int, fill: float = 0.0):
        """The layer that damages."""
        if self.noise:
            return restoration.GaussianNoise(self.noise, seed=seed)
        if self.hole:
            return restoration.MissingBlock(self.hole, fill=fill, seed=seed)
        return restoration.Downsampling(self.factor)


def tasks(hole: int) -> dict[str, Task]:
    """All tasks by name."""
    return {
        "denoising, sigma 0.3": Task(noise=0.3),
        f"inpainting, {hole} x {hole}": Task(hole=hole),
        "super-resolution x2": Task(factor=2),
        "super-resolution x4": Task(factor=4),
    }


def main():
    """Trains, restores, measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", choices=("mnist", "digits"), default="mnist")
    parser.add_argument("--data-dir")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--test-images", type=int, default=1000)
    parser.add_argument("--tuning-images", type=int, default=50)
    parser.add_argument("--output", type=pathlib.Path, default=RESULTS)
    options = parser.parse_args()
    train, test = (images(options.dataset, split, options.data_dir) for split in ("train", "test"))
    chosen = tasks(hole=10 if options.dataset == "mnist" else 4)
    results = {name: getattr(options, name) for name in ("dataset", "epochs", "test_images", "tuning_images")}
    results["tasks"], pictures = {}, {}
    for name, task in chosen.items():
        results["tasks"][name], pictures[name] = measured(task, train, test[: options.test_images], options)
        print(f"\n{name}\n{table(results['tasks'][name])}", flush=True)
    path = options.output / "restoration.json"
    reports.write(path, results)
    drawn(pictures).savefig(path.with_suffix(".png"))


def images(dataset, split, data_dir) -> np.ndarray:
    """All images of a split, greys in [0, 1]; digits with a margin, so that SSIM's window of 11 pixels fits."""
    loaded = datasets.load(dataset, split, 1000, data_dir=data_dir, seed=0)
    found = np.concatenate(list(loaded.as_numpy_iterator()))
    return np.pad(found, ((0, 0), (2, 2), (2, 2), (0, 0))) if dataset == "digits" else found


def measured(task, train, test, options) -> tuple[dict, dict]:
    """All methods' figures on a task, and what they made of the first images."""
    damaged, observed = damage(task, test, TEST_SEED)
    rows, shown = {DAMAGED: scores(damaged, test)}, {DAMAGED: damaged[:SHOWN]}
    tuning = train[: options.tuning_images]
    for name in classical.METHODS:
        setting = best_setting(name, task, tuning)
        if setting is not None:
            started = time.perf_counter()
            found = classical.restored(name, setting, damaged, observed, task)
            seconds = time.perf_counter() - started
            rows[name], shown[name] = {**scores(found, test), "seconds": seconds, "setting": setting}, found[:SHOWN]
    started = time.perf_counter()
    model = trained(task, train, options.epochs)
    training = time.perf_counter() - started
    restore(model, task, damaged[:1], observed[:1])
    started = time.perf_counter()
    found = restore(model, task, damaged, observed)
    seconds = time.perf_counter() - started
    rows[OURS], shown[OURS] = {**scores(found, test), "seconds": seconds, "training_seconds": training}, found[:SHOWN]
    best = max((name for name in rows if name in classical.METHODS), key=lambda name: rows[name]["psnr"])
    return rows, {name: shown[name] for name in (DAMAGED, best, OURS)} | {TRUTH: test[:SHOWN]}


def damage(task, x, seed) -> tuple[np.ndarray, np.ndarray]:
    """Damaged images, 0 in their holes, and where they were observed."""
    if not task.has_hole:
        return np.asarray(task.corruption(seed)(x)), np.ones(x.shape, bool)
    # A hole that hides nothing leaves an infinite PSNR: it is put elsewhere.
    layer, observed, left = task.corruption(seed, fill=np.nan), np.ones(x.shape, bool), np.arange(len(x))
    while len(left):
        observed[left] = ~np.isnan(np.asarray(layer(x[left])))
        hidden = np.sum(np.where(observed, 0, x), axis=(1, 2, 3)) / np.sum(x, axis=(1, 2, 3))
        left = np.flatnonzero(hidden < LEAST_HIDDEN)
    return np.where(observed, x, 0.0).astype(x.dtype), observed


def best_setting(name, task, x) -> dict | None:
    """The setting of a classical method with the best PSNR on training images; `None` where it has none."""
    settings = classical.settings_of(name, task)
    if len(settings) < 2:
        return settings[0] if settings else None
    damaged, observed = damage(task, x, TUNING_SEED)
    return max(settings, key=lambda s: scores(classical.restored(name, s, damaged, observed, task), x)["psnr"])


def trained(task, train, epochs) -> Autoencoder:
    """An autoencoder that was trained to undo a damage.

    The Bernoulli likelihood's cross-entropy is least at the mean of what an image can have been, as the squared error
    is, and its sigmoid leaves paper black: a background that is not quite 0 costs SSIM.
    """
    keras.utils.set_random_seed(TRAINING_SEED)
    event_shape = train.shape[1:]
    model = Autoencoder(
        Encoder(networks.dense([UNITS]), posteriors.Deterministic(LATENT_DIM)),
        Decoder(networks.dense([UNITS]), likelihoods.Bernoulli(event_shape)),
        corruption=task.corruption(TRAINING_SEED),
    )
    model.build((None, *event_shape))
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, epochs * -(-len(train) // BATCH_SIZE))
    model.compile(keras.optimizers.Adam(schedule))
    with warnings.catch_warnings():
        # Of greys, which have no likelihood under Bernoulli: none is asked for here.
        warnings.simplefilter("ignore", UserWarning)
        model.fit(train, batch_size=BATCH_SIZE, epochs=epochs, verbose=0)
    return model


def restore(model, task, damaged, observed) -> np.ndarray:
    """What a trained model makes of damaged images."""
    if task.has_hole:
        return restoration.inpaint(model, damaged, observed)
    if task.factor > 1:
        return restoration.super_resolve(model, restoration.downsample(damaged, task.factor), task.factor)
    return model.reconstruct(damaged)


def scores(found, truth) -> dict:
    """Mean PSNR in dB and mean SSIM, of images that are clipped to [0, 1]."""
    found = np.clip(found, 0, 1)
    return {
        "psnr": float(np.mean(peak_signal_to_noise_ratio(found, truth, 1.0))),
        "ssim": float(np.mean(structural_similarity(found, truth, 1.0))),
    }


def table(rows) -> str:
    """The figures of a task as lines."""
    cells = [["", "PSNR, dB", "SSIM", "seconds", "setting"]]
    for name, row in rows.items():
        seconds = f"{row['seconds']:.2f}" if "seconds" in row else ""
        setting = ", ".join(f"{key}={value}" for key, value in row.get("setting", {}).items())
        cells.append([name, f"{row['psnr']:.2f}", f"{row['ssim']:.4f}", seconds, setting])
    return reports.table(cells)


def drawn(pictures) -> Figure:
    """Of each task the damaged images, the best classical method's, ours and the truth."""
    figure = Figure(figsize=(12, 5.9), dpi=100, layout="constrained")
    panels = figure.subplots(2, 2)
    for axes, (title, rows) in zip(panels.flat, pictures.items(), strict=True):
        grid = image_grid(np.clip(np.concatenate(list(rows.values())), 0, 1), SHOWN, (0, 1))
        axes.imshow(grid, interpolation="none")
        axes.set(title=title, xticks=[])
        height = len(grid) / len(rows)
        axes.set_yticks([(row + 0.5) * height for row in range(len(rows))], [name.replace(" ", "\n") for name in rows])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    return figure


if __name__ == "__main__":
    main()
