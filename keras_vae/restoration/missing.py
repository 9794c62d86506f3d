"""What the corruptions that leave something out have in common."""

import math

from keras import ops

from keras_vae.ops.checks import checked_number
from keras_vae.restoration.corruption import RandomCorruption


class Missing(RandomCorruption):
    """Base class: a corruption that sets some elements to one value. A subclass says which ones in `missing`.

    Args:
        fill: The value, in the data's units; NaN for models that understand missing values
            (`likelihoods.Masked`).
        seed: Int; `None` draws one now.
    """

    def __init__(self, fill: float = 0.0, seed: int | None = None, **kwargs):
        super().__init__(seed, **kwargs)
        self.fill = fill if isinstance(fill, float) and math.isnan(fill) else checked_number(fill, "fill")

    def corrupt(self, x):
        return ops.where(self.missing(x), ops.cast(self.fill, x.dtype), x)

    def missing(self, x):
        """What is left out: booleans that broadcast to the shape of x."""
        raise NotImplementedError

    def get_config(self):
        return {**super().get_config(), "fill": self.fill}
