"""Data between 0 and 1."""

import math

import keras
from keras import ops

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.ops import noise
from keras_vae.ops.cross_entropy import binary_cross_entropy

# Below these logits the series are exact to float32, and the closed forms lose digits.
SMALL_LOGIT = 0.3


@keras.saving.register_keras_serializable("keras_vae")
class ContinuousBernoulli(Likelihood):
    """Independent elements in [0, 1] with the density that the cross-entropy lacks.

    p(x) = C(l) sigmoid(l)^x sigmoid(-l)^(1-x) with C(l) = l / tanh(l / 2), which is 2 at l = 0. Grey values
    have a density under it: the nats of its ELBO mean something.

    Parameters: `logits`. The mean is 1 / (1 - exp(-l)) - 1 / l, not sigmoid(l).

    Source: Loaiza-Ganem and Cunningham 2019, "The continuous Bernoulli: fixing a pervasive error in
    variational autoencoders", equations 5 to 8, written for the logit.

    Args:
        event_shape: Shape of one example, such as `(28, 28, 1)`.
    """

    parameter_names = ("logits",)
    domain = "values in [0, 1]"
    mend = "Divide 8-bit images by 255."

    def element_log_prob(self, params, x):
        return log_normalizer(params["logits"]) - binary_cross_entropy(params["logits"], x)

    def mean(self, params):
        logits = params["logits"]
        small = ops.abs(logits) < SMALL_LOGIT
        safe = ops.where(small, ops.ones_like(logits), ops.abs(logits))
        series = 0.5 + logits / 12 - logits**3 / 720 + logits**5 / 30240
        # The mean's distance from the nearer end, by what cannot overflow.
        distance = 1.0 / safe + ops.exp(-safe) / ops.expm1(-safe)
        return ops.where(small, series, ops.where(logits > 0, 1.0 - distance, distance))

    def sample(self, params, seed):
        # By the inverse of the distribution function of exp(-a x), a = |l|, mirrored where l is positive.
        logits = params["logits"]
        steepness = ops.maximum(ops.abs(logits), 1e-6)
        uniform = noise.uniform(ops.shape(logits), seed, logits.dtype)
        falling = -ops.log1p(uniform * ops.expm1(-steepness)) / steepness
        return ops.clip(ops.where(logits > 0, 1.0 - falling, falling), 0.0, 1.0)

    def in_domain(self, x):
        return ops.logical_and(x >= 0, x <= 1)


def log_normalizer(logits):
    """log C(l) = log(l / tanh(l / 2)), elementwise, with its series about the removable singularity at 0."""
    half = ops.abs(logits) / 2
    small = half < SMALL_LOGIT / 2
    safe = ops.where(small, ops.ones_like(half), half)
    square = half * half
    series = square * (1 / 3 - square * (7 / 90 - square * (62 / 2835 - square * 127 / 18900)))
    return math.log(2) + ops.where(small, series, ops.log(safe) - ops.log(ops.tanh(safe)))
