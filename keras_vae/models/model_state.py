"""What a function that was compiled for a model holds of it, and would not notice if it changed."""

import keras

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
# What says what it is by its value; all else is told apart by being another object.
VALUES = (bool, int, float, complex, str, bytes, tuple)


class ModelState:
    """A model's layers, their variables and settings at some time.

    Two are equal as long as no layer was added, replaced, frozen, quantized or given LoRA weights, and no attribute of
    one was assigned: `vae.num_samples = 5`, `dropout.rate = 0.1`. Values of variables are not part of it, nor what is
    within a list or a dict.

    Args:
        model: A Keras model.
    """

    def __init__(self, model: keras.Model):
        self._parts = [part for layer in model._flatten_layers() for part in _parts_of(layer)]

    def __eq__(self, other):
        same = len(self._parts) == len(other._parts)
        return same and all(_is_same(one, another) for one, another in zip(self._parts, other._parts, strict=True))

    # States are compared, and never looked up.
    __hash__ = None


def _parts_of(layer) -> list:
    attributes = [
        value
        for name, value in vars(layer).items()
        if not (name[0] == "_" or name in OF_KERAS or isinstance(value, UNSETTLED) or _is_of_tensorflow(value))
    ]
    own = [*layer._trainable_variables, *layer._non_trainable_variables]
    return [layer, layer.trainable, layer.dtype_policy.name, *own, *attributes]


def _is_of_tensorflow(value) -> bool:
    return type(value).__module__.startswith("tensorflow.")


def _is_same(one, other) -> bool:
    return one is other or (isinstance(one, VALUES) and type(one) is type(other) and one == other)
