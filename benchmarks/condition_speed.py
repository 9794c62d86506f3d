"""What a condition costs in `fit`: epochs of a model with labels and of the same network without, in turn.

A dense and a convolutional VAE on random binary images of 28x28, each with `Labels(10)` and without; the first epoch,
which compiles, does not count. Printed and written to `results/condition_speed.json`: the ratio of the median seconds.

    python benchmarks/condition_speed.py
"""

import argparse
import pathlib
import time

import keras
import numpy as np
import reports

from keras_vae import VAE, conditions

EVENT_SHAPE, NUM_CLASSES, LATENT_DIM, SEED = (28, 28, 1), 10, 16, 0
CASES = {"dense": ("dense", 100, 20_000), "conv": ("conv", 128, 2_560)}


def main():
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    rows = {name: measured(*case, options.rounds) for name, case in CASES.items()}
    cells = [
        [name, *(f"{1000 * row[key] / row['steps']:.2f}" for key in ("without", "with")), f"{row['ratio']:.3f}"]
        for name, row in rows.items()
    ]
    print(reports.table([["network", "ms a step", "with Labels(10)", "ratio"], *cells]))
    reports.write(options.output / "condition_speed.json", {"rounds": options.rounds, "rows": rows})


def measured(network, batch_size, count, rounds) -> dict:
    """Median seconds of an epoch without and with a condition, by rounds in turn."""
    rng = np.random.default_rng(SEED)
    x = (rng.random((count, *EVENT_SHAPE)) < 0.2).astype(np.float32)
    data = {"without": x, "with": {"x": x, "condition": rng.integers(0, NUM_CLASSES, count)}}
    models = {}
    for name in data:
        keras.utils.set_random_seed(SEED)
        condition = conditions.Labels(NUM_CLASSES) if name == "with" else None
        models[name] = VAE.for_shape(EVENT_SHAPE, LATENT_DIM, network, condition=condition)
        models[name].compile("adam")
        epochs(models[name], data[name], batch_size, 1)
    seconds = {name: [] for name in data}
    for _ in range(rounds):
        for name, model in models.items():
            seconds[name].append(epochs(model, data[name], batch_size, 3) / 3)
    medians = {name: float(np.median(found)) for name, found in seconds.items()}
    ratio = float(np.median(np.divide(seconds["with"], seconds["without"])))
    return {**medians, "ratio": ratio, "steps": -(-count // batch_size)}


def epochs(model, data, batch_size, count) -> float:
    """Seconds of some epochs."""
    start = time.perf_counter()
    model.fit(data, batch_size=batch_size, epochs=count, verbose=0)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
