"""What a function that was compiled for a model holds of it, and would not notice if it changed."""

import functools
import operator

import keras

from keras_vae.ops.keras_internals import all_layers, own_variables

# What a model is told when it is compiled and while it runs: its own functions follow it by themselves.
OF_KERAS = (
    "built",
    "compiled",
    "has_warned_of_values",
    "history",
    "input_spec",
    "loss",
    "optimizer",
    "predict_function",
    "steps_per_execution",
    "stop_evaluating",
    "stop_predicting",
    "stop_training",
    "test_function",
    "train_function",
)
# What layers write into as they run.
UNSETTLED = (list, dict, set, keras.KerasTensor)
# What Keras's own layers and models note of themselves. One without a name would change those of later ones.
NOTES_OF_KERAS = frozenset(vars(keras.Sequential(name="any")))
# What says what it is by its value; all else is told apart by being another object.
VALUES = (bool, int, float, complex, str, bytes)


class ModelState:
    """A model's layers, their variables and settings at some time.

    Two are equal as long as no layer was added, replaced, frozen, quantized or given LoRA weights, and no attribute of
    one was assigned: `vae.num_samples = 5`, `dropout.rate = 0.1`; of those that a layer keeps to itself, as behind a
    property, numbers and texts alone count. Values of variables are not part of it, nor what is within a list or a
    dict.

    Args:
        model: A Keras model.
    """

    def __init__(self, model: keras.Model):
        layers = all_layers(model)
        variables = [variable for layer in layers for variable in own_variables(layer)]
        self._parts = [*layers, *variables]
        self._settings = [(layer.trainable, layer.dtype_policy.name) for layer in layers]
        # A copy is the quickest look at a layer. Of the model itself, which holds data while it is trained, no more is
        # kept than is compared.
        self._attributes = [_settings_of(vars(model)), *(vars(layer).copy() for layer in layers[1:])]

    def __eq__(self, other):
        same = len(self._parts) == len(other._parts) and all(map(operator.is_, self._parts, other._parts))
        return (
            same
            and self._settings == other._settings
            and all(map(_are_same_attributes, self._attributes, other._attributes))
        )

    # States are compared, and never looked up.
    __hash__ = None


def _are_same_attributes(one: dict, other: dict) -> bool:
    # As a rule nothing was assigned: each is the very object that it was.
    if len(one) == len(other) and all(map(operator.is_, one.values(), other.values())):
        return True
    one, other = _settings_of(one), _settings_of(other)
    return one.keys() == other.keys() and all(_is_same(value, other[name]) for name, value in one.items())


def _settings_of(attributes: dict) -> dict:
    return {
        name: value
        for name, value in attributes.items()
        if (_is_setting(name) and _is_settled(type(value))) or (_is_private(name) and isinstance(value, VALUES))
    }


# What a name or a class says of itself is found once.
@functools.lru_cache(2**12)
def _is_setting(name: str) -> bool:
    return not (name.startswith("_") or name in OF_KERAS)


@functools.lru_cache(2**12)
def _is_private(name: str) -> bool:
    return name.startswith("_") and name not in NOTES_OF_KERAS


@functools.lru_cache(2**12)
def _is_settled(kind: type) -> bool:
    return not (issubclass(kind, UNSETTLED) or kind.__module__.startswith("tensorflow."))


def _is_same(one, other) -> bool:
    if one is other:
        return True
    if isinstance(one, tuple) and type(one) is type(other):
        # Their own comparison asks arrays whether they are equal, which these do not answer by yes or no.
        return len(one) == len(other) and all(map(_is_same, one, other))
    return isinstance(one, VALUES) and type(one) is type(other) and one == other
