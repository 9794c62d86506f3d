"""Damaged examples, from a file or made of a dataset."""

import dataclasses
import math
import os

import keras
import numpy as np

from keras_vae import restoration
from keras_vae.callbacks.reconstruction_grid import first_examples
from keras_vae.ops.checks import checked_name, checked_size
from keras_vae.restoration.mask import with_missing
from keras_vae.runs.data import model_data

# What damages, by its name on the command line, from a number and a seed.
CORRUPTIONS = {
    "missing-block": lambda number, seed: restoration.MissingBlock(_whole(number), math.nan, seed),
    "missing-pixels": lambda number, seed: restoration.MissingPixels(number, math.nan, seed),
    "noise": lambda number, seed: restoration.GaussianNoise(number, seed),
    "downsampling": lambda number, seed: restoration.Downsampling(_whole(number)),
}


@dataclasses.dataclass(frozen=True)
class Damaged:
    """Examples to restore.

    Attributes:
        observed: Floats `(n, *event_shape)`, NaN where they are missing.
        original: What they were, in the same shape; `None` where nobody knows it.
        corruption: What was done to all of their elements; `None` where some are missing and the others as they were.
    """

    observed: np.ndarray
    original: np.ndarray | None
    corruption: keras.layers.Layer | None


def damaged(source, model, corruption=None, mask=None, num_images=None, data_dir=None, seed: int = 0) -> Damaged:
    """Reads examples that are damaged, or damages the first of a test split.

    Args:
        source: A `.npy` file with an array `(n, *event_shape)`, NaN where it is missing; or a name for `datasets.load`,
            or another path that it takes.
        model: An `Autoencoder` or a `VAE`, whose likelihood says in which form a dataset is taken.
        corruption: What damages, or what damaged the file: a name of `CORRUPTIONS` and a number, such as
            `"downsampling=2"`; or `None`.
        mask: A `.npy` file with booleans in the shape of the examples or of one, False where it is missing; or `None`.
        num_images: How many examples, and masks where each has its own; `None` is all of a file, and 16 of a dataset.
        data_dir: Where TFDS finds its data.
        seed: Int from 0, of what damages.

    Returns:
        `Damaged`.

    Raises:
        ValueError: If there is no such source, corruption or mask, they do not fit together, or nothing is damaged.
    """
    layer, is_file = _layer(corruption, seed), os.fspath(source).endswith(".npy")
    leaves_out = isinstance(layer, (restoration.MissingBlock, restoration.MissingPixels))
    if is_file and leaves_out:
        raise ValueError(
            f"{corruption!r} damages a dataset. In a file, mark what is missing with NaN, or with a mask of booleans."
        )
    if not (is_file or layer or mask):
        raise ValueError(f"Nothing of {source!r} is damaged: give a corruption, such as 'missing-block=3', or a mask.")
    examples = _examples(source, model, num_images, data_dir) if not is_file else _read(source)[:num_images]
    if not is_file and layer is not None:
        observed = np.asarray(layer(examples))
    elif isinstance(layer, restoration.Downsampling) and examples.shape[1:] != model.event_shape:
        observed = np.asarray(restoration.repeat(examples, layer.factor))
    else:
        observed = examples
    if mask is not None:
        observed = with_missing(observed, _first(_read(mask), observed.ndim, num_images), "A mask")
    return Damaged(observed, None if is_file else examples, None if leaves_out else layer)


def _layer(corruption, seed):
    if corruption is None:
        return None
    name, _, number = corruption.partition("=")
    make = CORRUPTIONS[checked_name(name, CORRUPTIONS, "corruption")]
    try:
        value = float(number)
    except ValueError as error:
        raise ValueError(
            f"`corruption` must be a name and a number, such as '{name}=2'. Received: {corruption!r}."
        ) from error
    return make(value, seed)


def _whole(number):
    return int(number) if number.is_integer() else number


def _examples(source, model, num_images, data_dir):
    count = checked_size(16 if num_images is None else num_images, "num_images")
    examples = first_examples(model_data(source, model, count, data_dir), count)
    return examples.astype(model.decoder.likelihood.compute_dtype)


def _read(path):
    try:
        array = np.load(path, allow_pickle=False)
    except (EOFError, ValueError) as error:
        raise ValueError(f"{path!r} is not an array that `numpy.save` wrote: {error}") from error
    if array.dtype.kind not in "biuf" or array.ndim == 0:
        raise ValueError(f"{path!r} must hold an array of numbers. It has dtype {array.dtype} and shape {array.shape}.")
    return array


def _first(mask, ndim, num_images):
    """The part of a mask that belongs to the first examples; a mask of one example belongs to all."""
    return mask[:num_images] if mask.ndim == ndim else mask
