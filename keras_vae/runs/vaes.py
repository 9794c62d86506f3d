"""The VAEs that runs train."""

import math

import keras

from keras_vae.conditions import Labels
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.models import VAE
from keras_vae.models.for_shape import data_form_of, likelihood_for
from keras_vae.runs.data import levels_of
from keras_vae.runs.own_data import OwnSplits
from keras_vae.runs.tables import tabular_likelihood


def compiled_vae(
    event_shape, settings: dict, learning_rate, own: OwnSplits | None = None, condition: Labels | None = None
) -> VAE:
    """A VAE as the settings of a run have it.

    Args:
        event_shape: Shape of an image.
        settings: `dataset`, `latent_dim`, `network`, `likelihood` and `beta`, as `runs.train` takes them.
        learning_rate: Adam's, a number or a schedule; the gradient's norm is bounded by `largest_gradient`.
        own: Data of one's own, in place of a dataset by name.
        condition: What the model is conditioned on, or `None`.
    """
    likelihood = _likelihood(event_shape, settings["likelihood"], settings["dataset"], own)
    vae = VAE.for_shape(event_shape, settings["latent_dim"], settings["network"], likelihood, condition)
    vae.beta = settings["beta"]
    vae.compile(keras.optimizers.Adam(learning_rate, global_clipnorm=largest_gradient(event_shape)))
    return vae


def largest_gradient(event_shape) -> float:
    """The norm that gradients are bounded by, so that a damaged example does not undo a training: 16 for each element.

    Trainings on images stay below half of it. It is rounded up to a power of two, by which numbers are divided and
    multiplied without an error: gradients below it stay bit for bit what they are.
    """
    return 2.0 ** math.ceil(math.log2(16 * math.prod(event_shape)))


def _likelihood(event_shape, name, dataset, own) -> Likelihood:
    if name == "tabular":
        return tabular_likelihood(own)
    levels = {"levels": levels_of(dataset, own)} if data_form_of(name) == "integers" else {}
    return likelihood_for(event_shape, name, **levels)
