"""8-bit data, by a logistic density that is cut into bins."""

import keras
from keras import ops

from keras_vae.likelihoods.integer_likelihood import IntegerLikelihood
from keras_vae.ops import noise

# Levels on each side of the location beyond which a scale of at most 1 leaves nothing to sum.
WINDOW = 18


@keras.saving.register_keras_serializable("keras_vae")
class DiscretizedLogistic(IntegerLikelihood):
    """Independent whole numbers: a logistic variable, rounded, and held to 0 ... levels - 1.

    P(x) = F(x + 1/2) - F(x - 1/2) with F(t) = sigmoid((t - mean) / scale); the first bin takes the whole
    lower tail and the last the whole upper one, so that the probabilities sum to 1.

    Parameters, in the data's units: `mean`, the location of the logistic variable before rounding, and
    `log_scale`.

    Source: Kingma et al. 2016, "Improved Variational Inference with Inverse Autoregressive Flow", appendix
    (section "discretized logistic likelihood"); Salimans et al. 2017, "PixelCNN++", equations 1 and 2.

    Args:
        event_shape: Shape of one example, such as `(32, 32, 3)`.
        levels: How many values an element can have: 256 for 8-bit images.
    """

    parameter_names = ("mean", "log_scale")

    def call(self, features):
        # The projection starts about 0 and 1: that is put in the middle of the range, an eighth of it wide.
        params = super().call(features)
        middle = (self.levels - 1) / 2
        return {
            "mean": middle * (1.0 + params["mean"]),
            "log_scale": params["log_scale"] + ops.log(ops.convert_to_tensor(self.levels / 8, self.compute_dtype)),
        }

    def element_log_prob(self, params, x):
        # F(b) - F(a) = sigmoid(b) sigmoid(-a) (1 - exp(a - b)): a product has no digits to lose.
        inverse_scale = ops.exp(-params["log_scale"])
        centred = x - params["mean"]
        below_upper_edge = ops.log_sigmoid((centred + 0.5) * inverse_scale)
        above_lower_edge = ops.log_sigmoid((0.5 - centred) * inverse_scale)
        width = ops.log(-ops.expm1(-inverse_scale))
        inner = below_upper_edge + above_lower_edge + width
        outer = ops.where(x < self.levels - 1.5, below_upper_edge, above_lower_edge)
        return ops.where(ops.logical_or(x < 0.5, x > self.levels - 1.5), outer, inner)

    def mean(self, params):
        """Mean of the rounded variable: the sum over levels k >= 1 of P(x >= k), in the data's units."""
        location, scale = params["mean"], ops.exp(params["log_scale"])
        top = self.levels - 1.0
        # A wide distribution's sum is its integral, with corrections for both ends; a narrow one's has few terms.
        integral = scale * (ops.softplus(location / scale) - ops.softplus((location - top) / scale))
        wide = integral + _end_correction(location / scale, scale) - _end_correction((location - top) / scale, scale)
        start = ops.clip(ops.round(location), 0.0, top)
        narrow_scale = ops.minimum(scale, 1.0)
        narrow = ops.clip(start - WINDOW, 0.0, top)
        for offset in range(-WINDOW + 1, WINDOW + 1):
            level = start + offset
            exceeded = ops.sigmoid((location - level + 0.5) / narrow_scale)
            narrow = narrow + ops.where(ops.logical_and(level >= 1, level <= top), exceeded, 0.0)
        return ops.where(scale > 1.0, wide, narrow)

    def sample(self, params, seed):
        uniform = noise.uniform(ops.shape(params["mean"]), seed, params["mean"].dtype)
        # A draw of exactly 0 has no finite logit; the half step keeps clear of it.
        uniform = ops.clip(uniform, 1e-7, 1.0 - 1e-7)
        logistic = ops.log(uniform) - ops.log1p(-uniform)
        drawn = ops.round(params["mean"] + ops.exp(params["log_scale"]) * logistic)
        return ops.clip(drawn, 0.0, self.levels - 1.0)


def _end_correction(standardised, scale):
    """What the midpoint rule's sum of sigmoids lacks at one end of its integral (Euler and Maclaurin's formula)."""
    p = ops.sigmoid(standardised)
    slope = p * (1.0 - p)
    return -slope / (24 * scale) + 7 * slope * (1.0 - 6.0 * slope) / (5760 * scale**3)
