"""The VAEs that runs train."""

import keras

from keras_vae.likelihoods.integer_likelihood import IntegerLikelihood
from keras_vae.models import VAE
from keras_vae.models.for_shape import LIKELIHOODS
from keras_vae.runs.data import levels_of


def compiled_vae(event_shape, settings: dict, learning_rate) -> VAE:
    """A VAE as the settings of a run have it.

    Args:
        event_shape: Shape of an image.
        settings: `dataset`, `latent_dim`, `network`, `likelihood` and `beta`, as `runs.train` takes them; of data of
            one's own `validation` as well.
        learning_rate: Adam's, a number or a schedule.
    """
    kind, options = LIKELIHOODS[settings["likelihood"]]
    if issubclass(kind, IntegerLikelihood):
        options = {**options, "levels": levels_of(settings["dataset"], settings.get("validation"))}
    vae = VAE.for_shape(event_shape, settings["latent_dim"], settings["network"], kind(event_shape, **options))
    vae.beta = settings["beta"]
    vae.compile(keras.optimizers.Adam(learning_rate))
    return vae
