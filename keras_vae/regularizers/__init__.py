"""Penalties of codes, beside those of Keras: `keras.regularizers.L1` makes codes sparse as it is."""

from keras_vae.regularizers.kullback_leibler_sparsity import KullbackLeiblerSparsity

__all__ = ["KullbackLeiblerSparsity"]
