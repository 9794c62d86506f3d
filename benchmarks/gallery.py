"""Draws the pictures of the README's gallery, `docs/pictures/*.png`.

    python benchmarks/gallery.py

Three VAEs of binarised MNIST are trained for some minutes. `detect` is of scikit-learn's breast cancer table,
`compress` of `results/compression_mnist_*.json`, and `serve` of the signatures that a model really exports.
"""

import argparse
import pathlib
import tempfile

import keras
import matplotlib.pyplot as plt
import numpy as np
import reports
import tensorflow as tf
from sklearn.datasets import load_breast_cancer

from keras_vae import VAE, conditions, datasets, latent, likelihoods, restoration, visualization
from keras_vae.anomaly import AnomalyDetector

HERE = pathlib.Path(__file__).parent
EVENT_SHAPE, HOLE = (28, 28, 1), slice(8, 18)
CODECS = {"kvz": "keras_vae", "gzip": "gzip", "bz2": "bz2", "xz": "xz", "WebP": "WebP", "PNG": "PNG"}


def main():
    """Trains, draws and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PICTURES, default=list(PICTURES))
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--data-dir", help="where TFDS finds or puts MNIST")
    parser.add_argument("--output", type=pathlib.Path, default=HERE.parent / "docs" / "pictures")
    options = parser.parse_args()
    options.output.mkdir(exist_ok=True)
    for name in options.only:
        figure = PICTURES[name](options.epochs, options.data_dir)
        figure.savefig(options.output / f"{name}.png", dpi=80, bbox_inches="tight")
        plt.close(figure)


def generate(epochs, data_dir):
    """Means of p(x|z) of codes from the prior."""
    return visualization.sample_grid(trained(32, epochs, data_dir).sample(30, seed=0, mean=True), columns=15)


def condition(epochs, data_dir):
    """Test digits, each as all ten digits."""
    digits = next(iter(datasets.load("mnist", "test", binarize="static", data_dir=data_dir, conditional=True)))
    x, labels = (digits[name][:4].numpy() for name in ("x", "condition"))
    return visualization.translation_grid(trained(16, epochs, data_dir, conditional=True), x, labels)


def restore(epochs, data_dir):
    """Digits with a hole, what is inferred, and how sure the model is."""
    images = next(iter(datasets.load("mnist", "test", binarize="static", data_dir=data_dir))).numpy()[:15]
    mask = np.ones(EVENT_SHAPE, bool)
    mask[HOLE, HOLE] = False
    found = restoration.infer(trained(32, epochs, data_dir), images, mask, num_restorations=8, seed=0, verbose=0)
    damaged = np.where(mask, images, 0.5)
    rows = {"damaged": damaged, "restored": found.mean, "width of\n90 %": found.upper - found.lower, "truth": images}
    figure, axes = plt.subplots(len(rows), 1, figsize=(9, 2.6))
    for row, (label, shown) in zip(axes, rows.items(), strict=True):
        row.imshow(np.concatenate(list(shown[..., 0]), axis=1), cmap="gray", vmin=0, vmax=1)
        row.set(xticks=[], yticks=[])
        row.set_ylabel(label, rotation=0, ha="right", va="center")
    return figure


def detect(epochs, data_dir):
    """What each column adds to the score of rows with an anomaly."""
    table = load_breast_cancer()
    normal, anomalies = table.data[table.target == 1], table.data[table.target == 0]
    keras.utils.set_random_seed(0)
    vae = VAE.for_shape((30,), latent_dim=8, likelihood=likelihoods.Tabular((30,)))
    detector = AnomalyDetector(vae, false_alarm_rate=0.05, epochs=50).fit(normal)
    parts = detector.explain(anomalies[:3])
    return visualization.contributions(anomalies[:3], parts, columns=list(table.feature_names))


def compress(epochs, data_dir):
    """Bits for each pixel of MNIST's test images, binarised and grey."""
    figure, axes = plt.subplots(1, 2, figsize=(9, 2.2))
    for ax, kind in zip(axes, ("binary", "grey"), strict=True):
        sizes = reports.read(HERE / "results" / f"compression_mnist_{kind}.json")["sizes"]
        bars = ax.barh(list(CODECS.values()), [sizes[name]["bits_per_dim"] for name in CODECS], color="C7")
        bars[0].set_color("C0")
        ax.bar_label(bars, fmt=" %.2f", fontsize=8)
        ax.set(title=f"{kind}: bits for each pixel", xticks=[])
        ax.invert_yaxis()
        ax.spines[["top", "right", "bottom"]].set_visible(False)
    figure.tight_layout()
    return figure


def features(epochs, data_dir):
    """Codes of a VAE with two latents, by their labels."""
    labelled = datasets.load("mnist", "test[:3000]", binarize="static", with_labels=True, data_dir=data_dir)
    codes, labels = latent.encode_dataset(trained(2, epochs, data_dir), labelled)
    return visualization.latent_scatter(codes, labels)


def serve(epochs, data_dir):
    """The signatures that a model exports."""
    with tempfile.TemporaryDirectory() as folder:
        vae = VAE.for_shape((8, 8, 1), 2)
        vae.build((None, 8, 8, 1))
        vae.export(f"{folder}/1")
        signatures = sorted(tf.saved_model.load(f"{folder}/1").signatures)
    figure, ax = plt.subplots(figsize=(9, 2.2))
    ax.set(xlim=(0, 9), ylim=(0, len(signatures)))
    ax.axis("off")
    middle = len(signatures) / 2
    for x, text in ((1.6, "vae.export('digits_vae/1')"), (4.9, "digits_vae/1\nSavedModel")):
        ax.text(x, middle, text, ha="center", va="center", family="monospace", bbox={"fc": "#e8eef7", "pad": 8})
    ax.annotate("", (4.1, middle), (3.1, middle), arrowprops={"arrowstyle": "->"})
    for index, signature in enumerate(signatures):
        y = len(signatures) - index - 0.5
        ax.annotate("", (6.8, y), (5.7, middle), arrowprops={"arrowstyle": "->", "color": "C7"})
        ax.text(6.9, y, signature, va="center", family="monospace", fontsize=9)
    return figure


def trained(latent_dim, epochs, data_dir, conditional: bool = False) -> VAE:
    """A dense VAE of binarised MNIST, trained once for each number of latents, with labels or without."""
    if (latent_dim, conditional) not in _TRAINED:
        keras.utils.set_random_seed(0)
        vae = VAE.for_shape(EVENT_SHAPE, latent_dim, condition=conditions.Labels(10) if conditional else None)
        vae.compile(keras.optimizers.Adam(1e-3))
        options = {"binarize": "dynamic", "data_dir": data_dir, "seed": 0, "conditional": conditional}
        train = datasets.load("mnist", "train", batch_size=100, **options)
        vae.fit(train, epochs=epochs, verbose=2)
        _TRAINED[latent_dim, conditional] = vae
    return _TRAINED[latent_dim, conditional]


PICTURES = {
    function.__name__: function for function in (generate, condition, restore, detect, compress, features, serve)
}
_TRAINED = {}

if __name__ == "__main__":
    main()
