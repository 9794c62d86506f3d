"""Probabilities of what was observed against SciPy, and first guesses for the encoder."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_vae import VAE, likelihoods, restoration
from keras_vae.restoration.observation import CorruptedPicture, MissingElements, made_of, typical_picture
from tests.models.small import EVENT_SHAPE, small_vae

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, *EVENT_SHAPE)).astype(np.float32)
Y = np.where(RNG.random(X.shape) < 0.4, np.nan, X).astype(np.float32)
MEAN = RNG.normal(size=(3, 5, *EVENT_SHAPE)).astype(np.float32)


@pytest.fixture
def vae() -> VAE:
    return small_vae(likelihoods.Normal(EVENT_SHAPE, scale=0.7))


def test_what_is_missing_has_no_part_in_the_likelihood(vae):
    observation = MissingElements(vae)
    found = observation.log_prob({"mean": tf.constant(MEAN)}, observation.known(tf.constant(Y), None, 0, 0))
    expected = np.nansum(stats.norm.logpdf(Y[:, None], MEAN, 0.7), axis=(2, 3, 4))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_what_was_observed_is_kept(vae):
    completed = np.asarray(MissingElements(vae).completed(tf.constant(MEAN), tf.constant(Y)))
    several = np.repeat(Y[:, None], 5, axis=1)
    np.testing.assert_array_equal(completed, np.where(np.isnan(several), MEAN, several))


def test_a_guess_is_a_whole_example_with_what_was_observed(vae):
    guess = np.asarray(MissingElements(vae).start(tf.constant(Y)))
    np.testing.assert_array_equal(guess[~np.isnan(Y)], Y[~np.isnan(Y)])
    # What was filled in follows the reconstruction of what it is a part of.
    before = np.asarray(MissingElements(vae).completed(typical_picture(vae), tf.constant(Y)))
    assert np.all(np.isfinite(guess))
    assert np.all(guess[np.isnan(Y)] != before[np.isnan(Y)])


def test_an_encoder_that_knows_missing_values_is_given_them():
    vae = small_vae(likelihoods.Masked(likelihoods.Normal(EVENT_SHAPE)))
    np.testing.assert_array_equal(MissingElements(vae).start(tf.constant(Y)), Y)
    assert MissingElements(vae).likelihood is vae.decoder.likelihood


def test_corrupted_pictures_are_normal_about_the_corruption_of_the_mean(vae):
    layer = restoration.Blur(0.8)
    observation = CorruptedPicture(vae, layer, 0.1)
    scale = np.array([[0.5], [1.0], [2.0]], np.float32)
    found = observation.log_prob({"mean": tf.constant(MEAN)}, {"y": tf.constant(Y), "scale": tf.constant(scale)})
    blurred = np.asarray(layer(MEAN.reshape(-1, *EVENT_SHAPE))).reshape(MEAN.shape)
    densities = stats.norm.logpdf(Y[:, None], blurred, scale.reshape(3, 1, 1, 1, 1))
    np.testing.assert_allclose(found, np.nansum(densities, axis=(2, 3, 4)), rtol=1e-5)


def test_the_scale_is_that_of_noise_and_likelihood_together():
    vae = small_vae(likelihoods.Normal((40, 40, 1), scale=0.6), event_shape=(40, 40, 1))
    y, z = tf.zeros((2, 20, 20, 1)), tf.constant([[0.0, 0.0], [1.0, -1.0]])
    scale = CorruptedPicture(vae, restoration.Downsampling(2), 0.4).known(y, z, 0, 0)["scale"]
    # A mean of four elements has half of their scale; 32 draws of 400 blocks.
    np.testing.assert_allclose(scale, np.full((2, 1), np.hypot(0.3, 0.4)), rtol=0.02)


def test_guesses_of_small_images_are_enlarged(vae):
    small, layer = tf.constant(RNG.normal(size=(2, 2, 3, 1)), tf.float32), keras.layers.AveragePooling2D((2, 1))
    guess = CorruptedPicture(vae, layer, 0.0).start(small)
    np.testing.assert_array_equal(guess, np.repeat(small, 2, axis=1))


def test_guesses_of_what_has_another_shape_are_the_mean_of_the_prior(vae):
    guess = CorruptedPicture(vae, keras.layers.Flatten(), 0.0).start(tf.zeros((2, 12)))
    np.testing.assert_array_equal(guess, np.repeat(typical_picture(vae), 2, axis=0))
    expected = vae.sample(4000, seed=0, mean=True).mean(axis=0)
    np.testing.assert_allclose(guess[0], expected, atol=0.1)


def test_small_images_count_once():
    x = RNG.normal(size=(2, 4, 6, 1)).astype(np.float32)
    layer = restoration.Downsampling(2)
    np.testing.assert_allclose(made_of(layer, x), x.reshape(2, 2, 2, 3, 2, 1).mean(axis=(2, 4)), rtol=1e-5, atol=1e-6)
    assert made_of(None, x) is x
