"""8-bit data, by a logistic density that is cut into bins."""

import keras
from keras import ops

from keras_vae.likelihoods.integer_likelihood import IntegerLikelihood
from keras_vae.ops import noise
from keras_vae.ops.special import log_one_minus_exp, softplus_difference

# Levels on each side of the location beyond which a scale of at most 1 leaves nothing to sum.
WINDOW = 18
# Scales up to here and their inverses, times the distance of thousands of levels, are finite in float32.
MOST_LOG_SCALE = 80.0


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

    def level_log_prob(self, params, level):
        # F(b) - F(a) = sigmoid(b) sigmoid(-a) (1 - exp(a - b)): a product has no digits to lose.
        inverse_scale = ops.exp(-_bounded(params["log_scale"]))
        centred = level - params["mean"]
        below_upper_edge = ops.log_sigmoid((centred + 0.5) * inverse_scale)
        above_lower_edge = ops.log_sigmoid((0.5 - centred) * inverse_scale)
        inner = below_upper_edge + above_lower_edge + log_one_minus_exp(inverse_scale)
        outer = ops.where(level < self.levels - 1.5, below_upper_edge, above_lower_edge)
        return ops.where(ops.logical_or(level < 0.5, level > self.levels - 1.5), outer, inner)

    def mean(self, params):
        """Mean of the rounded variable: the sum over levels k >= 1 of P(x >= k), in the data's units."""
        location, log_scale = params["mean"], _bounded(params["log_scale"])
        # A wide distribution's sum is its integral, with corrections for both ends; a narrow one's has few terms.
        wide = self._wide_mean(ops.cast(location, "float64"), ops.cast(ops.maximum(log_scale, 0.0), "float64"))
        narrow = self._narrow_mean(location, ops.exp(ops.minimum(log_scale, 0.0)))
        return ops.where(log_scale > 0.0, ops.cast(wide, location.dtype), narrow)

    def sample(self, params, seed):
        uniform = noise.uniform(ops.shape(params["mean"]), seed, params["mean"].dtype)
        # A draw of exactly 0 has no finite logit; the half step keeps clear of it.
        uniform = ops.clip(uniform, 1e-7, 1.0 - 1e-7)
        logistic = ops.log(uniform) - ops.log1p(-uniform)
        drawn = ops.round(params["mean"] + ops.exp(_bounded(params["log_scale"])) * logistic)
        return ops.clip(drawn, 0.0, self.levels - 1.0)

    def _wide_mean(self, location, log_scale):
        scale, top = ops.exp(log_scale), self.levels - 1.0
        lower, upper = location / scale, (location - top) / scale
        integral = scale * softplus_difference(lower, top / scale)
        return integral + _end_correction(lower, scale) - _end_correction(upper, scale)

    def _narrow_mean(self, location, scale):
        top = self.levels - 1.0
        start = ops.clip(ops.round(location), 0.0, top)
        mean = ops.clip(start - WINDOW, 0.0, top)
        for offset in range(-WINDOW + 1, WINDOW + 1):
            level = start + offset
            exceeded = ops.sigmoid((location - level + 0.5) / scale)
            mean = mean + ops.where(ops.logical_and(level >= 1, level <= top), exceeded, 0.0)
        return mean


def _bounded(log_scale):
    return ops.clip(log_scale, -MOST_LOG_SCALE, MOST_LOG_SCALE)


def _end_correction(standardised, scale):
    """What the midpoint rule's sum of sigmoids lacks at one end of its integral (Euler and Maclaurin's formula)."""
    p = ops.sigmoid(standardised)
    slope = p * (1.0 - p)
    third, fifth = slope * (1.0 - 6.0 * slope), slope * (1.0 - 30.0 * slope + 120.0 * slope * slope)
    return -slope / (24 * scale) + 7 * third / (5760 * scale**3) - 31 * fifth / (967680 * scale**5)
