"""Codes of a dataset, beside its labels."""

from typing import NamedTuple

import keras
import numpy as np

from keras_vae.inputs import batches
from keras_vae.inputs.data_checks import check_examples
from keras_vae.inputs.examples import given
from keras_vae.ops.checks import checked_bool


class EncodedDataset(NamedTuple):
    """Codes, and what came beside the examples.

    Attributes:
        codes: `(n, latent_dim)`.
        labels: `(n, ...)`, as they came; `None` where there were none.
    """

    codes: np.ndarray
    labels: np.ndarray | None


def encode_dataset(
    model, data, sample: bool = False, batch_size: int = batches.BATCH_SIZE, *, condition=None
) -> EncodedDataset:
    """Encodes all examples of a dataset and keeps their labels, in one order.

    The data is read once: a dataset that is shuffled comes in another order at each reading, and labels that were read
    apart from the images would belong to others.

    Args:
        model: A `VAE` or an `Autoencoder`.
        data: A `tf.data.Dataset` of batches of x or (x, labels), an array `(n, *event_shape)`, or a pair of arrays
            (x, labels). Weights are left out. Of a model with a condition, x may be `{"x": ..., "condition": ...}`.
        sample: Draw one code from q(z|x) in place of its mean.
        batch_size: Examples at once; a dataset has its own.
        condition: For a model with a condition, its values for an array x: one for each example, or one for all. They
            are not what is called labels here, which the encoder does not see, though they may be the same.

    Returns:
        `EncodedDataset`: the codes, float32 `(n, latent_dim)`, and the labels.

    Raises:
        ValueError: If x is not what the model encodes, there are more or fewer labels than examples, or the dataset is
            empty or has no end.
    """
    checked_bool(sample, "sample")
    if batches.is_dataset(data):
        batches.check_ends(data, "data")
        given(data, condition, "data")
        return _encoded_batches(model, data, sample)
    x, labels, _ = keras.utils.unpack_x_y_sample_weight(data) if isinstance(data, tuple) else (data, None, None)
    codes = model.encode(x, sample, batch_size, condition=condition)
    return EncodedDataset(codes, _checked_labels(labels, len(codes)))


def _encoded_batches(model, dataset, sample):
    codes, labels, count = [], [], 0
    for element in dataset:
        x, y, _ = keras.utils.unpack_x_y_sample_weight(element)
        x = check_examples(model.data_spec, x, "data", first=count)
        codes.append(model.encode(x, sample, max(1, batches.num_rows(x))))
        labels.append(_checked_labels(y, len(codes[-1])))
        count += len(codes[-1])
    if count == 0:
        raise ValueError("`data` is empty: it must hold at least one batch.")
    return EncodedDataset(np.concatenate(codes), None if labels[0] is None else np.concatenate(labels))


def _checked_labels(labels, count):
    if labels is None:
        return None
    labels = np.asarray(labels)
    if labels.shape[:1] != (count,):
        raise ValueError(
            f"There must be a label for each example. Received: {count} examples, labels of shape {labels.shape}."
        )
    return labels
