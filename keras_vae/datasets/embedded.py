"""Datasets that need no network, and no file."""

from keras_vae.datasets.colour_digits import load_colour_digits
from keras_vae.datasets.digits import load_digits

EMBEDDED = {"digits": load_digits, "colour_digits": load_colour_digits}
