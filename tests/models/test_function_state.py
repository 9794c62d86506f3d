"""Functions of somebody's own are told from what they were when what they compute with is another."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae.models._function_state import Itself, function_state
from tests.models.small import binary, small_vae

FACTOR = 2.0


def by_a_global(x):
    return next(part * FACTOR for part in (x,))


class Scaling:
    """A factor that may be changed, in an attribute, a list in one, and an array in one."""

    def __init__(self):
        self.factor, self.several, self.array = 2.0, {"all": [2.0]}, np.array([2.0], np.float32)

    def by_attribute(self, x):
        return x * self.factor

    def by_list(self, x):
        return x * self.several["all"][0]

    def by_array(self, x):
        return x * self.array

    def __call__(self, x):
        return x * self.factor


def of_a_closure():
    factor = 2.0

    def scaled(x):
        return x * factor

    def change():
        nonlocal factor
        factor = 5.0

    return scaled, change


def of_a_global(monkeypatch):
    return by_a_global, lambda: monkeypatch.setitem(globals(), "FACTOR", 5.0)


def of_an_object(name):
    def made():
        scaling = Scaling()

        def change():
            scaling.factor = scaling.several["all"][0] = scaling.array[0] = 5.0

        return getattr(scaling, name), change

    return made


def of_a_partial():
    options = {"factor": 2.0}
    return functools.partial(lambda x, options: x * options["factor"], options=options), lambda: options.update(
        factor=5.0
    )


def of_another_model():
    layer = keras.layers.Dense(3, kernel_initializer="identity", activation=lambda x: x * 2.0)
    layer.build((None, 3))

    def change():
        layer.activation = lambda x: x * 5.0

    return lambda x: layer(x[:, 0, :, 0]), change


FUNCTIONS = {
    "closure": of_a_closure,
    "global": of_a_global,
    "method": of_an_object("by_attribute"),
    "list": of_an_object("by_list"),
    "array": of_an_object("by_array"),
    "object that is called": of_an_object("__call__"),
    "partial": of_a_partial,
    "another model": of_another_model,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_computes_with_what_is_there_now(monkeypatch, name):
    function, change = FUNCTIONS[name](monkeypatch) if name == "global" else FUNCTIONS[name]()
    vae, x = small_vae(), binary(4)
    expected = x[:, 0, :, 0] if name == "another model" else x
    for factor in (2.0, 5.0):
        before = function_state(function)
        assert before == function_state(function)
        for _ in range(2):
            np.testing.assert_array_equal(next(vae.over_batches(function, x)), factor * expected)
        change()
    assert len(vae._functions._by_name) == 1


def test_what_stays_is_compiled_once():
    traced, scaling, vae, x = [], Scaling(), small_vae(), binary(4)

    def function(x):
        # A list that is filled while it is traced, a circle, a tensor and the model itself.
        traced.append(1)
        return scaling.by_attribute(x) * constant + 0.0 * vae.beta

    constant, scaling.itself = tf.constant(3.0), scaling
    for _ in range(3):
        np.testing.assert_array_equal(next(vae.over_batches(function, x)), 6 * x)
    assert len(traced) == 1


def test_an_object_stands_for_itself():
    one, other = [], []
    assert Itself(one) == Itself(one) != Itself(other)
    assert len({Itself(one), Itself(one), Itself(other)}) == 2
