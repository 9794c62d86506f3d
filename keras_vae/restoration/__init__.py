"""The model as a restorer: corruptions to train and test with, and what uses a trained model on damaged data."""

from keras_vae.restoration._infer import infer
from keras_vae.restoration._inpaint import inpaint
from keras_vae.restoration._super_resolve import super_resolve
from keras_vae.restoration.blur import Blur
from keras_vae.restoration.downsampling import Downsampling, downsample, repeat
from keras_vae.restoration.gaussian_noise import GaussianNoise
from keras_vae.restoration.missing_block import MissingBlock
from keras_vae.restoration.missing_pixels import MissingPixels
from keras_vae.restoration.restoration import Restoration
from keras_vae.restoration.salt_and_pepper import SaltAndPepper

__all__ = [
    "Blur",
    "Downsampling",
    "GaussianNoise",
    "MissingBlock",
    "MissingPixels",
    "Restoration",
    "SaltAndPepper",
    "downsample",
    "infer",
    "inpaint",
    "repeat",
    "super_resolve",
]
