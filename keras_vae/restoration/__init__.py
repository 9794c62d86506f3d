"""Trained models as restorers of what is missing, noisy or small."""

from keras_vae.restoration.infer import infer
from keras_vae.restoration.restoration import Restoration

__all__ = ["Restoration", "infer"]
