"""What a model is conditioned on: labels, covariates, images, and several of them."""

from keras_vae.conditions.any_layer import AnyLayer
from keras_vae.conditions.condition import Condition
from keras_vae.conditions.covariates import Covariates
from keras_vae.conditions.images import Images
from keras_vae.conditions.labels import Labels
from keras_vae.conditions.several import Several

__all__ = ["AnyLayer", "Condition", "Covariates", "Images", "Labels", "Several"]
