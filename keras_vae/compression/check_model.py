"""What a model must be to compress."""

from keras_vae.models.has_prior import check_has_prior
from keras_vae.posteriors import DiagonalNormal


def check_model(vae) -> None:
    """Raises a ValueError if a model has no code that can be quantised.

    The prior and the likelihood are checked by what quantises them.
    """
    check_has_prior(vae, "Compression")
    if type(vae.encoder.posterior) is not DiagonalNormal:
        raise ValueError(
            f"Compression needs a DiagonalNormal posterior. Received: {type(vae.encoder.posterior).__name__}."
        )
    vae.build((None, *vae.event_shape))
    taken = tuple(vae.encoder.input_spec.shape[1:])
    if taken != vae.event_shape:
        raise ValueError(
            f"Compression needs an encoder that takes the event's shape, {vae.event_shape}. It takes {taken}."
        )
