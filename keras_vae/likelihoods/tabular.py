"""Rows of a table."""

import math
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.likelihoods.normal import LARGE
from keras_vae.ops import noise
from keras_vae.ops.checks import checked_name, checked_number, checked_size
from keras_vae.ops.cross_entropy import binary_cross_entropy
from keras_vae.ops.trainable import freeze_built

SCALES = ("shared", "predicted")


@keras.saving.register_keras_serializable("keras_vae")
class Tabular(Likelihood):
    """Continuous and binary columns, each in its own units: the rows of a table, or windows of several series.

    The columns are the last axis of an event. A continuous column is N(location, scale^2), a binary one is 1 with
    probability sigmoid(location). The networks see standardised values: `adapt` stores the mean and the standard
    deviation of each continuous column, which scale the data for the encoder and scale the decoder's parameters back.
    Everything that goes in and out, log-densities too, is in the data's own units; a saved model needs no separate
    scaler.

    Everything is computed in float32, which keeps seven digits: subtract an offset from a column whose values differ
    only in the last digits, such as time stamps.

    `scale` is `"predicted"`, one from the decoder for each element and example, or `"shared"`, one learned scale for
    each column.

    Parameters: `location`, the mean of continuous columns and the logit of binary ones; and `log_scale`, which
    broadcasts against it and means nothing for binary columns.

    ```python
    import numpy as np

    rows = np.array([[1.7, 61.0, 0], [1.8, 83.0, 1], [1.6, 70.0, 1]])
    likelihood = keras_vae.likelihoods.Tabular((3,), binary=[2])
    likelihood.adapt(rows)  # before `fit`
    model = keras_vae.VAE.for_shape((3,), latent_dim=1, likelihood=likelihood)
    ```

    Source: Nazabal et al. 2020, "Handling Incomplete Heterogeneous Data using VAEs".

    Args:
        event_shape: Shape of one example, such as `(30,)` for 30 columns.
        binary: Indices, from 0, of the columns that hold zeros and ones.
        scale: `"predicted"` or `"shared"`.
        min_scale: Smallest scale that can be learned, in standard deviations of the column. Without it, the density of
            a column that follows from the others grows without bound.
    """

    has_one_domain = False
    domain = "finite numbers, and zeros or ones in binary columns"
    mend = "Encode a column of two values as 0 and 1, and leave continuous columns out of `binary`."

    def __init__(
        self,
        event_shape: Sequence[int],
        binary: Sequence[int] = (),
        scale: str = "predicted",
        min_scale: float = 0.05,
        **kwargs,
    ):
        super().__init__(event_shape, **kwargs)
        self.binary = _checked_columns(binary, self.event_shape[-1])
        self.scale = checked_name(scale, SCALES, "scale")
        self.min_scale = checked_number(min_scale, "min_scale", 0.0, inclusive=False)
        self.parameter_names = ("location", "log_scale") if self.scale == "predicted" else ("location",)
        columns = {"shape": self.event_shape[-1:], "trainable": False, "autocast": False}
        self.column_mean = self.add_weight(name="column_mean", initializer="zeros", **columns)
        self.column_deviation = self.add_weight(name="column_deviation", initializer="ones", **columns)

    @property
    def unit(self):
        """Standard deviations of the columns in the data's units, 1 for binary ones: `(columns,)`."""
        return ops.convert_to_tensor(self.column_deviation)

    def adapt(self, x) -> None:
        """Stores mean and standard deviation of each continuous column; a column that never varies keeps its unit.

        Args:
            x: Array `(batch, *event_shape)`, the examples to train on; NaN, where an element is missing, is left out.

        Raises:
            ValueError: If x has the wrong shape, or no example.
        """
        x = np.asarray(x, np.float64)
        if x.shape[1:] != self.event_shape or len(x) == 0:
            raise ValueError(
                f"`x` must have shape (batch, {', '.join(map(str, self.event_shape))}) with at least one example. "
                f"Received shape {x.shape}."
            )
        # Elements that are missing, under `Masked`, say nothing of their column.
        rows = x.reshape(-1, x.shape[-1])
        observed = ~np.isnan(rows)
        count = np.maximum(observed.sum(axis=0), 1)
        mean = np.where(observed, rows, 0.0).sum(axis=0) / count
        deviation = np.sqrt(np.where(observed, (rows - mean) ** 2, 0.0).sum(axis=0) / count)
        # A column of one value has a deviation of its rounding errors.
        constant = deviation <= 1e-7 * np.abs(mean)
        self.column_mean.assign(np.where(self._is_binary(), 0.0, mean))
        self.column_deviation.assign(np.where(self._is_binary() | constant, 1.0, deviation))

    def build(self, features_shape):
        super().build(features_shape)
        if self.scale == "shared":
            self.column_log_scale = self.add_weight(
                name="column_log_scale", shape=self.event_shape[-1:], initializer="zeros"
            )
        freeze_built(self)

    def call(self, features):
        params = super().call(features)
        mean, log_deviation = ops.convert_to_tensor(self.column_mean), ops.log(self.unit)
        if self.scale == "predicted":
            log_scale = self._floored(params["log_scale"]) + log_deviation
        else:
            own = self._floored(self.column_log_scale) + log_deviation
            sides = (1,) * (len(self.event_shape) - 1)
            log_scale = ops.broadcast_to(own, (ops.shape(params["location"])[0], *sides, self.event_shape[-1]))
        return {"location": params["location"] * self.unit + mean, "log_scale": log_scale}

    def element_log_prob(self, params, x):
        location, log_scale = params["location"], params["log_scale"]
        standardised = (x - location) * ops.exp(-log_scale)
        normal = -0.5 * standardised * standardised - log_scale - 0.5 * math.log(2 * math.pi)
        return self._by_kind(lambda: -binary_cross_entropy(location, x), normal)

    def mean(self, params):
        return self._by_kind(lambda: ops.sigmoid(params["location"]), params["location"])

    def sample(self, params, seed):
        location, generator = params["location"], noise.generator(seed)
        shape = ops.shape(location)
        normal = location + ops.exp(params["log_scale"]) * noise.normal(shape, generator, location.dtype)

        def bernoulli():
            draws = noise.uniform(shape, generator, location.dtype)
            return ops.cast(draws < ops.sigmoid(location), location.dtype)

        return self._by_kind(bernoulli, normal)

    def rescaled(self, x):
        """Standardises continuous columns, for the encoder."""
        return (ops.cast(x, self.compute_dtype) - ops.convert_to_tensor(self.column_mean)) / self.unit

    def in_domain(self, x):
        finite = ops.isfinite(x)
        return ops.where(self._is_binary(), ops.logical_or(x == 0, x == 1), finite)

    def caution(self, x) -> str | None:
        scaled = np.asarray(self.rescaled(x), np.float64)
        mean, deviation = np.nanmean(scaled), np.nanstd(scaled)
        if max(abs(mean), deviation) < LARGE:
            return None
        return (
            f"Tabular standardises its columns, but these values then have mean {mean:.3g} and standard deviation "
            f"{deviation:.3g}: networks learn slowly from such numbers. Call `model.decoder.likelihood.adapt(x)` on "
            "the training data before `fit`."
        )

    def get_config(self):
        own = {"binary": list(self.binary), "scale": self.scale, "min_scale": self.min_scale}
        return {**super().get_config(), **own}

    def _is_binary(self) -> np.ndarray:
        return np.isin(np.arange(self.event_shape[-1]), self.binary)

    def _by_kind(self, binary, continuous):
        """What `binary` returns in binary columns, and the values given in the others."""
        return ops.where(self._is_binary(), binary(), continuous) if self.binary else continuous

    def _floored(self, log_scale):
        floor = math.log(self.min_scale)
        return floor + ops.softplus(log_scale - floor)


def _checked_columns(binary, num_columns: int) -> tuple[int, ...]:
    try:
        columns = [checked_size(column, "binary", minimum=0) for column in binary]
    except TypeError:
        columns = [num_columns]
    if any(column >= num_columns for column in columns) or len(set(columns)) < len(columns):
        raise ValueError(
            f"`binary` must hold distinct indices of columns, from 0 to {num_columns - 1}. Received: binary={binary!r}."
        )
    return tuple(sorted(columns))
