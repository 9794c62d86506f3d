"""Data to train on: images as `tf.data` pipelines, signals as arrays."""

from keras_vae.datasets._chirps import chirps
from keras_vae.datasets._classes import classes
from keras_vae.datasets._load import levels, load

__all__ = ["chirps", "classes", "levels", "load"]
