"""Continuous data."""

import math
import numbers
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.ops import noise
from keras_vae.ops.checks import checked_number
from keras_vae.ops.reductions import batch_mean
from keras_vae.ops.trainable import freeze_built

LEARNED_SCALES = ("shared", "predicted", "optimal")
# The stored variance follows the batches' as batch normalization's does.
MOMENTUM = 0.99
# Values about this far from 0 are too large for networks as they are usually initialised.
LARGE = 30.0


@keras.saving.register_keras_serializable("keras_vae")
class Normal(Likelihood):
    """Independent normal elements: p(x) = N(mean, scale^2).

    A squared error is this likelihood at a fixed scale: summed over the elements, ||x - mean||^2 is -log p(x) up to a
    constant, with scale^2 = 1/2; **averaged** over D elements, with scale^2 = D/2. For a 32x32x3 image that is 1536: a
    model trained that way has almost no reason to reconstruct. Learn the scale instead.

    `scale` is one of:

    - a float: a constant.
    - `"shared"`: one learned scale for all elements.
    - `"predicted"`: one from the decoder for each element and example.
    - `"optimal"`: in a training step the batch's maximum-likelihood scale, sigma^2 = mean (x - mean)^2; elsewhere, and
      in a frozen layer, a running average of it, as in batch normalization.

    Parameters: `mean` and, where the scale is not a constant, `log_scale`, which broadcasts against `mean`.

    Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", appendix C.2; for the shared and
    the optimal scale Rybkin, Daniilidis and Levine 2021, "Simple and Effective VAE Training with
    Calibrated Decoders", equations 4 and 6.

    Args:
        event_shape: Shape of one example, such as `(30,)` or `(32, 32, 3)`.
        scale: A positive float, `"shared"`, `"predicted"` or `"optimal"`; in the data's units.
        min_scale: Smallest scale that can be learned, in the data's units. Without it, the density of an element that
            never varies grows without bound.
    """

    def __init__(self, event_shape: Sequence[int], scale: float | str = 1.0, min_scale: float = 1e-3, **kwargs):
        super().__init__(event_shape, **kwargs)
        self.scale = _checked_scale(scale)
        self.min_scale = checked_number(min_scale, "min_scale", 0.0, inclusive=False)
        self.parameter_names = ("mean", "log_scale") if self.scale == "predicted" else ("mean",)

    @property
    def is_fitted(self) -> bool:
        """Whether the scale is estimated from batches."""
        return self.scale == "optimal"

    def build(self, features_shape):
        super().build(features_shape)
        if self.scale == "shared":
            self.shared_log_scale = self.add_weight(name="log_scale", shape=(), initializer="zeros")
        elif self.scale == "optimal":
            stored = {"shape": (), "trainable": False, "aggregation": "mean"}
            self.running_variance = self.add_weight(name="running_variance", initializer="ones", **stored)
            self.total_weight = self.add_weight(name="total_weight", initializer="zeros", **stored)
        freeze_built(self)

    def call(self, features):
        params = super().call(features)
        if self.scale == "predicted":
            params["log_scale"] = self._floored(params["log_scale"])
        elif self.scale == "shared":
            params["log_scale"] = self._for_each_example(self._floored(self.shared_log_scale), params)
        elif self.scale == "optimal":
            params["log_scale"] = self._for_each_example(0.5 * ops.log(self.running_variance), params)
        return params

    def element_log_prob(self, params, x):
        log_scale = self._log_scale(params)
        standardised = (x - params["mean"]) * ops.exp(-log_scale)
        return -0.5 * standardised * standardised - log_scale - 0.5 * math.log(2 * math.pi)

    def mean(self, params):
        return params["mean"]

    def sample(self, params, seed):
        mean = params["mean"]
        return mean + ops.exp(self._log_scale(params)) * noise.normal(ops.shape(mean), seed, mean.dtype)

    def fitted(self, params, x, sample_weight=None, observed=None):
        if self.scale != "optimal" or not self.trainable:
            return params
        error = self.aligned(params, x) - params["mean"]
        axes = tuple(range(1, len(error.shape)))
        if observed is not None:
            observed = self.aligned(params, observed)
            error = error * observed
        variance = batch_mean(ops.mean(error * error, axis=axes), sample_weight)
        weight = 1.0 if sample_weight is None else ops.mean(ops.cast(sample_weight, variance.dtype))
        if observed is not None:
            # An example counts by what was observed of it.
            weight = batch_mean(ops.mean(observed, axis=axes), sample_weight)
        variance = ops.maximum(ops.divide_no_nan(variance, weight), self.min_scale**2)
        self._remember(ops.stop_gradient(variance), weight)
        return {**params, "log_scale": ops.zeros_like(params["log_scale"]) + 0.5 * ops.log(variance)}

    def caution(self, x) -> str | None:
        x = np.asarray(x, np.float64)
        mean, deviation = float(np.nanmean(x)), float(np.nanstd(x))
        if max(abs(mean), deviation) < LARGE:
            return None
        return (
            f"Normal was given values with mean {mean:.3g} and standard deviation {deviation:.3g}. Networks learn "
            "slowly from such numbers, or diverge: standardise the data, or scale it to [0, 1]."
        )

    def _remember(self, variance, weight):
        # The first batch sets the average: it does not start from an arbitrary 1. A batch counts by its weight, and
        # one whose weights are all zero not at all.
        self.total_weight.assign_add(weight)
        share = ops.divide_no_nan(weight, self.total_weight)
        step_size = ops.maximum(share, ops.minimum((1.0 - MOMENTUM) * weight, 1.0))
        self.running_variance.assign_add(step_size * (variance - self.running_variance))

    def _log_scale(self, params):
        if "log_scale" in params:
            return params["log_scale"]
        return ops.convert_to_tensor(math.log(self.scale), dtype=params["mean"].dtype)

    def _floored(self, log_scale):
        # A smooth maximum: below the floor, too, there is a gradient that leads out.
        floor = math.log(self.min_scale)
        return floor + ops.softplus(log_scale - floor)

    def _for_each_example(self, log_scale, params):
        ones = (1,) * len(self.event_shape)
        return ops.broadcast_to(log_scale, (ops.shape(params["mean"])[0], *ones))

    def get_config(self):
        return {**super().get_config(), "scale": self.scale, "min_scale": self.min_scale}


def _checked_scale(scale):
    if isinstance(scale, numbers.Real):
        return checked_number(scale, "scale", 0.0, inclusive=False)
    if not isinstance(scale, str) or scale not in LEARNED_SCALES:
        raise ValueError(
            f"`scale` must be a positive number or one of {', '.join(map(repr, LEARNED_SCALES))}. "
            f"Received: scale={scale!r}."
        )
    return scale
