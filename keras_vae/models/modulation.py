"""Features that a condition scales and shifts."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_vae")
class Modulation(keras.layers.Layer):
    """h -> h * (1 + scale(c)) + shift(c), feature by feature, or channel by channel where features have sides.

    Both are linear in the condition's features. The scale starts at zero: at first h is shifted alone, as by a dense
    layer that is given h and c side by side.

    Source: Perez, Strub, de Vries, Dumoulin and Courville 2018, "FiLM: Visual Reasoning with a General Conditioning
    Layer", equation 2.

    Args:
        condition_size: Number of the condition's features.
    """

    def __init__(self, condition_size: int, **kwargs):
        super().__init__(**kwargs)
        self.condition_size = condition_size

    def build(self, features_shape):
        channels = features_shape[-1]
        self.scale = keras.layers.Dense(channels, kernel_initializer="zeros", use_bias=False, name="scale")
        self.shift = keras.layers.Dense(channels, use_bias=False, name="shift")
        for layer in (self.scale, self.shift):
            layer.build((None, self.condition_size))

    def compute_output_shape(self, features_shape):
        """The shape of the features."""
        return tuple(features_shape)

    def call(self, features, condition):
        """Maps features `(batch, ..., channels)` and a condition `(batch, condition_size)` to such features."""
        condition = ops.cast(condition, self.compute_dtype)
        sides = (1,) * (len(features.shape) - 2)
        scale, shift = (
            ops.reshape(layer(condition), (-1, *sides, features.shape[-1])) for layer in (self.scale, self.shift)
        )
        return features * (1 + scale) + shift

    def get_config(self):
        return {**super().get_config(), "condition_size": self.condition_size}
