"""A Keras layer as a condition."""

import keras
from keras import ops

from keras_vae.conditions.condition import Condition


@keras.saving.register_keras_serializable("keras_vae")
class AnyLayer(Condition):
    """What any Keras layer makes of values; `VAE(condition=layer)` makes it of a layer.

    Args:
        layer: A Keras model or layer: an embedding of whole numbers `(batch,)`, or one that was built, which tells the
            shape of its values. What it returns is flattened.

    Raises:
        ValueError: If the shape of its values is not known.
    """

    def __init__(self, layer: keras.layers.Layer, **kwargs):
        shape = _shape_of_values(layer)
        features = layer(keras.KerasTensor((None, *shape), dtype="int32" if shape == () else layer.compute_dtype))
        self.flatten = keras.layers.Flatten()
        super().__init__(shape, self.flatten(features).shape[-1], **kwargs)
        self.value_dtype = "int32" if shape == () else "float32"
        self.layer = layer

    def described(self):
        return f"a {type(self.layer).__name__} of values of shape {self.shape}"

    def call(self, values):
        """Maps values `(batch, *shape)` to features `(batch, size)`."""
        return ops.cast(self.flatten(self.layer(values)), self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "layer": keras.saving.serialize_keras_object(self.layer)}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "layer": keras.saving.deserialize_keras_object(config["layer"])})


def _shape_of_values(layer) -> tuple:
    if isinstance(layer, keras.layers.Embedding):
        return ()
    build_config = layer.get_build_config() if layer.built else None
    if not build_config or build_config.get("input_shape") is None:
        raise ValueError(
            f"The layer {layer.name!r} does not say of what shape its values are. Build it first, as by "
            f"`layer.build((None, 3))` for three numbers of each example. Received: condition={layer!r}."
        )
    return tuple(build_config["input_shape"][1:])
