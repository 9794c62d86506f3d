"""What cannot be restored is refused before the work."""

import keras
import numpy as np
import pytest

from keras_vae import likelihoods, restoration
from keras_vae.restoration import given
from tests.models.small import EVENT_SHAPE, binary, small_vae


def elements(x, mask=None, vae=None):
    vae = vae or small_vae()
    return given.checked_elements(vae, x, mask, likelihoods.Masked(vae.decoder.likelihood))


def test_nan_and_masks_are_put_together():
    x, mask = binary(2), np.ones(EVENT_SHAPE, bool)
    x[0, 0, 0, 0], mask[1, 1, 0] = np.nan, False
    found = elements(x, mask)
    assert found.dtype == np.float32
    expected = x.copy()
    expected[:, 1, 1, 0] = np.nan
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("mask", [np.ones((4, 3), bool), np.ones((3, *EVENT_SHAPE), bool), np.ones(EVENT_SHAPE)])
def test_masks_of_another_shape_or_kind(mask):
    with pytest.raises(ValueError, match=r"`mask` must hold booleans.*\(2, 4, 3, 1\)"):
        elements(binary(2), mask)


def test_everything_is_missing():
    x = binary(3)
    x[1] = np.nan
    with pytest.raises(ValueError, match="the example at index 1 is NaN"):
        elements(x)
    with pytest.raises(ValueError, match="the example at index 0 is NaN"):
        given.checked_corrupted(small_vae(), binary(2), np.zeros(EVENT_SHAPE, bool), None)


@pytest.mark.parametrize("bad", [np.inf, 2.0])
def test_values_that_are_not_allowed(bad):
    x = binary(2)
    x[1, 2, 0, 0] = bad
    with pytest.raises(ValueError, match=r"Received: .* at index \(1, 2, 0, 0\)"):
        elements(x)


def test_greys_under_a_bernoulli_are_warned_of():
    with pytest.warns(UserWarning, match="not a likelihood"):
        elements(binary(2) * 0.5)


@pytest.mark.parametrize("x", [binary(2)[:, :3], binary(0), "images"])
def test_what_is_no_example(x):
    with pytest.raises(ValueError, match="`x` "):
        elements(x)


def test_a_corruption_whose_shape_is_not_that_of_x():
    layer = keras.layers.AveragePooling2D((2, 1))
    assert given.checked_corrupted(small_vae(), np.zeros((2, 2, 3, 1)), None, layer).shape == (2, 2, 3, 1)
    with pytest.raises(ValueError, match=r"\(batch, 2, 3, 1\), which is what AveragePooling2D makes of \(4, 3, 1\)"):
        given.checked_corrupted(small_vae(), binary(2), None, layer)


@pytest.mark.parametrize("shape", [(4, 6, 1), (2, 3, 1)])
def test_small_images_may_be_given_at_either_size(shape):
    vae, layer = small_vae(event_shape=(4, 6, 1)), restoration.Downsampling(2)
    large = np.asarray(layer(np.random.default_rng(0).random((2, 4, 6, 1))))
    x = large if shape == (4, 6, 1) else large[:, ::2, ::2]
    np.testing.assert_allclose(given.checked_corrupted(vae, x, None, layer), large[:, ::2, ::2], rtol=1e-6)


@pytest.mark.parametrize(
    "layer",
    [restoration.SaltAndPepper(0.3), restoration.MissingPixels(0.5, seed=0), keras.layers.GaussianNoise(0.3, seed=0)],
)
def test_corruptions_of_which_nobody_knows_what_they_did(layer):
    with pytest.raises(ValueError, match="is random, and what it did is unknown"):
        given.checked_corrupted(small_vae(), binary(2), None, layer)


def test_corruptions_that_leave_something_out():
    with pytest.raises(ValueError, match="MissingPixels leaves elements out"):
        given.checked_corrupted(small_vae(), binary(2), None, restoration.MissingPixels(0.5, np.nan, seed=0))


def test_what_is_no_layer():
    with pytest.raises(ValueError, match="corruption"):
        given.checked_corrupted(small_vae(), binary(2), None, np.mean)
