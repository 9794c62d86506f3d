"""The penalty against SciPy's relative entropy, as Keras counts it."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import rel_entr

from keras_vae.regularizers import KullbackLeiblerSparsity

CODE = np.random.default_rng(0).uniform(0.01, 0.99, (7, 4)).astype(np.float32)


def divergence(code, target):
    """sum_j KL(target || mean of unit j), in NumPy and float64."""
    mean = np.mean(code, axis=0, dtype=np.float64)
    return np.sum(rel_entr(target, mean) + rel_entr(1 - target, 1 - mean))


def counted(regularizer, code) -> float:
    """What Keras adds to the loss for a code."""
    layer = keras.layers.Identity(activity_regularizer=regularizer)
    layer(code)
    (loss,) = layer.losses
    return float(loss)


@pytest.mark.parametrize(("target", "weight"), [(0.05, 1.0), (0.2, 3.5), (0.5, 0.0), (0.999, 0.1)])
def test_keras_counts_the_divergence_in_nats_once(target, weight):
    expected = weight * divergence(CODE, target)
    assert counted(KullbackLeiblerSparsity(target, weight), CODE) == pytest.approx(expected, rel=1e-5)


def test_it_does_not_grow_with_the_batch():
    regularizer = KullbackLeiblerSparsity(0.1)
    several = np.tile(CODE, (5, 1))
    assert counted(regularizer, several) == pytest.approx(counted(regularizer, CODE), rel=1e-5)


def test_it_is_zero_at_the_target_and_there_alone():
    regularizer = KullbackLeiblerSparsity(0.25)
    at_target = np.array([[0.0, 0.25], [0.5, 0.25]], np.float32)
    assert counted(regularizer, at_target) == pytest.approx(0, abs=1e-6)
    assert counted(regularizer, at_target + 0.1) > 0.02


@pytest.mark.parametrize("mean", [0.0, 1.0])
def test_units_that_are_always_off_or_on_have_a_finite_cost_and_a_way_back(mean):
    code = tf.fill((3, 2), mean)
    with tf.GradientTape() as tape:
        tape.watch(code)
        loss = KullbackLeiblerSparsity(0.3)(code)
    gradient = tape.gradient(loss, code)
    assert np.isfinite(loss)
    assert np.all(np.isfinite(gradient))
    # Down from 1 and up from 0 it costs less.
    assert np.all(np.sign(gradient) == (1 if mean == 1 else -1))


def test_a_mean_that_is_no_probability_gives_nan():
    assert np.isnan(counted(KullbackLeiblerSparsity(), np.full((2, 2), 1.5, np.float32)))
    assert np.isnan(counted(KullbackLeiblerSparsity(), np.full((2, 2), -0.5, np.float32)))


@pytest.mark.parametrize("name", ["sigmoid", "hard_sigmoid", "softmax"])
def test_activations_between_0_and_1_will_do(name):
    KullbackLeiblerSparsity().check_activation(keras.activations.get(name))


@pytest.mark.parametrize("name", [None, "relu", "tanh", "relu6", "elu", "gelu"])
def test_other_activations_are_refused(name):
    with pytest.raises(ValueError, match=r"between 0 and 1.*give `activation='sigmoid'`.*keras\.regularizers\.L1"):
        KullbackLeiblerSparsity().check_activation(keras.activations.get(name))


@pytest.mark.parametrize("target", [0.0, 1.0, -0.1, 2, np.nan, "a"])
def test_targets_that_are_none(target):
    with pytest.raises(ValueError, match="`target` must be"):
        KullbackLeiblerSparsity(target)


@pytest.mark.parametrize("weight", [-1.0, np.inf])
def test_weights_that_are_none(weight):
    with pytest.raises(ValueError, match="`weight` must be a finite number of at least 0"):
        KullbackLeiblerSparsity(weight=weight)


def test_its_config_makes_it_again():
    again = keras.regularizers.get(keras.regularizers.serialize(KullbackLeiblerSparsity(0.1, 2.0)))
    assert isinstance(again, KullbackLeiblerSparsity)
    assert again.get_config() == {"target": 0.1, "weight": 2.0}
    assert keras.saving.get_registered_name(KullbackLeiblerSparsity) == "keras_vae>KullbackLeiblerSparsity"
