"""Numbers that are known of each example."""

import keras
import numpy as np

from keras_vae.conditions.condition import Condition, standardised
from keras_vae.ops.checks import checked_size


@keras.saving.register_keras_serializable("keras_vae")
class Covariates(Condition):
    """Numbers that are known of each example, such as an age or an angle, in their own units.

    `adapt` stores their means and standard deviations, by which the networks see them standardised; before it they are
    seen as they are.

    Args:
        dim: How many numbers each example has, at least 1.

    Raises:
        ValueError: If the number is below 1.
    """

    def __init__(self, dim: int, **kwargs):
        self.dim = checked_size(dim, "dim")
        super().__init__((self.dim,), self.dim, **kwargs)
        weights = {"shape": (self.dim,), "trainable": False, "autocast": False}
        self.means = self.add_weight(name="means", initializer="zeros", **weights)
        self.deviations = self.add_weight(name="deviations", initializer="ones", **weights)

    def adapt(self, values) -> None:
        """Stores the mean and the standard deviation of each number; one that never varies keeps its unit.

        Args:
            values: Array `(batch, dim)`, of the examples to train on.

        Raises:
            ValueError: If values have another shape, or are not finite.
        """
        values = self.checked(values, "values").astype(np.float64)
        deviations = values.std(axis=0)
        self.means.assign(values.mean(axis=0))
        self.deviations.assign(np.where(deviations > 0, deviations, 1.0))

    def described(self):
        return f"Covariates({self.dim})"

    def call(self, values):
        """Maps covariates `(batch, dim)` to standardised ones."""
        return standardised(values, self.means, self.deviations)

    def get_config(self):
        return {**super().get_config(), "dim": self.dim}
