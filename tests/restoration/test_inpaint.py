"""Inpainting: what was observed is kept, what is missing is the model's."""

import keras
import numpy as np
import pytest

from keras_vae import likelihoods, restoration
from keras_vae.restoration import inpaint
from tests.restoration.corruptions import examples
from tests.restoration.restorers import constant
from tests.tiny_models import vae_of_classes

EVENT_SHAPE = (4, 3, 1)
X = examples(5, EVENT_SHAPE)
MASK = np.random.default_rng(1).random(X.shape) < 0.6


def test_what_was_observed_is_kept_and_the_rest_is_reconstructed():
    model = constant(7.0, EVENT_SHAPE)
    expected = np.where(MASK, X, 7.0)
    np.testing.assert_array_equal(inpaint(model, X, MASK), expected)
    np.testing.assert_array_equal(inpaint(model, np.where(MASK, X, np.nan)), expected)
    np.testing.assert_array_equal(inpaint(model, np.where(MASK, X, np.nan), batch_size=2), expected)


def test_one_mask_serves_all_examples_and_adds_to_what_is_nan():
    x = X.copy()
    x[2, 0, 0] = np.nan
    found = inpaint(constant(7.0, EVENT_SHAPE), x, MASK[0])
    np.testing.assert_array_equal(found == 7.0, ~(MASK[0] & ~np.isnan(x)))


@pytest.mark.parametrize(
    ("likelihood", "corruption", "fill"),
    [
        (None, None, 0.0),
        (None, restoration.MissingBlock(2, fill=-3.0), -3.0),
        (None, keras.Sequential([restoration.GaussianNoise(0.1), restoration.MissingBlock(2, fill=-3.0)]), -3.0),
        (likelihoods.Masked(likelihoods.Normal(EVENT_SHAPE)), restoration.MissingPixels(0.5, fill=5.0), np.nan),
    ],
)
def test_the_model_sees_what_it_was_trained_to_see_where_something_is_missing(likelihood, corruption, fill):
    model = constant(7.0, EVENT_SHAPE, likelihood, corruption)
    restored = inpaint(model, X, MASK)
    np.testing.assert_array_equal(model.given, np.where(MASK, X, np.float32(fill)))
    np.testing.assert_array_equal(restored, np.where(MASK, X, 7.0))


def test_whole_numbers_with_a_mask_are_taken():
    x = np.full((2, *EVENT_SHAPE), 200, np.uint8)
    mask = np.ones(EVENT_SHAPE, bool)
    mask[0] = False
    found = inpaint(constant(7.0, EVENT_SHAPE), x, mask)
    assert np.all(found[:, 0] == 7.0)
    assert np.all(found[:, 1:] == 200)


@pytest.mark.parametrize("mask", [MASK[:2], MASK[..., 0], MASK[0, 0], MASK.astype(float), "all", True])
def test_a_mask_of_another_shape_or_of_no_booleans_is_refused(mask):
    with pytest.raises(ValueError, match=r"`mask` must hold booleans.*\(5, 4, 3, 1\), or of one example, \(4, 3, 1\)"):
        inpaint(constant(7.0, EVENT_SHAPE), X, mask)


def test_everything_missing_is_refused_with_the_example():
    mask = MASK.copy()
    mask[3] = False
    with pytest.raises(ValueError, match="of the example at index 3 is NaN"):
        inpaint(constant(7.0, EVENT_SHAPE), X, mask)


def test_other_shapes_and_infinity_are_refused():
    with pytest.raises(ValueError, match=r"`x` must have shape \(batch, 4, 3, 1\)"):
        inpaint(constant(7.0, EVENT_SHAPE), X[..., 0])
    with pytest.raises(ValueError, match=r"or NaN where one is missing. Received: inf"):
        inpaint(constant(7.0, EVENT_SHAPE), np.where(MASK, X, np.inf))


def test_what_is_missing_is_that_of_the_class():
    vae = vae_of_classes(likelihoods.Normal(EVENT_SHAPE), [-3.0, 3.0])
    expected = np.where(MASK, X, np.reshape([-3.0, 3.0, 3.0, -3.0, 3.0], (5, 1, 1, 1)))
    np.testing.assert_allclose(inpaint(vae, X, MASK, batch_size=2, condition=[0, 1, 1, 0, 1]), expected, atol=1e-6)
    np.testing.assert_allclose(inpaint(vae, {"x": X, "condition": 1}, MASK), np.where(MASK, X, 3.0), atol=1e-6)
    with pytest.raises(ValueError, match="`x` has none: give it as `condition=`"):
        inpaint(vae, X, MASK)
