"""Which Keras model a layer is called by."""

import keras
import numpy as np
import pytest

from keras_vae.models import enclosing


class Asking(keras.layers.Layer):
    """Gives 1 where a `keras.Sequential` calls it, and 0 elsewhere."""

    def call(self, x):
        return 0 * x + float(enclosing.is_called_by_sequential(self))


class Holding(keras.layers.Layer):
    """A layer that calls another."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def call(self, x):
        return self.layer(x)


X, INPUTS = np.zeros((1, 2), np.float32), keras.Input((2,))


def sequential(*layers):
    return keras.Sequential([keras.Input((2,)), *layers])


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: Asking(), 0),
        (lambda: keras.Model(INPUTS, Asking()(INPUTS)), 0),
        (lambda: sequential(Asking()), 1),
        (lambda: keras.Sequential([Asking(), keras.layers.Identity()]), 1),
        (lambda: keras.Sequential([sequential(Asking())]), 1),
        (lambda: keras.Model(INPUTS, sequential(Asking())(INPUTS)), 1),
        (lambda: sequential(keras.Model(INPUTS, Asking()(INPUTS))), 0),
        (lambda: sequential(Holding(Asking())), 0),
        (lambda: Holding(sequential(Asking())), 1),
    ],
)
def test_it_is_the_innermost_caller_that_counts(make, expected):
    np.testing.assert_array_equal(make()(X), np.full((1, 2), expected))


def test_where_keras_does_not_tell_it_is_nobody(monkeypatch):
    monkeypatch.setattr(enclosing, "callers", list)
    np.testing.assert_array_equal(sequential(Asking())(X), X)
