"""How honest the intervals of `restoration.infer` are: how many of the missing pixels their 90 % intervals hold.

A dense VAE (784-512-512-50) is trained on MNIST for each of three likelihoods, and restores test images with a hole of
10x10 pixels at a random place, by the default settings. Printed, and written to `results/restoration_intervals.json`:
the share of missing pixels whose truth lies in its interval, log p(observed | z) before and after the gradient steps,
for how many images it fell, and the seconds of a second call, for which nothing is compiled.

    python benchmarks/restoration_intervals.py
"""

import argparse
import pathlib
import time

import keras
import numpy as np
import reports

from keras_vae import VAE, datasets, likelihoods, restoration

EVENT_SHAPE, LATENT_DIM, BATCH_SIZE, HOLE, SEED = (28, 28, 1), 50, 100, 10, 0
# The data that each likelihood takes, the likelihood, and how many epochs it is trained for.
ROWS = {
    "Bernoulli": ({"binarize": "static"}, lambda: likelihoods.Bernoulli(EVENT_SHAPE), 10),
    "Normal, predicted scale": ({}, lambda: likelihoods.Normal(EVENT_SHAPE, "predicted"), 10),
    "BetaBinomial": ({"integers": True}, lambda: likelihoods.BetaBinomial(EVENT_SHAPE), 3),
}


def main():
    """Trains, restores, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", help="where TFDS finds or puts MNIST")
    parser.add_argument("--images", type=int, default=100, help="how many test images")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    rows, lines = {}, [["likelihood", "in 90% intervals", "log p before", "after", "fell", "seconds"]]
    for name, (units, likelihood, epochs) in ROWS.items():
        rows[name] = {"epochs": epochs, **measured(units, likelihood(), epochs, options)}
        lines.append([name, *(f"{value:.4g}" for value in list(rows[name].values())[1:])])
        print(reports.table(lines), flush=True)
    settings = {"images": options.images, "hole": HOLE, "latent_dim": LATENT_DIM, "seed": SEED}
    reports.write(options.output / "restoration_intervals.json", {"settings": settings, "rows": rows})


def measured(units, likelihood, epochs, options) -> dict:
    """The figures of a likelihood."""
    keras.utils.set_random_seed(SEED)
    # Images are binarised anew in training, where they are binarised.
    fresh = {**units, "binarize": "dynamic"} if "binarize" in units else units
    train = datasets.load("mnist", "train", BATCH_SIZE, data_dir=options.data_dir, seed=SEED, **fresh)
    test = datasets.load("mnist", f"test[:{options.images}]", options.images, data_dir=options.data_dir, **units)
    vae = VAE.for_shape(EVENT_SHAPE, LATENT_DIM, likelihood=likelihood)
    vae.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, epochs * len(train))))
    vae.fit(train, epochs=epochs, verbose=2)
    truth = next(test.as_numpy_iterator()).astype(np.float32)
    damaged = np.array(restoration.MissingBlock(HOLE, fill=np.nan, seed=SEED)(truth))
    restoration.infer(vae, damaged, seed=SEED)
    started = time.perf_counter()
    found = restoration.infer(vae, damaged, seed=SEED)
    seconds = time.perf_counter() - started
    missing = np.isnan(damaged)
    return {
        "coverage": float(np.mean((found.lower <= truth)[missing] & (truth <= found.upper)[missing])),
        "starting_log_likelihood": float(found.starting_log_likelihood.mean()),
        "log_likelihood": float(found.log_likelihood.mean()),
        "fell": int(np.sum(found.log_likelihood < found.starting_log_likelihood)),
        "seconds": seconds,
    }


if __name__ == "__main__":
    main()
