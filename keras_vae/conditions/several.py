"""Several conditions, by name."""

from collections.abc import Mapping

import keras
from keras import ops

from keras_vae.conditions.any_layer import AnyLayer
from keras_vae.conditions.condition import Condition
from keras_vae.ops import noise


@keras.saving.register_keras_serializable("keras_vae")
class Several(Condition):
    """Several conditions by name, whose values are a dict; `VAE(condition={...})` makes it of a dict.

    Its features are theirs, one after the other.

    Args:
        conditions: Dict from names to conditions, at least one.

    Raises:
        ValueError: If the dict is empty, or a value is no condition.
    """

    def __init__(self, conditions: Mapping[str, Condition], **kwargs):
        if not conditions or not all(isinstance(part, Condition) for part in conditions.values()):
            raise ValueError(f"A dict from names to conditions is expected. Received: {conditions!r}.")
        # In one order, whatever that of the dict.
        self.names = sorted(conditions)
        super().__init__((), sum(part.size for part in conditions.values()), **kwargs)
        self.conditions = {name: conditions[name] for name in self.names}

    def build(self, values_shape):
        for part in self.conditions.values():
            if not part.built:
                part.build((None, *part.shape))

    def described(self):
        return "{" + ", ".join(f"{name!r}: {part.described()}" for name, part in self.conditions.items()) + "}"

    def parts(self, values, name):
        self._check_names(values, name)
        for key, part in self.conditions.items():
            yield from part.parts(values[key], f"{name}[{key!r}]")

    def checked(self, values, name="condition", count=None, missing=False):
        self._check_names(values, name)
        named = ((key, part, f"{name}[{key!r}]") for key, part in self.conditions.items())
        return {key: part.checked(values[key], of_part, count, missing) for key, part, of_part in named}

    def for_each(self, value, count, name="condition", missing=False):
        self._check_names(value, name)
        named = ((key, part, f"{name}[{key!r}]") for key, part in self.conditions.items())
        return {key: part.for_each(value[key], count, of_part, missing) for key, part, of_part in named}

    def inputs(self):
        return {key: part.inputs() for key, part in self.conditions.items()}

    def with_shape(self, values):
        return {key: part.with_shape(values[key]) for key, part in self.conditions.items()}

    def call(self, values):
        """Maps a dict of values to features `(batch, size)`."""
        self._check_names(values, "condition")
        return ops.concatenate([part(values[key]) for key, part in self.conditions.items()], axis=-1)

    def compute_output_shape(self, values_shape):
        return (None, self.size)

    def note(self, values):
        for key, part in self.conditions.items():
            part.note(values[key])

    def sample(self, num_samples, seed):
        generator = noise.generator(seed)
        return {key: part.sample(num_samples, generator) for key, part in self.conditions.items()}

    def get_config(self):
        parts = {name: keras.saving.serialize_keras_object(part) for name, part in self.conditions.items()}
        return {**super().get_config(), "conditions": parts}

    @classmethod
    def from_config(cls, config):
        parts = {name: keras.saving.deserialize_keras_object(part) for name, part in config["conditions"].items()}
        return cls(**{**config, "conditions": parts})

    def _check_names(self, values, name):
        if not isinstance(values, Mapping) or sorted(values) != self.names:
            came = f"a dict of {sorted(values)}" if isinstance(values, Mapping) else type(values).__name__
            raise ValueError(f"`{name}` must be a dict of {self.names}. Received: {came}.")


def as_condition(condition) -> Condition | None:
    """A condition as a model takes it: itself, `Several` of a dict, `AnyLayer` of a layer, or `None`.

    Raises:
        ValueError: If it is anything else.
    """
    if condition is None or isinstance(condition, Condition):
        return condition
    if isinstance(condition, Mapping):
        return Several({name: as_condition(part) for name, part in condition.items()})
    if isinstance(condition, keras.layers.Layer):
        return AnyLayer(condition)
    raise ValueError(
        "`condition` must be of `keras_vae.conditions`, such as `Labels(10)`, a Keras layer, or a dict of some. "
        f"Received: {condition!r}."
    )
