"""Images to train on, as `tf.data` pipelines."""

from keras_vae.datasets.load import load

__all__ = ["load"]
