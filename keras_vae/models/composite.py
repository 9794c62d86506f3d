"""A Keras model made of parts that can be swapped."""

import keras

from keras_vae.ops.traced_shapes import TracedShapes


class Composite(TracedShapes, keras.Model):
    """Base class: serialises the parts that a subclass names in `part_names`."""

    part_names: tuple[str, ...] = ()

    def get_config(self):
        parts = {name: keras.saving.serialize_keras_object(getattr(self, name)) for name in self.part_names}
        return {**super().get_config(), **parts}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        # Older files lack the parts that came later.
        parts = {
            name: keras.saving.deserialize_keras_object(config[name], custom_objects=custom_objects)
            for name in cls.part_names
            if name in config
        }
        return cls(**{**config, **parts})


def checked_part(value, kind: type, name: str):
    """Returns `value` if it is of the kind, or raises a ValueError that says what was expected."""
    if not isinstance(value, kind):
        package = kind.__module__.split(".")[0]
        raise ValueError(
            f"`{name}` must be of type {kind.__name__} of {package}. Received: {value!r} of type "
            f"{type(value).__name__}."
        )
    return value


def takes(network, input_shape) -> bool:
    """Whether a network takes inputs of a shape, for which it is built where it is not built yet."""
    try:
        network(keras.KerasTensor((None, *input_shape[1:]), dtype=network.compute_dtype))
    except ValueError:
        return False
    return True


def build_network(network, input_shape, owner: str) -> tuple[int | None, ...]:
    """Builds a user's network where it is not built yet, and returns the shape of its features.

    Raises:
        ValueError: If the network does not take the shape, or returns anything but one tensor.
    """
    inputs = keras.KerasTensor((None, *input_shape[1:]), dtype=network.compute_dtype)
    try:
        features = network(inputs)
    except ValueError as error:
        raise ValueError(
            f"The {owner}'s network does not take inputs of shape {inputs.shape}. Mend the network, or give "
            f"it the shape that it expects. The network says: {error}"
        ) from error
    if not isinstance(features, keras.KerasTensor):
        raise ValueError(f"The {owner}'s network must return one tensor of features. Received: {features!r}.")
    return tuple(features.shape)
