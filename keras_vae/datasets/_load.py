"""`datasets.load`: batches of images by name, or of one's own data by its path."""

import dataclasses
import os
import re
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from keras_vae.datasets import pipeline
from keras_vae.datasets._classes import numbered, open_labelled
from keras_vae.datasets.binarize import BinarizedRows, binarize_once
from keras_vae.datasets.digits import WHITE
from keras_vae.datasets.embedded import EMBEDDED
from keras_vae.datasets.images import Images
from keras_vae.datasets.own_files import OwnData, is_path, open_own
from keras_vae.datasets.tfds_source import open_dataset
from keras_vae.ops.checks import checked_bool, checked_rate, checked_size

BINARIZATIONS = (None, "dynamic", "static")
STATIC_SEED = 0


def load(
    name: str | os.PathLike | OwnData,
    split: str = "train",
    batch_size: int = 128,
    binarize: str | None = None,
    with_labels: bool = False,
    data_dir: str | None = None,
    seed: int | None = None,
    integers: bool = False,
    held_out: float = 0.1,
    conditional: bool | str = False,
    classes: Sequence[str] | None = None,
) -> tf.data.Dataset:
    """Loads images as a `tf.data.Dataset` of batches, ready for `fit`.

    Images are held in memory as bytes if they fit, and cast on the way. Splits whose name starts with "train" are
    reshuffled in every epoch; others keep their order.

    Your own data is a path: to a `.npy` or `.npz` file with an array `(n, *event_shape)`, to a `.csv` or `.parquet`
    table of numbers, or to a folder of images of one size and mode, whose sub-folders, if any, are the labels.
    Photographs are rotated as their EXIF data says; files with several pages are refused. Bytes are divided by 255 and
    uint16 by 65,535, unless `binarize` or `integers` is given; other numbers are left as they are. Data larger than a
    gigabyte is read from the disk in every epoch.

    ```python
    train = keras_vae.datasets.load("digits", "train", binarize="dynamic")
    images = next(iter(train))  # (128, 8, 8, 1), zeros and ones
    ```

    Args:
        name: `"digits"` (8x8, comes with scikit-learn), `"colour_digits"` (32x32x3, made from them), or a name of
            TensorFlow Datasets such as `"mnist"`, `"fashion_mnist"`, `"binarized_mnist"` or `"cifar10"`. What is not on
            disk is downloaded; the first two need no network. Or a path, or what was read from one.
        split: `"train"`, `"test"`, or for TFDS a slice such as `"train[:90%]"`. For a path: `"all"` in its order,
            `"test"`, a part that is drawn once and for all, or `"train"`, the rest.
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
        held_out: Of a path, the share of the examples that is its split `"test"`, from 0 to below 1.
        conditional: Give `{"x": images, "condition": labels}`, for models with `condition=conditions.Labels(...)`.
            Labels that are texts are numbered by `classes`. Of a table it is the name of the column that holds the
            labels, which is left out of x.
        classes: What labels that are texts are called, in the order of their numbers; `None` is `classes(name)`, those
            that are there in sorted order.

    Returns:
        Dataset of float32 `(batch, height, width, channels)`, or of uint8 with `integers`; with labels of pairs with
        int64 `(batch,)`, and with `conditional` of dicts with int64 `(batch,)`. Of a path `(batch, *event_shape)`, with
        `integers` of the dtype of the files, and labels, unless `conditional`, as they are, names of sub-folders as
        texts.

    Raises:
        ValueError: If the dataset, the split or an argument is unknown, the data must be downloaded without a network,
            or a file, which the message names, does not hold what is asked for.
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
    held_out = checked_rate(held_out, "held_out")
    if not isinstance(conditional, str):
        checked_bool(conditional, "conditional")
    if conditional and with_labels:
        raise ValueError("With `conditional` the labels are the condition: leave out `with_labels`.")
    data = open_labelled(name, conditional) if conditional else _own(name)
    with_labels = with_labels or bool(conditional)
    if data is not None:
        source = _of_own(data, split, held_out, binarize, with_labels, integers)
        if conditional:
            source = dataclasses.replace(source, labels=numbered(data.labels, data.path, classes))
        # What is binary already is not drawn, and keeps what is missing.
        binarize = None if data.facts.kind == "binary" else binarize
    else:
        source = EMBEDDED[name](split) if name in EMBEDDED else open_dataset(name, split, data_dir, with_labels, seed)
    shuffle, dynamic = split.startswith("train"), binarize == "dynamic"
    if not isinstance(source, Images):
        if binarize == "static":
            raise ValueError(
                f"The dataset {name!r} does not fit in memory, and its images come in another order each time, so they "
                "cannot be binarized once and for all. Use binarize='dynamic'."
            )
        return pipeline.from_stream(source, batch_size, shuffle, dynamic, seed, integers, bool(conditional))
    if not with_labels:
        source = dataclasses.replace(source, labels=None)
    if binarize == "static":
        source = _binarized(source, STATIC_SEED if seed is None else seed)
    return pipeline.from_memory(source, batch_size, shuffle, dynamic, seed, integers, bool(conditional))


def _of_own(data: OwnData, split, held_out, binarize, with_labels, integers) -> Images:
    if with_labels and data.labels is None:
        raise ValueError(
            f"{data.path!r} has no labels: in a folder they are its sub-folders, in a .npz file an array (n,)."
        )
    facts = data.facts
    if integers and facts.levels is None:
        raise ValueError(
            f"{data.path!r} must hold whole numbers from 0 to 65,535 for a likelihood of whole numbers. It holds "
            f"{facts}. Use a likelihood of real numbers, such as 'normal'."
        )
    if binarize is not None and not (facts.smallest >= 0 and facts.largest <= facts.white):
        raise ValueError(
            f"{data.path!r} must hold zeros and ones, or greys in [0, 1], to be black and white. It holds {facts}. Use "
            "another likelihood, 'beta_binomial' for whole numbers or 'normal'; or divide by the value of white."
        )
    if binarize is not None and facts.num_missing and facts.kind != "binary":
        raise ValueError(f"{data.path!r} has {facts.num_missing:,} missing values among greys: binarise it first.")
    white = 1.0 if integers else facts.white
    return Images(data.rows, white, data.labels, data.split(split, held_out))


def _binarized(images, seed) -> Images:
    if not isinstance(images.pixels, np.ndarray):
        return dataclasses.replace(images, pixels=BinarizedRows(images.pixels, images.levels, seed), levels=1)
    return dataclasses.replace(images, pixels=binarize_once(images.pixels, images.levels, seed), levels=1)


def levels(name: str) -> int:
    """How many values an element of an image can have with `integers=True`.

    Args:
        name: As for `load`. It is not looked up: a name unknown here is taken for 8-bit images. A path is read: 256 for
            8-bit images, 65,536 for 16-bit greys, else one more than its largest value.

    Returns:
        17 for `"digits"`, 2 for `"binarized_mnist"`, else 256.

    Raises:
        ValueError: If the name is not a string, or the file at a path does not hold whole numbers from 0 to 65,535.
    """
    data = _own(_checked_dataset_name(name))
    if data is not None:
        if data.facts.levels is None:
            raise ValueError(f"{data.path!r} has no levels: it holds {data.facts}.")
        return data.facts.levels
    # TFDS takes versions and configurations after a name: "mnist:3.0.1".
    dataset = re.split("[:/]", _checked_dataset_name(name))[0]
    return {"digits": WHITE + 1, "binarized_mnist": 2}.get(dataset, 256)


def _own(name) -> OwnData | None:
    return name if isinstance(name, OwnData) else open_own(name) if is_path(name) else None


def _checked_dataset_name(name) -> str | os.PathLike | OwnData:
    if not isinstance(name, (str, os.PathLike, OwnData)):
        raise ValueError(f"`name` must be a name such as 'digits' or 'mnist', or a path. Received: name={name!r}.")
    return name
