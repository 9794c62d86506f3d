"""Elements that are stuck at either end of the range."""

from collections.abc import Sequence

import keras
from keras import ops

from keras_vae.ops import noise
from keras_vae.ops.checks import checked_number, checked_rate
from keras_vae.ops.missing import is_missing
from keras_vae.restoration.corruption import RandomCorruption


@keras.saving.register_keras_serializable("keras_vae")
class SaltAndPepper(RandomCorruption):
    """Sets each element, with a given probability, to the smallest or the largest value, both equally probable.

    What is missing (NaN) stays missing.

    Args:
        rate: Probability that an element is replaced, from 0 to below 1.
        value_range: The smallest and the largest value, in the data's units.
        seed: Int; `None` draws one now.
    """

    def __init__(self, rate: float, value_range: Sequence[float] = (0.0, 1.0), seed: int | None = None, **kwargs):
        super().__init__(seed, **kwargs)
        self.rate = checked_rate(rate, "rate")
        self.value_range = _checked_range(value_range)

    def corrupt(self, x):
        least, greatest = self.value_range
        draws = noise.uniform(ops.shape(x), self.seed_generator, x.dtype)
        stuck = ops.where(draws < self.rate / 2, least, greatest)
        return ops.where(ops.logical_or(draws >= self.rate, is_missing(x)), x, ops.cast(stuck, x.dtype))

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "value_range": self.value_range}


def _checked_range(value_range) -> tuple[float, float]:
    if isinstance(value_range, str) or not isinstance(value_range, Sequence) or len(value_range) != 2:
        raise ValueError(
            f"`value_range` must be the smallest and the largest value, such as (0, 1). Received: {value_range!r}."
        )
    least, greatest = (checked_number(value, f"value_range[{i}]") for i, value in enumerate(value_range))
    if least >= greatest:
        raise ValueError(
            f"`value_range` must be the smallest value and a larger one. Received: value_range={tuple(value_range)!r}."
        )
    return least, greatest
