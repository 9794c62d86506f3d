"""The choices behind `VAE.for_shape` and `Autoencoder.for_shape`."""

import math
from collections.abc import Sequence

from keras_vae import likelihoods, networks
from keras_vae.choices import NETWORKS
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.ops.checks import checked_event_shape, checked_name

DENSE_UNITS = (512, 512)
FIRST_FILTERS, MOST_FILTERS = 32, 256
SMALLEST_SIDE = 8

# Of each name of `choices.LIKELIHOOD_NAMES` the class, and what it is given beside the event's shape.
LIKELIHOODS = {
    "bernoulli": (likelihoods.Bernoulli, {}),
    "continuous_bernoulli": (likelihoods.ContinuousBernoulli, {}),
    "normal": (likelihoods.Normal, {"scale": "optimal"}),
    "beta_binomial": (likelihoods.BetaBinomial, {}),
    "discretized_logistic": (likelihoods.DiscretizedLogistic, {}),
    "tabular": (likelihoods.Tabular, {}),
}


def encoder_network(event_shape: Sequence[int], network: str):
    """A network from examples to features, `"dense"` or `"conv"`."""
    if _is_dense(event_shape, network):
        return networks.dense(DENSE_UNITS)
    return networks.conv(_filters(event_shape), rank=len(event_shape) - 1)


def decoder_network(event_shape: Sequence[int], network: str):
    """A network from codes to features, the encoder's mirror image."""
    if _is_dense(event_shape, network):
        return networks.dense(DENSE_UNITS[::-1])
    return networks.conv_transpose(_filters(event_shape)[::-1], event_shape)


def data_form_of(likelihood: str) -> str:
    """How a likelihood by name is given images: its `data_form`."""
    return LIKELIHOODS[likelihood][0].data_form


def likelihood_for(event_shape: Sequence[int], likelihood: str | Likelihood, **settings) -> Likelihood:
    """A likelihood by name, with 256 levels where it has levels and the optimal scale where it has one; or as given.

    Args:
        event_shape: Shape of one example.
        likelihood: A name of `LIKELIHOODS`, or a likelihood of that shape.
        **settings: Of one by name, such as other `levels`.

    Raises:
        ValueError: If the name is unknown, or a given likelihood is of another shape.
    """
    if not isinstance(likelihood, Likelihood):
        kind, options = LIKELIHOODS[checked_name(likelihood, LIKELIHOODS, "likelihood")]
        return kind(event_shape, **{**options, **settings})
    if likelihood.event_shape != tuple(event_shape):
        raise ValueError(f"The likelihood is of event_shape={likelihood.event_shape}. Expected {tuple(event_shape)}.")
    return likelihood


def _is_dense(event_shape, network) -> bool:
    event_shape = checked_event_shape(event_shape)
    checked_name(network, NETWORKS, "network")
    if network == "conv" and len(event_shape) not in (2, 3, 4):
        raise ValueError(
            "A convolutional network needs examples with 1 to 3 sides and a channel axis, such as (28, 28, 1). "
            f"Received: event_shape={event_shape}. Use network='dense'."
        )
    return network == "dense"


def _filters(event_shape) -> list[int]:
    """Halves the sides until the longest is at most 8, and doubles the filters each time."""
    halvings = max(1, math.ceil(math.log2(max(event_shape[:-1]) / SMALLEST_SIDE)))
    return [min(FIRST_FILTERS * 2**level, MOST_FILTERS) for level in range(halvings)]
