"""Gradients against finite differences."""

import numpy as np
from keras import ops

from keras_vae.ops.gradient import value_and_gradient
from keras_vae.testing.verdict import hold

# In float64 central differences by this step are off by some 1e-10 of the function's size and of its third derivative.
STEP, TOLERANCE = 1e-5, 1e-6
DIRECTIONS = 4


def hold_gradients(part, law: str, function, inputs: dict, rng: np.random.Generator, look_at: str) -> None:
    """Holds the derivatives of a function along random directions to central finite differences.

    Args:
        part: What is held to the law.
        law: The law, in words.
        function: Maps a dict of tensors `(batch, ...)` to one value for each example, `(batch,)`.
        inputs: float64 arrays by name, `(batch, ...)`.
        rng: Draws the directions.
        look_at: What to look at where the law is broken.
    """
    batch = len(next(iter(inputs.values())))
    for _ in range(DIRECTIONS):
        direction = {name: rng.normal(size=value.shape) for name, value in inputs.items()}

        def along(distance, direction=direction):
            moved = {
                name: value + ops.reshape(distance, (-1,) + (1,) * (value.ndim - 1)) * direction[name]
                for name, value in inputs.items()
            }
            return function(moved), None

        value, slope, _ = value_and_gradient(along, ops.zeros((batch,), "float64"))
        step = np.full(batch, STEP)
        upper, lower = (np.asarray(along(ops.convert_to_tensor(sign * step))[0]) for sign in (1, -1))
        differences = (upper - lower) / (2 * STEP)
        size = 1 + np.abs(differences) + np.abs(np.asarray(value))
        hold(part, law, np.abs(np.asarray(slope) - differences), TOLERANCE * size, look_at)
