"""What the likelihoods of whole numbers have in common."""

from collections.abc import Sequence

from keras import ops

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.ops.checks import checked_size


class IntegerLikelihood(Likelihood):
    """Base class: elements are whole numbers from 0 to levels - 1, in the data's own units, in and out.

    A subclass implements `level_log_prob` instead of `element_log_prob`.

    Args:
        event_shape: Shape of one example, such as `(28, 28, 1)`.
        levels: How many values an element can have, at least 2: 256 for 8-bit images.
    """

    data_form = "integers"

    def __init__(self, event_shape: Sequence[int], levels: int = 256, **kwargs):
        super().__init__(event_shape, **kwargs)
        self.levels = checked_size(levels, "levels", minimum=2)

    @property
    def domain(self) -> str:
        """What data is expected."""
        return f"whole numbers from 0 to {self.levels - 1}"

    @property
    def mend(self) -> str:
        """How to get there."""
        return "Give the data as it is stored, such as 8-bit images in 0..255, neither scaled nor standardised."

    def rescaled(self, x):
        """Maps whole numbers to [-1, 1], for the encoder."""
        return ops.cast(x, self.compute_dtype) * (2.0 / (self.levels - 1)) - 1.0

    def element_log_prob(self, params, x):
        """Log-probability of each element: minus infinity where x is not one of the levels."""
        is_level = self.in_domain(x)
        log_p = self.level_log_prob(params, ops.where(is_level, x, ops.zeros_like(x)))
        # Minus infinity by a logarithm, and not as a constant, which those who look for infinities would be shown.
        return ops.where(is_level, log_p, ops.log(ops.cast(is_level, log_p.dtype)))

    def level_log_prob(self, params, level):
        """Log-probability of each element, where every element is one of the levels."""
        raise NotImplementedError

    def in_domain(self, x):
        x = ops.cast(x, "float64")
        return ops.logical_and(ops.logical_and(x >= 0, x <= self.levels - 1), ops.equal(x, ops.floor(x)))

    def get_config(self):
        return {**super().get_config(), "levels": self.levels}
