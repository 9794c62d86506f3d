"""What is asked of Keras behind its public names, and what is answered where it lacks them."""

import sys
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae.ops import keras_internals


class Without:
    """Anything else's attributes, but for some that it lacks."""

    def __init__(self, whole, *names):
        self._whole, self._names = whole, names

    def __getattr__(self, name):
        if name in self._names:
            raise AttributeError(name)
        return getattr(self._whole, name)


class Nested(keras.layers.Layer):
    """Layers in an attribute, in a list and in a dict, and one of them twice."""

    def __init__(self):
        super().__init__()
        self.one = keras.layers.Dense(2)
        self.listed = [self.one, keras.Sequential([keras.layers.Dense(3), keras.layers.ReLU()])]
        self.named = {"last": keras.layers.Dropout(0.5)}


@pytest.fixture(scope="module")
def compiled():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def take_away(monkeypatch, name, kind):
    """Lets a class of Keras lack a private name as long as a test runs."""
    monkeypatch.delattr(next(cls for cls in kind.__mro__ if name in vars(cls)), name)


class TestAllLayers:
    @staticmethod
    def check(layer):
        inner = layer.listed[1]
        found = keras_internals.all_layers(layer)
        assert found[0] is layer
        expected = [layer, layer.one, inner, *inner.layers, layer.named["last"]]
        assert {*map(id, expected)} <= {*map(id, found)}
        assert len({*map(id, found)}) == len(found)

    def test_of_keras(self):
        layer = Nested()
        self.check(layer)
        assert [*map(id, keras_internals.all_layers(layer))] == [*map(id, layer._flatten_layers())]

    def test_by_public_names(self, monkeypatch, compiled):
        layer = Nested()
        take_away(monkeypatch, "_flatten_layers", keras.layers.Layer)
        self.check(layer)
        assert compiled.layers[0] in keras_internals.all_layers(compiled)

    def test_a_layer_without_others_is_all_there_is(self, monkeypatch):
        layer = keras.layers.ReLU()
        assert keras_internals.all_layers(layer) == [layer]
        take_away(monkeypatch, "_flatten_layers", keras.layers.Layer)
        assert keras_internals.all_layers(layer) == [layer]


class TestOwnVariables:
    def test_are_without_those_of_other_layers(self, compiled):
        assert keras_internals.own_variables(compiled.layers[0]) == compiled.layers[0].variables
        assert compiled.layers[0].kernel not in keras_internals.own_variables(Nested())

    @pytest.mark.parametrize("name", ["_trainable_variables", "_non_trainable_variables"])
    def test_are_all_where_they_are_not_told_apart(self, compiled, name):
        assert keras_internals.own_variables(Without(compiled, name)) == compiled.variables
        assert compiled.variables


class Asking(keras.layers.Layer):
    """Hands on who calls it."""

    def __init__(self, hear):
        super().__init__()
        self.hear = hear

    def call(self, x):
        self.hear(keras_internals.callers())
        return x


class TestCallers:
    def test_the_innermost_is_the_last(self):
        heard = []
        asking = Asking(heard.append)
        model = keras.Sequential([asking])
        model(np.zeros((1, 2), np.float32))
        assert heard[-1][-1] is asking
        assert any(caller is model for caller in heard[-1][:-1])

    def test_of_nobody_there_are_none(self, monkeypatch):
        assert keras_internals.callers() == []
        monkeypatch.setitem(sys.modules, "keras.src.backend.common.global_state", types.ModuleType("moved"))
        heard = []
        Asking(heard.append)(np.zeros((1, 2), np.float32))
        assert heard[-1] == []


def test_what_the_process_was_told(monkeypatch):
    keras.utils.set_random_seed(7)
    assert keras_internals.process_seed() == 7
    monkeypatch.setitem(sys.modules, "keras.src.utils.rng_utils", types.ModuleType("moved"))
    assert keras_internals.process_seed() is None


def test_a_compilation_is_another_after_each_compile(compiled):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    assert keras_internals.compilation(model) is None
    model.compile("sgd", "mse")
    first = keras_internals.compilation(model)
    assert first is not None
    assert keras_internals.compilation(model) is first
    model.compile("sgd", "mse")
    assert keras_internals.compilation(model) is not first
    assert keras_internals.compilation(Without(compiled, "_compile_config")) is None


def test_functions_of_steps(monkeypatch):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse", steps_per_execution=3)
    total = tf.Variable(0.0)
    run = keras_internals.function_of_steps(model, lambda data: {"total": total.assign_add(data)})
    logs = run(iter(tf.data.Dataset.from_tensor_slices([1.0, 2.0, 4.0, 8.0])))
    assert (float(logs["total"]), float(total)) == (7, 7)
    assert keras_internals.makes_functions_of_steps()
    take_away(monkeypatch, "_make_function", keras.Model)
    assert not keras_internals.makes_functions_of_steps()


def test_a_strategy_is_possible_where_keras_does_not_tell(compiled):
    assert not keras_internals.may_have_strategy(compiled)
    assert keras_internals.may_have_strategy(Without(compiled, "_distribute_strategy"))
    with tf.distribute.MirroredStrategy(["cpu:0"]).scope():
        assert keras_internals.may_have_strategy(keras.Sequential([keras.layers.Dense(1)]))


def test_metrics_of_the_user_are_possible_where_keras_does_not_tell(compiled):
    assert not keras_internals.has_metrics_of_user(compiled)
    assert keras_internals.has_metrics_of_user(Without(compiled, "_compile_metrics"))
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    assert keras_internals.has_metrics_of_user(model)


def test_the_losss_tracker_is_found_by_its_name(compiled):
    tracker = keras_internals.loss_tracker(compiled)
    assert (tracker.name, type(tracker)) == ("loss", keras.metrics.Mean)
    assert keras_internals.loss_tracker(Without(compiled, "_loss_tracker")) is tracker


class TestValidation:
    def test_fit_says_that_it_validates(self, compiled, monkeypatch):
        told = []
        monkeypatch.setattr(compiled, "evaluate", lambda **options: told.append(options) or {})
        x = np.zeros((2, 2), np.float32)
        compiled.fit(x, x[:, :1], validation_data=(x, x[:, :1]), verbose=0)
        assert keras_internals.VALIDATES in told[0]

    def test_steps_are_grouped_where_there_is_an_iterator_that_counts(self):
        iterator = types.SimpleNamespace(steps_per_execution=1)
        assert keras_internals.group_validation_steps(types.SimpleNamespace(_eval_epoch_iterator=iterator), 5)
        assert iterator.steps_per_execution == 5
        for model in (types.SimpleNamespace(), types.SimpleNamespace(_eval_epoch_iterator=None)):
            assert not keras_internals.group_validation_steps(model, 5)

    def test_data_is_forgotten_where_it_is_kept(self):
        model = types.SimpleNamespace(_eval_epoch_iterator=object())
        keras_internals.forget_validation_data(model)
        assert vars(model) == {"_eval_epoch_iterator": None}
        model = types.SimpleNamespace()
        keras_internals.forget_validation_data(model)
        assert vars(model) == {}


def test_a_hook_of_a_callbacks_own_does_something():
    class Own(keras.callbacks.Callback):
        def on_batch_end(self, batch, logs=None):
            """Does something."""

    assert keras_internals.does_nothing(keras.callbacks.Callback().on_batch_end)
    assert not keras_internals.does_nothing(Own().on_batch_end)
    assert keras_internals.does_nothing(Own().on_train_batch_begin)


def test_tensorboard_profiles_batches_where_it_was_told_to_or_does_not_tell(tmp_path, compiled):
    callback = keras.callbacks.TensorBoard(tmp_path, profile_batch=(2, 3))
    assert keras_internals.traces_batches(Without(callback, "_should_trace"))
    for profile_batch, expected in ((0, False), ((2, 3), True)):
        callback = keras.callbacks.TensorBoard(tmp_path, profile_batch=profile_batch)
        assert keras_internals.traces_batches(callback) == expected


def test_an_open_choice_of_xla_is_told_from_a_users_own():
    class Model(keras_internals.TellsOpenJit, keras.Sequential):
        """One whose choice can be told."""

    for choice, expected in ((False, False), (True, True)):
        model = Model([keras.layers.Dense(1)])
        model.compile("sgd", "mse", jit_compile=choice)
        assert model.jit_compile is expected
    model.compile("sgd", "mse")
    # Keras takes XLA where it finds GPUs.
    assert model.jit_compile is not False


def test_kerass_classes_are_told_from_others():
    for cls in (keras.Model, keras.Sequential, keras.layers.Dense):
        assert cls.__module__.startswith(keras_internals.OF_KERAS)
    assert not keras_internals.TellsOpenJit.__module__.startswith(keras_internals.OF_KERAS)
    for cls, expected in ((keras.Model, True), (keras.Sequential, True), (keras.layers.Dense, False)):
        assert cls.__module__.startswith(keras_internals.OF_KERAS_MODELS) == expected
