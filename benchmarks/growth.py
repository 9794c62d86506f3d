"""How the time of training, and its memory, grow with what is trained and how.

A dense VAE (784-200-200-50, batches of 100) on random binary images, of which one thing is varied at a time, by `fit`
as it comes. Each measurement is in a process of its own. Printed, written to `results/growth.json`, and drawn in
`results/growth.png`:

- microseconds for an image, of the fastest epoch after the first, for sizes of the batch, of the code and of the images
  (with the convolutional network of `VAE.for_shape` too), and for the number of posterior samples;
- for 10 thousand to a million images in TFRecord files, microseconds for an image in one epoch once all is compiled,
  and the process's resident memory, of which the peak is to stay where it is while the files grow (Linux only).

    python benchmarks/growth.py
"""

import argparse
import json
import os
import pathlib
import tempfile
import time

import growth_plot
import keras
import numpy as np
import records
from fresh_process import in_fresh_process

from keras_vae import VAE, Decoder, Encoder, likelihoods, networks, posteriors
from keras_vae.runs.environment import versions

BASE = {"network": "dense", "side": 28, "latent_dim": 50, "num_samples": 1, "batch_size": 100}
SIDES = (28, 56, 84, 128)
PANELS = {
    "batch_size": [{"batch_size": size} for size in (25, 50, 100, 200, 400, 800, 1600)],
    "latent_dim": [{"latent_dim": size} for size in (2, 8, 32, 128, 512)],
    "side": [{"side": side, "network": network} for network in ("dense", "conv") for side in SIDES],
    "num_samples": [{"num_samples": count} for count in (1, 2, 5, 10, 20)],
}
DATASET = "dataset_size"
# What the images in memory may take.
MOST_BYTES = 2**29
# `fit` has XLA compile only runs of so many steps: all points are to be on the same side.
STEPS, FEWEST_EPOCHS = 500, 3
UNITS = (200, 200)


class EpochTimer(keras.callbacks.Callback):
    """Seconds of each epoch."""

    def __init__(self):
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        """Starts the clock."""
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        """Notes the time."""
        self.seconds.append(time.perf_counter() - self._began)


def main():
    """Measures, prints, writes and draws."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--panels", nargs="+", choices=[*PANELS, DATASET], default=[*PANELS, DATASET])
    parser.add_argument("--images", type=int, default=48_000, help="images of an epoch of the dense network")
    parser.add_argument("--conv-images", type=int, default=2_000, help="images of an epoch of the convolutional one")
    parser.add_argument("--steps", type=int, default=STEPS, help="at least so many steps with the dense network")
    parser.add_argument(
        "--dataset-sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000], help="multiples of the smallest"
    )
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    results = {"base": BASE, "cores": os.cpu_count(), "versions": versions(), "panels": {}}
    for panel in options.panels:
        print(f"\n{panel}", flush=True)
        rows = streamed_rows(options.dataset_sizes) if panel == DATASET else memory_rows(PANELS[panel], options)
        results["panels"][panel] = rows
    options.output.mkdir(parents=True, exist_ok=True)
    path = options.output / "growth.json"
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    growth_plot.draw(results["panels"], options.output / "growth.png")


def memory_rows(changes, options) -> list[dict]:
    """Figures for images in memory, one row for each change of the base case."""
    rows = []
    for change in changes:
        case = {**BASE, **change}
        # Convolutions are not compiled by XLA, and take long: fewer steps will do.
        count, steps = (options.conv_images, 0) if case["network"] == "conv" else (options.images, options.steps)
        rows.append({**change, **in_fresh_process(trained_in_memory, case, count, steps)})
        show({**change, **{key: rows[-1][key] for key in ("images", "epochs", "microseconds_per_image")}})
    return rows


def trained_in_memory(case, most_images, steps) -> dict:
    """Trains on an array of whole batches, for at least three epochs and so many steps."""
    batch_size, shape = case["batch_size"], (case["side"], case["side"], 1)
    batches = max(1, min(most_images, MOST_BYTES // (4 * case["side"] ** 2)) // batch_size)
    images = np.random.default_rng(0).integers(0, 2, (batches * batch_size, *shape), np.uint8).astype(np.float32)
    epochs, timer = max(FEWEST_EPOCHS, -(-steps // batches)), EpochTimer()
    model(case).fit(images, batch_size=batch_size, epochs=epochs, verbose=0, callbacks=[timer])
    return {
        "images": len(images),
        "epochs": epochs,
        "epoch_seconds": timer.seconds,
        "microseconds_per_image": 1e6 * min(timer.seconds[1:]) / len(images),
    }


def model(case) -> VAE:
    """The VAE of a case, compiled."""
    keras.utils.set_random_seed(0)
    shape = (case["side"], case["side"], 1)
    if case["network"] == "conv":
        vae = VAE.for_shape(shape, case["latent_dim"], "conv")
    else:
        encoder = Encoder(networks.dense(UNITS), posteriors.DiagonalNormal(case["latent_dim"]))
        decoder = Decoder(networks.dense(UNITS), likelihoods.Bernoulli(shape))
        vae = VAE(encoder, decoder, num_samples=case["num_samples"])
    vae.compile("adam")
    return vae


def streamed_rows(sizes) -> list[dict]:
    """Figures for images in files, one row for each size of the dataset."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        files = records.write(folder, max(sizes), per_file=min(sizes))
        for size in sizes:
            rows.append(in_fresh_process(trained_from_files, files[: size // min(sizes)], size))
            show({key: value for key, value in rows[-1].items() if key != "seconds"})
    return rows


def trained_from_files(files, count) -> dict:
    """Trains for one epoch on images in files, with an eye on the memory."""
    vae, timer, memory = model(BASE), EpochTimer(), records.MemoryWatch()
    dataset = records.read(files, BASE["batch_size"])
    # Compiles the same functions as the epoch to come.
    vae.fit(dataset.take(50), verbose=0, callbacks=[memory])
    started = records.resident_bytes()
    vae.fit(dataset, verbose=0, callbacks=[timer, memory])
    return {
        "images": count,
        "files_bytes": sum(os.path.getsize(file) for file in files),
        "seconds": timer.seconds[0],
        "microseconds_per_image": 1e6 * timer.seconds[0] / count,
        "resident_bytes_before": started,
        "resident_bytes_after": memory.at_epochs[-1],
        "resident_bytes_peak": memory.peak,
    }


def show(row):
    """Prints a row."""
    shown = {key: f"{value:.1f}" if isinstance(value, float) else f"{value:>6}" for key, value in row.items()}
    print("  ".join(f"{key} {value}" for key, value in shown.items()), flush=True)


if __name__ == "__main__":
    main()
