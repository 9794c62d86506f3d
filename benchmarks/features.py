"""What codes are worth as features: linear probes of a VAE's mean codes and of as many principal components.

One dense VAE for each latent size, trained for a few epochs on MNIST, whose images are binarised afresh in each epoch;
then logistic regression on the mean codes of the grey images, and on their principal components. The labels are seen by
the regression alone. Printed and written to `results/features.json`: the share of test images whose digit is found.

    python benchmarks/features.py
"""

import argparse
import pathlib

import keras
import numpy as np
import reports

from keras_vae import VAE, datasets, latent

EVENT_SHAPE, BATCH_SIZE, LEARNING_RATE, SEED = (28, 28, 1), 100, 1e-3, 0


def main():
    """Trains, probes, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir")
    parser.add_argument("--latent-dims", type=int, nargs="+", default=[2, 16, 32])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    train, test = (images_and_labels(split, options.data_dir) for split in ("train", "test"))
    rows = [measured(size, train, test, options.epochs, options.data_dir) for size in options.latent_dims]
    print(reports.table([["M", "VAE", "PCA"], *map(cells, rows)]))
    settings = {"epochs": options.epochs, "batch_size": BATCH_SIZE, "learning_rate": LEARNING_RATE, "seed": SEED}
    reports.write(options.output / "features.json", {"settings": settings, "rows": rows})


def images_and_labels(split, data_dir) -> tuple[np.ndarray, np.ndarray]:
    """All grey images of a split, and their labels."""
    batches = datasets.load("mnist", split, 1000, with_labels=True, data_dir=data_dir, seed=SEED).as_numpy_iterator()
    return tuple(np.concatenate(parts) for parts in zip(*batches, strict=True))


def measured(latent_dim, train, test, epochs, data_dir) -> dict:
    """Trains a VAE of a latent size, and probes its codes."""
    keras.utils.set_random_seed(SEED)
    data = datasets.load("mnist", "train", BATCH_SIZE, binarize="dynamic", data_dir=data_dir, seed=SEED)
    vae = VAE.for_shape(EVENT_SHAPE, latent_dim)
    vae.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, epochs * len(data))))
    vae.fit(data, epochs=epochs, verbose=0)
    return latent.probe_beside_pca(vae, train, test)._asdict()


def cells(row) -> list[str]:
    """A row of the table."""
    return [str(row["latent_dim"]), *(f"{row[name]:.1%}" for name in ("accuracy", "pca_accuracy"))]


if __name__ == "__main__":
    main()
