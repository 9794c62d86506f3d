"""How `fit` runs its steps where the user left that open: which settings are fast, and who must not have them.

The choice is made for one call of `fit` at a time and undone after it. It falls on Keras's own loop, one step
at a time, wherever somebody chose a setting (`run_eagerly`, `steps_per_execution`, `jit_compile`, `False`
included), under a strategy, on GPUs, where Keras's settings are fast, and where a callback needs every batch.
"""

import contextlib
import dataclasses
import math
import weakref

import keras
import numpy as np
import tensorflow as tf

from keras_vae.inputs.batches import KERAS_BATCH_SIZE
from keras_vae.inputs.examples import x_of
from keras_vae.ops import keras_internals
from keras_vae.training.grouped_steps import CompiledSteps, GroupedSteps

# Steps in a row without a word to Python; more gain nothing that could be measured.
MOST_STEPS = 50
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
# The package's own models and parts, and Keras's containers of layers, which are looked into.
COMPILED_WELL_MODULES = ("keras_vae.", keras_internals.OF_KERAS_MODELS)
TRAIN_HOOKS = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")
TEST_HOOKS = ("on_test_batch_begin", "on_test_batch_end")
# Keras's callbacks that have such hooks, and when these have nothing to do between the batches of an epoch.
IDLE = {
    keras.callbacks.BackupAndRestore: lambda callback: callback.save_freq == "epoch",
    keras.callbacks.ModelCheckpoint: lambda callback: callback.save_freq == "epoch",
    keras.callbacks.ProgbarLogger: lambda callback: True,
    keras.callbacks.TensorBoard: lambda callback: (
        callback.update_freq == "epoch" and not keras_internals.traces_batches(callback)
    ),
    keras.callbacks.TerminateOnNaN: lambda callback: True,
}


@dataclasses.dataclass(frozen=True)
class Settings:
    """How steps are run.

    Attributes:
        steps: Training steps in a row, without a return to Python.
        compiled: Whether XLA compiles the row as one loop.
        test_steps: Steps in a row of the validation.
    """

    steps: int
    compiled: bool
    test_steps: int = MOST_STEPS


class FastPath:
    """A model's way to run `fit` fast. It keeps the functions, so that another `fit` compiles nothing anew.

    The model itself is told of groups only while `fit` makes its iterator. What callbacks and other threads call
    meanwhile, such as `predict`, runs as the model was compiled.
    """

    def __init__(self):
        self._settings = None
        self._functions = weakref.WeakKeyDictionary()

    def forget(self):
        """Drops the functions: the model is another than they were made of."""
        self._functions.clear()

    @contextlib.contextmanager
    def fitting(self, model, arguments: dict):
        """Gives a model fast settings while `fit` runs with these arguments, where that is open."""
        settings = settings_for(model, arguments)
        if settings is None and self._settings is None:
            yield
            return
        compilation, outer = keras_internals.compilation(model), (self._settings, model.train_function)
        self._settings, model.train_function = settings, None
        if settings is not None:
            model.steps_per_execution = settings.steps
        try:
            yield
        finally:
            self._settings, train_function = outer
            # A callback may have compiled the model anew when the training ended.
            if keras_internals.compilation(model) is compilation:
                model.steps_per_execution, model.train_function = 1, train_function

    def make_train_function(self, model, force: bool) -> bool:
        """Makes the train function where `fit` runs fast, and says whether it does.

        `fit` calls this once its iterator counts in groups: from here on the model itself need not do so.
        """
        compilation = keras_internals.compilation(model)
        if force and compilation is not None:
            # Layers may have been frozen since.
            self._functions.pop(compilation, None)
        if self._settings is None:
            return False
        model.steps_per_execution = 1
        if force or model.train_function is None:
            model.train_function = self._train_function(model)
        return True

    @contextlib.contextmanager
    def validating(self, model):
        """Runs the validation in groups while `fit` runs fast."""
        steps = 1 if self._settings is None else self._settings.test_steps
        if steps == 1 or not keras_internals.group_validation_steps(model, steps):
            yield
            return
        plain = model.test_function
        model.test_function = self._kept(model, ("test", steps), lambda: _in_groups(model, model.test_step, steps))
        try:
            yield
        finally:
            model.test_function = plain

    def _train_function(self, model):
        steps = self._settings.steps
        if self._settings.compiled:
            return GroupedSteps(self._kept(model, "compiled", lambda: CompiledSteps(model)), steps)
        return self._kept(model, ("train", steps), lambda: _in_groups(model, model.train_step, steps))

    def _kept(self, model, key, make):
        functions = self._functions.setdefault(keras_internals.compilation(model), {})
        if key not in functions:
            functions[key] = make()
        return functions[key]


class InGroups:
    """What Keras makes a function of several steps from: a model in all but their number."""

    def __init__(self, model, steps: int):
        self._model, self.steps_per_execution = model, steps

    def __getattr__(self, name):
        return getattr(self._model, name)


def _in_groups(model, step, steps):
    return keras_internals.function_of_steps(InGroups(model, steps), step)


def settings_for(model, arguments: dict) -> Settings | None:
    """The settings for a call of `fit`, or `None` where Keras's own loop is to run."""
    callbacks = _callbacks(arguments)
    if not (_tells_enough(model) and _left_open(model) and _on_one_cpu(model) and _idle(callbacks, TRAIN_HOOKS)):
        return None
    limit = _limit(arguments.get("steps_per_epoch"))
    count = _count(arguments, limit)
    steps = _group_size(count, limit)
    if steps < 2:
        return None
    total = min(count, limit) * arguments.get("epochs", 1)
    long = total >= STEPS_WORTH_COMPILING or total * _batch_size(arguments) >= EXAMPLES_WORTH_COMPILING
    return Settings(int(steps), bool(long and _compiles_well(model)), _test_steps(model, arguments, callbacks))


def _test_steps(model, arguments, callbacks) -> int:
    if not (_idle(callbacks, TEST_HOOKS) and _is_ours(model, "make_test_function")):
        return 1
    return _group_size(math.inf, _limit(arguments.get("validation_steps")))


def _tells_enough(model) -> bool:
    """Whether this Keras lets functions be made, and be kept as long as the model stays compiled as it is."""
    return keras_internals.makes_functions_of_steps() and keras_internals.compilation(model) is not None


def _left_open(model) -> bool:
    # False would be somebody's choice: see `TellsOpenJit`.
    jit_is_open = not model.jit_compile and model.jit_compile is not False
    eager = model.run_eagerly or tf.config.functions_run_eagerly()
    is_open = jit_is_open and model.compiled and model.steps_per_execution == 1 and not eager
    return is_open and _is_ours(model, "make_train_function")


def _is_ours(model, method: str) -> bool:
    """Whether a method is the package's or Keras's, and no user's who made a subclass."""
    return _owner(model, method).__module__.startswith(("keras_vae.", keras_internals.OF_KERAS))


def _owner(instance, method: str) -> type:
    """The class that a method is written in."""
    return next(cls for cls in type(instance).__mro__ if method in vars(cls))


def _on_one_cpu(model) -> bool:
    strategy = keras_internals.may_have_strategy(model) or tf.distribute.has_strategy()
    return not strategy and not tf.config.list_physical_devices("GPU")


def _callbacks(arguments) -> list:
    callbacks = arguments.get("callbacks") or []
    if isinstance(callbacks, keras.callbacks.CallbackList):
        callbacks = callbacks.callbacks
    return keras.tree.flatten(callbacks)


def _idle(callbacks, hooks) -> bool:
    """Whether callbacks have nothing to do between the batches of an epoch, when these hooks are called."""
    return all(_is_idle(callback, hook) for callback in callbacks for hook in hooks)


def _is_idle(callback, hook) -> bool:
    if keras_internals.does_nothing(getattr(callback, hook)):
        return True
    if hook in vars(callback):
        # As LambdaCallback has them.
        return False
    # What a class says of its hooks is not said of those that a subclass has in their place.
    owner = _owner(callback, hook)
    if "needs_every_batch" in vars(owner):
        return not callback.needs_every_batch
    return owner in IDLE and IDLE[owner](callback)


def _batch_size(arguments) -> int:
    x = arguments["x"]
    return getattr(x, "first_batch_size", arguments.get("batch_size")) or KERAS_BATCH_SIZE


def _limit(steps: int | None) -> float:
    """After how many steps an epoch ends although there are more data."""
    return min(steps or math.inf, keras.config.max_steps_per_epoch() or math.inf)


def _count(arguments, limit) -> float:
    """How many batches there are, infinity where nobody knows; 1 where they cannot be taken in groups."""
    x = arguments["x"]
    if isinstance(x_of(x), np.ndarray):
        return -(-len(x_of(x)) // _batch_size(arguments))
    if not isinstance(x, tf.data.Dataset) or not _is_of_tensors(x):
        return 1
    count = int(x.cardinality())
    if count == tf.data.UNKNOWN_CARDINALITY and limit < math.inf:
        # Data that end before the epoch does are begun again, which `fit` would miss if they ended within a group.
        return 1
    return count if count >= 0 else math.inf


def _group_size(count, limit) -> float:
    """The longest group; where epochs end before the data do, the longest that ends with them."""
    if limit >= count:
        return min(MOST_STEPS, count)
    return next(size for size in range(MOST_STEPS, 0, -1) if limit % size == 0)


def _is_of_tensors(dataset) -> bool:
    return all(isinstance(spec, tf.TensorSpec) for spec in keras.tree.flatten(dataset.element_spec))


def _compiles_well(model) -> bool:
    return all(
        type(layer) in COMPILED_WELL or type(layer).__module__.startswith(COMPILED_WELL_MODULES)
        for layer in keras_internals.all_layers(model)
    )
