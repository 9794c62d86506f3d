"""Where examples lie among the codes, epoch by epoch."""

import keras
import numpy as np

from keras_vae.callbacks.examples import checked_examples
from keras_vae.callbacks.picture_callback import PictureCallback
from keras_vae.inputs import batches
from keras_vae.inputs.data_checks import check_examples
from keras_vae.inputs.examples import condition_of, x_of
from keras_vae.ops.checks import checked_size
from keras_vae.visualization import latent_scatter
from keras_vae.visualization.labels import checked_labels


class LatentScatter(PictureCallback):
    """Draws the mean codes of fixed examples, coloured by their labels where there are any.

    Two latents are drawn as they are; of more, the first two principal components.

    Args:
        log_dir: Folder that TensorBoard reads; pictures go to its subfolder `latents`.
        x: What the model encodes: an array `(n, *event_shape)`, or a dataset of batches, which may hold pairs of images
            and labels. For a model with a condition, `{"x": ..., "condition": ...}` or a dataset of such.
        labels: `(n,)`, one for each example, all numbers or all texts; `None` takes those of the dataset, or a
            condition that is one number for each example, and draws without colours where there are none.
        every: Draw every so many epochs; `None` draws ever fewer, as `PictureCallback` says.
        num_examples: How many examples, at most: the first ones.
        image_dir: Another folder for the PNG files; they go to its subfolder `latents`.

    Raises:
        ValueError: If x is empty, the labels are not one for each example, or they are neither all numbers nor all
            texts; or when training begins, if the examples are not what the model encodes, or the model has a single
            latent.
    """

    name = "latents"

    def __init__(self, log_dir, x, labels=None, every: int | None = 1, num_examples: int = 2000, image_dir=None):
        super().__init__(log_dir, every, image_dir)
        self.x, self.labels = labelled_examples(x, labels, checked_size(num_examples, "num_examples"))

    def on_train_begin(self, logs=None):
        check_examples(self.model.data_spec, self.x, "x")
        if self.model.latent_dim < 2:
            raise ValueError("LatentScatter draws codes in a plane. Received: a model with latent_dim=1.")
        super().on_train_begin(logs)

    def figure(self, title=None):
        return latent_scatter(self.model.encode(self.x), self.labels, title)


def labelled_examples(x, labels, count: int):
    """The first examples of an array or a dataset, and their labels.

    Args:
        x: Array `(n, *event_shape)`, or a dataset of batches; a second component that has one value for each example
            is their labels. Either may be of dicts with a condition.
        labels: Array-like `(n,)` that goes before the dataset's own and the condition, or `None`.
        count: How many examples, at most.

    Returns:
        Array `(min(n, count), *event_shape)`, or a dict with its condition; and an array of labels or `None`.

    Raises:
        ValueError: If there is no example, another number of labels, or labels of several kinds.
    """
    if hasattr(x, "element_spec"):
        x, own_labels = _of_dataset(x, count)
        # Labels that were given are for the whole dataset, which was not read to its end.
        labels = own_labels if labels is None else np.asarray(labels)[: batches.num_rows(x)]
    x = checked_examples(x)
    if labels is None and np.ndim(condition_of(x)) == 1:
        labels = condition_of(x)
    labels = checked_labels(labels, len(x_of(x)))
    return batches.rows(x, 0, count), None if labels is None else labels[:count]


def _of_dataset(dataset, count):
    images, labels, found = [], [], 0
    for element in dataset:
        image, label, _ = keras.utils.unpack_x_y_sample_weight(element)
        images.append(keras.tree.map_structure(np.asarray, image))
        labels.append(None if label is None else np.asarray(label))
        found += batches.num_rows(images[-1])
        if found >= count:
            break
    if not images:
        return np.empty(0), None
    are_labels = all(label is not None and label.shape[:1] == (label.size,) for label in labels)
    joined = keras.tree.map_structure(lambda *parts: np.concatenate(parts), *images)
    return joined, np.concatenate(labels).reshape(-1) if are_labels else None
