"""Corruptions that a model cannot train with are refused before it trains."""

import math

import keras
import numpy as np
import pytest

from keras_vae import likelihoods, restoration
from keras_vae.models.corruption_checks import check_keeps_shape
from tests.models.small import EVENT_SHAPE, binary, small_autoencoder, small_vae


@pytest.mark.parametrize(
    "layer",
    [
        keras.layers.MaxPooling2D(2),
        keras.layers.Flatten(),
        keras.layers.UpSampling2D(2),
        keras.layers.Lambda(lambda x: {"x": x}),
        keras.layers.Lambda(lambda x: keras.ops.mean(x, axis=0, keepdims=True)),
    ],
)
@pytest.mark.parametrize("make", [small_autoencoder, small_vae])
def test_a_corruption_that_changes_the_shape_is_refused_when_the_model_is_built(make, layer):
    with pytest.raises(ValueError, match=r"`corruption` must keep the shape of its input, \(None, 4, 3, 1\)"):
        make(corruption=layer)


def test_a_model_that_was_not_built_refuses_it_before_its_first_step():
    model = small_vae()
    model = type(model).from_config(model.get_config() | {"corruption": None})
    model.corruption = keras.layers.MaxPooling2D(2)
    model.compile("sgd")
    with pytest.raises(ValueError, match="must keep the shape"):
        model.fit(binary(4), verbose=0)
    assert int(model.optimizer.iterations) == 0


def test_a_corruption_that_does_not_take_the_shape_says_why():
    with pytest.raises(ValueError, match=r"does not take examples of shape \(None, 4, 3, 1\).*must divide every side"):
        small_vae(corruption=restoration.Downsampling(2))


@pytest.mark.parametrize(
    "make", [lambda: restoration.MissingBlock(2, math.nan), lambda: restoration.MissingPixels(0.5, math.nan)]
)
def test_nan_is_left_only_where_a_likelihood_takes_it(make):
    with pytest.raises(ValueError, match=r"has fill=nan, which Bernoulli does not take\. Wrap it in"):
        small_vae(corruption=make())
    model = small_vae(likelihoods.Masked(likelihoods.Bernoulli(EVENT_SHAPE)), corruption=make())
    model.compile("adam", run_eagerly=True)
    assert np.isfinite(model.train_on_batch(binary(4), return_dict=True)["loss"])


@pytest.mark.parametrize("layer", [keras.layers.GaussianNoise(0.1, seed=3), restoration.MissingPixels(0.1, seed=3)])
def test_one_that_keeps_it_is_built_and_no_noise_of_it_is_used_up(layer):
    before = np.asarray(layer.seed_generator.state)
    check_keeps_shape(layer, (None, *EVENT_SHAPE))
    assert layer.built
    np.testing.assert_array_equal(layer.seed_generator.state, before)
