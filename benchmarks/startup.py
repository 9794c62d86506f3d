"""How long one waits before training has started: imports, and the first step of `fit`.

Each measurement in a process of its own, several of each, in turns. Printed and written to `results/startup.json`, the
medians of:

- seconds of `import tensorflow, keras`, and those of `import keras_vae` after it;
- seconds from the call of `fit` until it first reports steps as done, which includes tracing and compiling, how many
  steps that are, and seconds of the whole call: for a short run, and for one that is long enough for XLA to compile it,
  by this package's choice of settings and by Keras's own loop;
- how often the training step had been traced after each epoch: no more after the first, if nothing is compiled anew.

    python benchmarks/startup.py
"""

import argparse
import itertools
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import keras
import numpy as np
from fresh_process import in_fresh_process

from keras_vae import VAE
from keras_vae.runs.environment import versions

EVENT_SHAPE, LATENT_DIM, BATCH_SIZE, EPOCHS = (28, 28, 1), 50, 32, 3
NETWORKS = ("dense", "conv")
# What `compile` is given: nothing, so that `fit` chooses, or a choice that makes it leave the loop to Keras.
LOOPS = {"keras_vae": {}, "Keras's loop": {"jit_compile": False}}
IMPORTS = """
import time
began = time.perf_counter()
import tensorflow, keras
between = time.perf_counter()
import keras_vae
print(between - began, time.perf_counter() - between)
"""


class CountedVAE(VAE):
    """A VAE that counts how often its step is run by Python: each time that a function is traced."""

    traces = 0

    def train_step(self, data):
        """The same step, counted."""
        self.traces += 1
        return super().train_step(data)


class Watch(keras.callbacks.Callback):
    """When the first steps are done, and the traces after each epoch."""

    # With such a hook, `fit` would run its steps one at a time.
    needs_every_batch = False

    def __init__(self):
        super().__init__()
        self.first, self.steps, self.traces = None, None, []

    def on_train_batch_end(self, batch, logs=None):
        """Notes the time of the first report, and how many steps it is of."""
        if self.first is None:
            self.first, self.steps = time.perf_counter(), batch + 1

    def on_epoch_end(self, epoch, logs=None):
        """Notes the traces until now."""
        self.traces.append(self.model.traces)


def main():
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="processes for each measurement")
    parser.add_argument("--short", type=int, default=12, help="steps of the short run, in three epochs")
    parser.add_argument("--long", type=int, default=600, help="steps of the long run, in three epochs")
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    imports = import_seconds(options.rounds)
    print("\n".join(f"import {name}: {seconds:.2f} s" for name, seconds in imports.items()), flush=True)
    rows = fit_rows(options.networks, (options.short, options.long), options.rounds)
    print(table(rows))
    results = {"rounds": options.rounds, "batch_size": BATCH_SIZE, "cores": os.cpu_count(), "versions": versions()}
    options.output.mkdir(parents=True, exist_ok=True)
    path = options.output / "startup.json"
    path.write_text(json.dumps({**results, "imports": imports, "fit": rows}, indent=2) + "\n", encoding="utf-8")


def import_seconds(rounds) -> dict[str, float]:
    """Medians of the seconds of the imports, each time in a new Python."""
    command = [sys.executable, "-c", IMPORTS]
    subprocess.run(command, check=True, capture_output=True)  # So that the files are in memory, and compiled.
    outputs = [subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(rounds)]
    frameworks, package = zip(*(map(float, output.split()) for output in outputs), strict=True)
    return {"tensorflow, keras": statistics.median(frameworks), "keras_vae": statistics.median(package)}


def fit_rows(networks, runs, rounds) -> list[dict]:
    """A row for each network, length of a run and loop."""
    cases = list(itertools.product(networks, runs, LOOPS))
    turns = [[in_fresh_process(fit_figures, *case) for case in cases] for _ in range(rounds)]
    return [
        {"network": network, "steps": steps, "loop": loop, **medians(figures)}
        for (network, steps, loop), figures in zip(cases, zip(*turns, strict=True), strict=True)
    ]


def fit_figures(network, steps, loop) -> dict:
    """Trains for so many steps, and says when what was done."""
    keras.utils.set_random_seed(0)
    images = np.random.default_rng(0).integers(0, 2, (steps // EPOCHS * BATCH_SIZE, *EVENT_SHAPE), np.uint8)
    images = images.astype(np.float32)
    vae, watch = CountedVAE.for_shape(EVENT_SHAPE, LATENT_DIM, network), Watch()
    vae.compile("adam", **LOOPS[loop])
    began = time.perf_counter()
    vae.fit(images, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0, callbacks=[watch])
    return {
        "first_report_seconds": watch.first - began,
        "fit_seconds": time.perf_counter() - began,
        "first_report_steps": watch.steps,
        "traces_after_epochs": watch.traces,
    }


def medians(figures) -> dict:
    """Of several runs the median seconds; steps and traces, which are the same in all, of the last one."""
    seconds = {key: statistics.median(run[key] for run in figures) for key in ("first_report_seconds", "fit_seconds")}
    return {**figures[-1], **seconds}


def table(rows) -> str:
    """The figures of `fit` as lines."""
    lines = [f"{'network':<9}{'steps':>6}  {'loop':<14}{'first report s':>15}{'its steps':>11}{'fit s':>8}  traces"]
    for row in rows:
        lines.append(
            f"{row['network']:<9}{row['steps']:>6}  {row['loop']:<14}{row['first_report_seconds']:>15.2f}"
            f"{row['first_report_steps']:>11}{row['fit_seconds']:>8.2f}  {row['traces_after_epochs']}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
