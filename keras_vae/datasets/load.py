"""`datasets.load`: batches of images by name."""

import dataclasses
import re

import tensorflow as tf

from keras_vae.datasets import pipeline
from keras_vae.datasets.binarize import binarize_once
from keras_vae.datasets.colour_digits import load_colour_digits
from keras_vae.datasets.digits import WHITE, load_digits
from keras_vae.datasets.images import Images
from keras_vae.datasets.tfds_source import open_dataset
from keras_vae.ops.checks import checked_bool, checked_size

BINARIZATIONS = (None, "dynamic", "static")
# What needs no network.
EMBEDDED = {"digits": load_digits, "colour_digits": load_colour_digits}
STATIC_SEED = 0


def load(
    name: str,
    split: str = "train",
    batch_size: int = 128,
    binarize: str | None = None,
    with_labels: bool = False,
    data_dir: str | None = None,
    seed: int | None = None,
    integers: bool = False,
) -> tf.data.Dataset:
    """Loads images as a `tf.data.Dataset` of batches, ready for `fit`.

    Images are held in memory as bytes where they fit and cast on the way. Splits whose name starts with
    "train" are reshuffled in every epoch; others keep their order.

    Args:
        name: `"digits"` (8x8, comes with scikit-learn), `"colour_digits"` (32x32x3, made of them), or a name of
            TensorFlow Datasets such as `"mnist"`, `"fashion_mnist"`, `"binarized_mnist"` or `"cifar10"`. What is not
            on disk is downloaded; the first two need no network.
        split: `"train"`, `"test"`, or for TFDS a slice such as `"train[:90%]"`.
        batch_size: Images for each batch; the last may be smaller.
        binarize: `None` for grey values in [0, 1]; `"dynamic"` draws each pixel afresh in each epoch, white
            with its grey value as probability; `"static"` draws it once, by the seed.
        with_labels: Give pairs of images and labels; `fit` takes images alone.
        data_dir: Where TFDS finds or puts its data; `None` is TFDS's own folder.
        seed: Int from 0, of the order and of the binarisation; `None` draws another order each time, and for
            `"static"` is the same as 0. TensorFlow's global seed, where one is set, has a part in what is drawn
            anew in each epoch.
        integers: Give the whole numbers that are stored, 0 to `levels(name) - 1`, in place of floats: for likelihoods
            of whole numbers, such as `likelihoods.BetaBinomial(event_shape, levels(name))`. Not with `binarize`.

    Returns:
        Dataset of float32 `(batch, height, width, channels)`, or of uint8 with `integers`; with labels of pairs with
        int64 `(batch,)`.

    Raises:
        ValueError: If the dataset, the split or an argument is unknown, or the data must be downloaded and
            there is no network.
    """
    name = _checked_dataset_name(name)
    if binarize not in BINARIZATIONS:
        raise ValueError(f"`binarize` must be None, 'dynamic' or 'static'. Received: binarize={binarize!r}.")
    if not isinstance(split, str):
        raise ValueError(f"`split` must be a name such as 'train' or 'test[:100]'. Received: split={split!r}.")
    if checked_bool(integers, "integers") and binarize is not None:
        raise ValueError(f"Binary images have no levels: give binarize={binarize!r} or integers=True, not both.")
    batch_size = checked_size(batch_size, "batch_size")
    if seed is not None:
        seed = checked_size(seed, "seed", minimum=0)
    source = EMBEDDED[name](split) if name in EMBEDDED else open_dataset(name, split, data_dir, with_labels, seed)
    shuffle, dynamic = split.startswith("train"), binarize == "dynamic"
    if not isinstance(source, Images):
        if binarize == "static":
            raise ValueError(
                f"The dataset {name!r} does not fit in memory, and its images come in another order each time: they "
                "cannot be binarized once and for all. Use binarize='dynamic'."
            )
        return pipeline.from_stream(source, batch_size, shuffle, dynamic, seed, integers)
    if not with_labels:
        source = dataclasses.replace(source, labels=None)
    if binarize == "static":
        pixels = binarize_once(source.pixels, source.levels, STATIC_SEED if seed is None else seed)
        source = dataclasses.replace(source, pixels=pixels, levels=1)
    return pipeline.from_memory(source, batch_size, shuffle, dynamic, seed, integers)


def levels(name: str) -> int:
    """How many values an element of an image can have with `integers=True`.

    Args:
        name: As for `load`. It is not looked up: a name that is not known here is taken to be of 8-bit images.

    Returns:
        17 for `"digits"`, 2 for `"binarized_mnist"`, else 256.

    Raises:
        ValueError: If the name is no string.
    """
    # TFDS takes versions and configurations after a name: "mnist:3.0.1".
    dataset = re.split("[:/]", _checked_dataset_name(name))[0]
    return {"digits": WHITE + 1, "binarized_mnist": 2}.get(dataset, 256)


def _checked_dataset_name(name) -> str:
    if not isinstance(name, str):
        raise ValueError(f"`name` must be a name such as 'digits' or 'mnist'. Received: name={name!r}.")
    return name
