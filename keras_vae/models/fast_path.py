"""How `fit` runs its steps where the user left that open: which settings are fast, and who must not have them.

The choice is made for one call of `fit` at a time and undone after it. It falls on Keras's own loop, one step
at a time, wherever somebody chose a setting (`run_eagerly`, `steps_per_execution`, `jit_compile`, `False`
included), under a strategy, on GPUs, where Keras's settings are fast, and where a callback needs every batch.
"""

import contextlib
import dataclasses
import math

import keras
import numpy as np
import tensorflow as tf

from keras_vae.models.grouped_steps import GroupedSteps

# Steps in a row without a word to Python; more gain nothing that could be measured.
MOST_STEPS = 50
# Keras's, where arrays come without one.
BATCH_SIZE = 32
# XLA compiles for some seconds, which fewer steps than these do not win back, nor steps on fewer examples.
STEPS_WORTH_COMPILING, EXAMPLES_WORTH_COMPILING = 500, 50_000
# What XLA runs faster than TensorFlow does on CPUs. Convolutions are slower there by far, and so are the random
# numbers of Keras's layers.
COMPILED_WELL = (
    keras.layers.Activation,
    keras.layers.Add,
    keras.layers.BatchNormalization,
    keras.layers.Concatenate,
    keras.layers.Dense,
    keras.layers.ELU,
    keras.layers.Flatten,
    keras.layers.Identity,
    keras.layers.InputLayer,
    keras.layers.LayerNormalization,
    keras.layers.LeakyReLU,
    keras.layers.Normalization,
    keras.layers.ReLU,
    keras.layers.Rescaling,
    keras.layers.Reshape,
)
# The package's own parts, and Keras's containers of layers, which are looked into.
COMPILED_WELL_MODULES = ("keras_vae.", "keras.src.models.")


@dataclasses.dataclass(frozen=True)
class Settings:
    """How steps are run.

    Attributes:
        steps: Training steps in a row, without a return to Python.
        compiled: Whether XLA compiles the row as one loop.
    """

    steps: int
    compiled: bool


class FastFunctions:
    """A model's functions by settings, so that another `fit` compiles nothing anew.

    A class of its own, so that Keras does not take the functions for state of the model.
    """

    def __init__(self):
        self._compilation, self._by_settings = None, {}

    def get(self, model, settings: Settings) -> tuple:
        """The functions for training and test steps; `None` where Keras is to make one."""
        if model._compile_config is not self._compilation:
            self._compilation, self._by_settings = model._compile_config, {}
        if settings not in self._by_settings:
            train = GroupedSteps(model, settings.steps) if settings.compiled else None
            self._by_settings[settings] = (train, None)
        return self._by_settings[settings]

    def keep(self, settings: Settings, functions: tuple) -> None:
        """Remembers the functions for settings."""
        self._by_settings[settings] = functions


@contextlib.contextmanager
def chosen(model, functions: FastFunctions, arguments: dict):
    """Gives a model fast settings while `fit` runs with these arguments, where that is open."""
    settings = settings_for(model, arguments)
    if settings is None:
        yield
        return
    plain = (model.steps_per_execution, model.train_function, model.test_function)
    fast = functions.get(model, settings)
    model.steps_per_execution, model.train_function, model.test_function = (settings.steps, *fast)
    try:
        yield
    finally:
        functions.keep(settings, (model.train_function, model.test_function))
        model.steps_per_execution, model.train_function, model.test_function = plain


def settings_for(model, arguments: dict) -> Settings | None:
    """The settings for a call of `fit`, or `None` where Keras's own loop is to run."""
    if not (_left_open(model) and _on_one_cpu(model) and all(map(_takes_groups, _callbacks(arguments)))):
        return None
    batches, batch_size = _batches_in_an_epoch(arguments), _batch_size(arguments)
    steps = min(MOST_STEPS, batches)
    if steps == 1:
        return None
    total = batches * arguments.get("epochs", 1)
    long = total >= STEPS_WORTH_COMPILING or total * batch_size >= EXAMPLES_WORTH_COMPILING
    return Settings(int(steps), compiled=bool(long and _compiles_well(model)))


def _left_open(model) -> bool:
    # False would be somebody's choice: see `Trainable._resolve_auto_jit_compile`.
    jit_is_open = not model.jit_compile and model.jit_compile is not False
    return jit_is_open and model.compiled and model.steps_per_execution == 1 and not model.run_eagerly


def _on_one_cpu(model) -> bool:
    strategy = model._distribute_strategy is not None or tf.distribute.has_strategy()
    return not strategy and not tf.config.list_physical_devices("GPU")


def _callbacks(arguments) -> list:
    callbacks = arguments.get("callbacks") or []
    if isinstance(callbacks, keras.callbacks.CallbackList):
        callbacks = callbacks.callbacks
    return keras.tree.flatten(callbacks)


def _takes_groups(callback) -> bool:
    """Whether a callback has nothing to do between the batches of an epoch."""
    if hasattr(callback, "needs_every_batch"):
        return not callback.needs_every_batch
    if isinstance(callback, (keras.callbacks.ModelCheckpoint, keras.callbacks.BackupAndRestore)):
        return callback.save_freq == "epoch"
    if isinstance(callback, keras.callbacks.TensorBoard):
        return callback.update_freq == "epoch" and not getattr(callback, "_should_trace", True)
    if isinstance(callback, (keras.callbacks.ProgbarLogger, keras.callbacks.TerminateOnNaN)):
        return True
    hooks = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")
    return all(getattr(getattr(callback, hook), "_is_default", False) for hook in hooks)


def _batch_size(arguments) -> int:
    x = arguments["x"]
    return x.first_batch_size if hasattr(x, "first_batch_size") else arguments.get("batch_size") or BATCH_SIZE


def _batches_in_an_epoch(arguments) -> float:
    """How many, infinity where nobody knows; 1 where batches come in a form that is not made for groups."""
    x, limit = arguments["x"], arguments.get("steps_per_epoch") or math.inf
    if isinstance(x, np.ndarray):
        return min(limit, -(-len(x) // _batch_size(arguments)))
    if isinstance(x, tf.data.Dataset) and _is_of_tensors(x):
        count = int(x.cardinality())
        return min(limit, count if count >= 0 else math.inf)
    return 1


def _is_of_tensors(dataset) -> bool:
    return all(isinstance(spec, tf.TensorSpec) for spec in keras.tree.flatten(dataset.element_spec))


def _compiles_well(model) -> bool:
    layers = [layer for part in (model.encoder, model.decoder) for layer in part._flatten_layers()]
    return model.corruption is None and all(
        type(layer) in COMPILED_WELL or type(layer).__module__.startswith(COMPILED_WELL_MODULES) for layer in layers
    )
