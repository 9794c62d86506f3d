"""A dense layer with another one's kernel, transposed."""

import keras
from keras import ops


class TransposedDense(keras.layers.Layer):
    """x̂ = activation(h W^T + b), where W is the kernel of a dense layer of the encoder, and b this layer's own.

    The kernel is not tracked here: it belongs to the encoder, is trained and saved with it, and is in none of this
    layer's weights. The layer cannot be made from a config; a `TiedDecoder` makes it.

    Args:
        dense: A built `keras.layers.Dense` of kernel `(inputs, units)`.
        units: How many of the kernel's columns are used, from the first: what this layer takes.
        activation: A Keras activation; `None` is none.
    """

    def __init__(self, dense: keras.layers.Dense, units: int, activation=None, **kwargs):
        super().__init__(**kwargs)
        # Within a function it is hidden from Keras, which would save the kernel twice and load two kernels.
        self._kernel = lambda: dense.kernel[:, :units]
        self.units = dense.kernel.shape[0]
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")

    def call(self, inputs):
        """Maps `(batch, units)` to `(batch, inputs)` of the layer whose kernel it is."""
        kernel = ops.cast(self._kernel(), inputs.dtype)
        return self.activation(ops.matmul(inputs, ops.transpose(kernel)) + self.bias)
