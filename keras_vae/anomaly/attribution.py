"""Which elements of an example are to blame."""

import math

from keras import ops

from keras_vae.anomaly.scores import SCORES


def contributions(model, x, score: str, num_samples: int):
    """What each element adds to the score, for tensors: their sum is the score.

    Elements have their own terms. What belongs to no element, such as the KL divergence, is shared out equally, which
    leaves the order of the elements as it is.

    Args:
        model: An `Autoencoder` or a `VAE`.
        x: `(batch, *event_shape)`; of a model with a condition, `{"x": ..., "condition": ...}`.
        score: A name in `SCORES`.
        num_samples: Codes drawn for each example.

    Returns:
        `(batch, *event_shape)`, in the score's unit. A term is negative where a density is above 1.
    """
    elements, rest = SCORES[score][0](model, x, num_samples)
    share = ops.reshape(rest / math.prod(model.event_shape), (-1,) + (1,) * len(model.event_shape))
    return elements + share
