import numpy as np
import pytest
from keras import ops

from keras_vae import priors
from keras_vae.testing.gradients import hold_gradients

PART = priors.StandardNormal(2)
INPUTS = {"a": np.linspace(-2, 2, 12).reshape(3, 4), "b": np.array([[0.5], [1.0], [2.0]])}


def check(function):
    hold_gradients(PART, "gradient", function, INPUTS, np.random.default_rng(0), "it")


def test_right_gradients_hold():
    check(lambda inputs: ops.sum(ops.exp(inputs["a"]) * ops.sin(inputs["b"]), axis=1))


def test_wrong_ones_do_not():
    with pytest.raises(AssertionError, match="breaks the law: gradient"):
        check(lambda inputs: ops.sum(ops.exp(inputs["a"]) * ops.stop_gradient(inputs["b"]), axis=1))
    with pytest.raises(AssertionError):
        check(lambda inputs: ops.sum(inputs["a"] + 1e-3 * ops.stop_gradient(inputs["a"]) ** 2, axis=1))
