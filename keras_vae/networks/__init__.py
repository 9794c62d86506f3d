"""Trunks: functions that return Keras models. Any Keras model or layer serves in their place."""

from keras_vae.networks.conv import conv
from keras_vae.networks.conv_transpose import conv_transpose
from keras_vae.networks.dense import dense

__all__ = ["conv", "conv_transpose", "dense"]
