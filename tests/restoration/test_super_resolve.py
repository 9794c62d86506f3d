"""Super-resolution: the small image is kept, and the error never grows."""

import numpy as np
import pytest

from keras_vae import likelihoods, restoration
from keras_vae.restoration import downsample, repeat, super_resolve
from tests.restoration.corruptions import examples
from tests.restoration.restorers import constant
from tests.tiny_models import vae_of_classes


@pytest.mark.parametrize(("event_shape", "factor"), [((8, 4, 2), 2), ((8, 8, 1), 4), ((9,), 3), ((6, 2), 1)])
def test_the_block_means_are_those_of_the_small_image(event_shape, factor):
    x = examples(3, event_shape)
    small = np.asarray(downsample(x, factor))
    model = constant(0.3, event_shape, corruption=restoration.Downsampling(factor))
    found = super_resolve(model, small, factor)
    assert found.shape == x.shape
    np.testing.assert_allclose(downsample(found, factor), small, atol=1e-6)
    # What the model was given, and the nearest image to its constant.
    np.testing.assert_array_equal(model.given, repeat(small, factor))
    np.testing.assert_allclose(found, repeat(small, factor), atol=1e-6)


def test_the_nearest_image_with_the_same_means_is_never_farther_from_the_truth():
    x = examples(20, (8, 8, 1))
    model = constant(0.3, (8, 8, 1))
    rows = np.random.default_rng(0).normal(size=model.decoder.likelihood.projection.bias.shape)
    model.decoder.likelihood.projection.bias.assign(rows)
    small = np.asarray(downsample(x, 2))
    guesses = super_resolve(model, small, 2), model.reconstruct(np.asarray(repeat(small, 2)))
    errors = [np.sum((guess - x) ** 2, axis=(1, 2, 3)) for guess in guesses]
    assert np.all(errors[0] < errors[1])


def test_whole_numbers_are_taken():
    small = np.full((2, 4, 4, 1), 200, np.uint8)
    np.testing.assert_allclose(super_resolve(constant(7.0, (8, 8, 1)), small, 2), 200.0)


@pytest.mark.parametrize(("shape", "factor"), [((2, 8, 8, 1), 2), ((2, 4, 4), 2), ((2, 4, 4, 1), 4), ((2, 2, 2, 1), 3)])
def test_images_that_do_not_fit_the_model_are_refused(shape, factor):
    with pytest.raises(ValueError, match=r"`small` must hold images of the model's shape, \(8, 8, 1\)"):
        super_resolve(constant(7.0, (8, 8, 1)), np.zeros(shape), factor)
    with pytest.raises(ValueError, match="`factor` must be a whole number"):
        super_resolve(constant(7.0, (8, 8, 1)), np.zeros(shape), 2.0)


def test_nan_is_an_error():
    with pytest.raises(ValueError, match="Received: nan"):
        super_resolve(constant(7.0, (8, 8, 1)), np.full((1, 4, 4, 1), np.nan), 2)


def test_under_a_condition_the_model_enlarges_as_one_of_the_class():
    vae = vae_of_classes(likelihoods.Normal((8, 8, 1)), [-3.0, 3.0])
    small = np.asarray(downsample(examples(2, (8, 8, 1)), 2))
    # Details that the small image has lost, by which the classes differ: a ramp within each block.
    ramp = np.tile([[0.0, 1.0]], (8, 4))[..., None]
    vae.decoder.likelihood.projection.kernel.assign(np.stack([0 * ramp, 0 * ramp, ramp, -ramp]).reshape(4, -1))
    found = super_resolve(vae, small, 2, condition=[0, 1])
    expected = np.stack([ramp - 0.5, 0.5 - ramp]) + np.asarray(repeat(small, 2))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    with pytest.raises(ValueError, match="`small` has none: give it as `condition=`"):
        super_resolve(vae, small, 2)
