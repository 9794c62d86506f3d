"""Images that are known of each example."""

from collections.abc import Sequence

import keras
import numpy as np

from keras_vae.conditions.condition import Condition, standardised
from keras_vae.networks import conv
from keras_vae.ops.checks import checked_event_shape, checked_size

FILTERS = (32, 64)


@keras.saving.register_keras_serializable("keras_vae")
class Images(Condition):
    """An image that is known of each example, such as a grey one of what is to be coloured.

    A network turns it into features, trained with the model. `adapt` stores the mean and the standard deviation of all
    pixels, by which the network sees images standardised; before it they are seen as they are.

    Args:
        shape: Shape of one image, `(height, width, channels)`.
        network: A Keras model or layer from `(batch, *shape)` to anything that is flattened; `None` is two
            convolutions of stride 2, with 32 and 64 filters.
        size: Number of features.

    Raises:
        ValueError: If the shape is not that of an image, or a size is below 1.
    """

    def __init__(self, shape: Sequence[int], network: keras.layers.Layer | None = None, size: int = 64, **kwargs):
        shape = checked_event_shape(shape)
        if len(shape) != 3:
            raise ValueError(f"`shape` must be (height, width, channels). Received: {shape}.")
        super().__init__(shape, checked_size(size, "size"), **kwargs)
        self.network = conv(FILTERS) if network is None else network
        self.head = keras.layers.Dense(self.size, name="head")
        self.flatten = keras.layers.Flatten()
        weights = {"shape": (), "trainable": False, "autocast": False}
        self.mean = self.add_weight(name="mean", initializer="zeros", **weights)
        self.deviation = self.add_weight(name="deviation", initializer="ones", **weights)

    def build(self, values_shape):
        features = self.network(keras.KerasTensor((None, *self.shape)))
        self.head.build(self.flatten(features).shape)

    def adapt(self, values) -> None:
        """Stores the mean and the standard deviation of all pixels.

        Args:
            values: Array `(batch, *shape)`, of the examples to train on.

        Raises:
            ValueError: If values have another shape, or are not finite.
        """
        values = self.checked(values, "values")
        self.mean.assign(values.mean(dtype=np.float64))
        self.deviation.assign(values.std(dtype=np.float64) or 1.0)

    def call(self, values):
        """Maps images `(batch, *shape)` to features `(batch, size)`."""
        return self.head(self.flatten(self.network(standardised(values, self.mean, self.deviation))))

    def get_config(self):
        network = keras.saving.serialize_keras_object(self.network)
        return {**super().get_config(), "shape": self.shape, "network": network, "size": self.size}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "network": keras.saving.deserialize_keras_object(config["network"])})
