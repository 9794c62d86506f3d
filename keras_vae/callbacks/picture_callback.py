"""What every callback that draws has in common."""

import os

import keras
import numpy as np
import tensorflow as tf

from keras_vae.callbacks.due_epochs import is_due
from keras_vae.ops.checks import checked_size
from keras_vae.visualization import pixels, save_png

# The figure to judge a model by, or what it has of it.
JUDGED_BY = {"negative_elbo": "negative ELBO", "reconstruction": "reconstruction", "loss": "loss"}


class PictureCallback(keras.callbacks.Callback):
    """Base class: a picture every few epochs and after the last, as a PNG file and in TensorBoard.

    A subclass sets `name` and implements `figure`, which is given a title such as "epoch 12 · negative ELBO 95.3 nats",
    of the validation data if there are any. Files are named after the epoch, counted from 1; an existing one is kept,
    and the new one gets a number. Give two callbacks of the same kind two folders.

    Pictures show the model as it is after an epoch, even if `EarlyStopping` restores other weights at the end.

    Args:
        log_dir: Folder that TensorBoard reads; pictures go to its subfolder `name`.
        every: Epochs between pictures; `None` draws after each of the first eight, and then less and less often: after
            10, 12, 14, 16, 20, 24, 28, 32, 40 … and the last.
        image_dir: Another folder for the PNG files; they go to its subfolder `name`.
    """

    name = ""

    def __init__(self, log_dir, every: int | None = 1, image_dir=None):
        super().__init__()
        self.log_dir = os.path.join(log_dir, self.name)
        self.image_dir = self.log_dir if image_dir is None else os.path.join(image_dir, self.name)
        self.every = None if every is None else checked_size(every, "every")
        self._last_epoch = self._last_drawn = None
        self._last_logs = {}

    def figure(self, title: str | None = None):
        """The model as it is now: a `matplotlib.figure.Figure` under a title."""
        raise NotImplementedError

    def on_train_begin(self, logs=None):
        self._last_epoch = self._last_drawn = None
        # A folder that cannot be made is known before the training.
        os.makedirs(self.image_dir, exist_ok=True)
        self._writer = tf.summary.create_file_writer(self.log_dir)

    def on_epoch_end(self, epoch, logs=None):
        self._last_epoch, self._last_logs = epoch, logs or {}
        if is_due(self, epoch):
            self._draw(epoch)

    def on_train_end(self, logs=None):
        # A callback after this one has stopped the training: it has not restored other weights yet.
        if self._last_epoch != self._last_drawn:
            self._draw(self._last_epoch)
        self._writer.close()

    def _draw(self, epoch):
        picture = pixels(self.figure(title_of(epoch + 1, self._last_logs)))
        save_png(self._free_path(epoch + 1), picture)
        # What is written is flushed at the context's end: TensorBoard shows it while the training goes on.
        with self._writer.as_default():
            tf.summary.image(self.name, picture[np.newaxis], step=epoch)
        self._last_drawn = epoch

    def _free_path(self, epoch) -> str:
        path, number = os.path.join(self.image_dir, f"epoch-{epoch:04d}.png"), 2
        while os.path.exists(path):
            path = os.path.join(self.image_dir, f"epoch-{epoch:04d}-{number}.png")
            number += 1
        return path


def title_of(epoch: int, logs: dict) -> str:
    """A title from the logs of an epoch: "epoch 12 · validation negative ELBO 95.3 nats".

    Args:
        epoch: Counted from 1.
        logs: What Keras gives to `on_epoch_end`.
    """
    for data in ("val_", ""):
        for key, name in JUDGED_BY.items():
            if f"{data}{key}" in logs:
                kind = "validation " if data else ""
                return f"epoch {epoch} · {kind}{name} {nats_label(float(logs[f'{data}{key}']))} nats"
    return f"epoch {epoch}"


def nats_label(value: float) -> str:
    """A number with a digit after the point, or three digits where it is small, and a proper minus sign."""
    text = f"{value:#.3g}" if abs(value) < 10 else f"{value:,.1f}"
    return text.replace("-", "\N{MINUS SIGN}")
