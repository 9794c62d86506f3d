"""What a model must be to compress."""

from keras_vae.models._has_prior import check_has_prior


def check_model(vae) -> None:
    """Raises a ValueError if a model has no code that can be quantised, or no prior to code it under.

    The likelihood is checked by what quantises it.
    """
    check_has_prior(vae, "Compression")
    if not vae.has_normal_codes:
        raise ValueError(
            "Compression needs a posterior whose latents are independent and normal, such as DiagonalNormal. Received: "
            f"{vae.part_classes['posterior']}."
        )
    if vae.prior_marginal is None:
        raise ValueError(
            "Compression needs a prior whose latents are independent and have one distribution in closed form, such as "
            "StandardNormal or Laplace. Received: "
            f"{vae.part_classes['prior']}. Train a VAE with one of these priors."
        )
    vae.build((None, *vae.event_shape))
    taken = tuple(vae.encoder.input_spec.shape[1:])
    if taken != vae.event_shape:
        raise ValueError(
            f"Compression needs an encoder that takes the event's shape, {vae.event_shape}. This one takes {taken}."
        )
