"""What every condition has in common."""

from collections.abc import Iterator

import keras
import numpy as np
from keras import ops

from keras_vae.inputs.plain_arrays import checked_array
from keras_vae.inputs.rules import Rule, check_values
from keras_vae.ops.precision import head_dtype

# Of operators alone: processes that read data cannot call TensorFlow. Of what is not finite the difference is NaN.
REMOVE = "Remove the example, or fill in what is missing."
FINITE = Rule(lambda values: values - values == 0, "finite numbers", REMOVE, fill_in=REMOVE)


class Condition(keras.layers.Layer):
    """Base class: what q(z|x, c) and p(x|z, c) know of an example beside x and z.

    It is a layer that maps the values c of a batch to features `(batch, size)`. A subclass implements `call`, and
    `sample` where values can be drawn; says by `rule` what values it takes; and puts what its constructor takes into
    `get_config`.

    Args:
        shape: Shape of the value of one example, `()` for a number.
        size: Number of features.

    Attributes:
        shape: Shape of the value of one example.
        size: Number of features.
        rule: What values are allowed; it is asked of arrays and of tensors, by operators alone.
        value_dtype: The dtype of values in graphs and in exported signatures.
    """

    rule: Rule = FINITE
    value_dtype = "float32"

    def __init__(self, shape: tuple[int, ...], size: int, **kwargs):
        # Values are read in full precision; what takes the features casts them.
        super().__init__(**{"dtype": head_dtype(), "autocast": False, **kwargs})
        self.shape, self.size = tuple(shape), size

    def build(self, values_shape):
        """Notes the shape of values."""

    def compute_output_shape(self, values_shape):
        """The shape of the features."""
        return (values_shape[0], self.size)

    def described(self) -> str:
        """The condition in words, for messages."""
        return f"{type(self).__name__} of shape ({', '.join(map(str, ('batch', *self.shape)))})"

    def parts(self, values, name: str) -> Iterator[tuple]:
        """Each condition by itself: pairs of (name, condition, values), of which this one is the only one."""
        yield name, self, values

    def rule_for(self, missing: bool) -> Rule:
        """What values are allowed, with those that stand for what is missing or without; here there are none."""
        return self.rule

    def checked(self, values, name: str = "condition", count: int | None = None, missing: bool = False) -> np.ndarray:
        """Returns values as an array of `value_dtype` after a check.

        Args:
            values: Array-like `(batch, *shape)`.
            name: What to call it in a message.
            count: How many examples there are; `None` is not checked.
            missing: Whether values may be missing.

        Raises:
            ValueError: If the shape or the length is another, or a value is not allowed.
        """
        values = self.as_array(values, name)
        if values.ndim == 0 or values.shape[1:] != self.shape:
            raise ValueError(
                f"`{name}` must have shape ({', '.join(map(str, ('batch', *self.shape)))}). Received shape "
                f"{values.shape}."
            )
        if count is not None and len(values) != count:
            raise ValueError(f"`{name}` must have one value for each of {count} examples. Received: {len(values)}.")
        # Infinity minus itself is what the rule asks about.
        with np.errstate(invalid="ignore"):
            check_values(self.rule_for(missing), values, name)
        return values.astype(self.value_dtype, copy=False)

    def as_array(self, values, name: str) -> np.ndarray:
        """Values as an array of numbers."""
        return checked_array(values, name)

    def check_dtype(self, dtype, name: str) -> None:
        """Raises a ValueError if values of a NumPy dtype cannot be the condition's."""

    def inputs(self):
        """What values are in graphs, any number of them: specifications in the structure of values."""
        return keras.KerasTensor((None, *self.shape), self.value_dtype)

    def with_shape(self, values):
        """Values as tensors whose shape is known, in a graph."""
        import tensorflow as tf

        return tf.ensure_shape(values, (None, *self.shape))

    def for_each(self, value, count: int, name: str = "condition", missing: bool = False):
        """Values for so many examples, from as many or from a single one of shape `shape`: checked, as an array.

        Raises:
            ValueError: If it is of neither shape, or a value is not allowed.
        """
        if np.shape(value) == self.shape:
            value = np.broadcast_to(np.asarray(value), (count, *self.shape))
        return self.checked(value, name, count, missing)

    def note(self, values) -> None:
        """Is told the values of each batch that a model is trained on, as tensors."""

    def sample(self, num_samples, seed):
        """Draws values, for tensors: a number and a generator to `(num_samples, *shape)`.

        Raises:
            ValueError: If nothing is known of how values are distributed.
        """
        raise ValueError(
            f"Values of {self.described()} cannot be drawn. Say by `condition=` what to condition on: a value for each "
            "example, or one for all."
        )

    def get_config(self):
        return super().get_config()


def standardised(values, mean, deviation):
    """(values - mean) / deviation, in the dtype of mean."""
    return (ops.cast(values, mean.dtype) - mean) / deviation
