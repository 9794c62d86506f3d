"""What every corruption has in common."""

import keras
from keras import ops

from keras_vae.ops import noise
from keras_vae.ops.precision import head_dtype


class Corruption(keras.layers.Layer):
    """Base class: a layer that damages examples, in the data's units and without changing their shape.

    It damages at every call, in training and elsewhere: a model calls its `corruption` only in training, and tests call
    it themselves. (Keras's own `GaussianNoise` returns its input unless it is told `training=True`.) A subclass
    implements `corrupt`.
    """

    def __init__(self, **kwargs):
        super().__init__(**{"dtype": head_dtype(), **kwargs})

    def call(self, x):
        """Damages x.

        Args:
            x: `(batch, *event_shape)`, floats or whole numbers.

        Returns:
            Tensor of the same shape, in the layer's dtype.
        """
        return self.corrupt(ops.cast(x, self.compute_dtype))

    def corrupt(self, x):
        """`call` for x in the layer's dtype."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)


class RandomCorruption(Corruption):
    """Base class: a corruption that draws random numbers, from its own seed generator.

    Args:
        seed: Int; `None` draws one now, so call `keras.utils.set_random_seed` before making the layer.
    """

    def __init__(self, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = noise.NoiseSeed(seed)

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


def side_axes(shape) -> tuple[int, ...]:
    """The axes of a batch's shape along which pixels lie: all but the batch and the channels.

    A batch of vectors `(batch, n)` has no channels: each of its elements is a pixel.
    """
    return (1,) if len(shape) == 2 else tuple(range(1, len(shape) - 1))
