"""What each latent tells of an example."""

import numpy as np

from keras_vae.evaluation._example_moments import example_mean
from keras_vae.evaluation.checks import check_has_prior
from keras_vae.inputs.examples import given


def kl_per_latent(vae, x, batch_size: int = 256, *, condition=None) -> np.ndarray:
    """KL(q(z_j|x) || p(z_j)) of each latent, averaged over the examples: its share of the rate.

    Args:
        vae: A `VAE` whose posterior and prior have a closed form with a term for each latent.
        x: Array `(batch, *event_shape)`, or a `tf.data.Dataset` of batches.
        batch_size: Examples at once; a dataset has its own.
        condition: For a model with a condition, its values for an array x: one for each example, or one for all.

    Returns:
        Float64 array `(latent_dim,)`, in nats.

    Raises:
        ValueError: If x is empty or not what the model encodes, or the divergence is no sum over latents.
    """
    check_has_prior(vae, "kl_per_latent")
    return example_mean(vae.over_batches(vae.kl_terms, given(x, condition), batch_size))
