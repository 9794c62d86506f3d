"""Trunks: functions that return Keras models. Any Keras model or layer serves in their place."""

from keras_vae.networks._conv import conv
from keras_vae.networks._conv_transpose import conv_transpose
from keras_vae.networks._dense import dense

__all__ = ["conv", "conv_transpose", "dense"]
