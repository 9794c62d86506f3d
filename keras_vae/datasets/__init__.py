"""Images to train on, as `tf.data` pipelines."""

from keras_vae.datasets.load import levels, load

__all__ = ["levels", "load"]
