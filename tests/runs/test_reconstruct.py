import numpy as np
import pytest

from keras_vae import likelihoods, runs
from keras_vae.datasets.binarize import binarize_once
from keras_vae.datasets.digits import load_digits
from keras_vae.visualization import pixels, reconstruction_grid

from ..tiny_models import EVENT_SHAPE, tiny_autoencoder, tiny_vae

pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.mark.parametrize("model", [tiny_vae, tiny_autoencoder])
def test_first_binary_test_images_above_their_reconstructions(model):
    model, digits = model(), load_digits("test")
    x = binarize_once(digits.pixels, digits.levels, 0)[:20].astype(np.float32)
    expected = reconstruction_grid(x, model.reconstruct(x))
    drawn = runs.reconstruct(model, "digits", num_images=20)
    np.testing.assert_array_equal(pixels(drawn), pixels(expected))


def test_grey_values_stay_grey():
    vae = tiny_vae(likelihood=likelihoods.Normal(EVENT_SHAPE))
    x = (load_digits("test").pixels[:3] / 16).astype(np.float32)
    expected = reconstruction_grid(x, vae.reconstruct(x))
    drawn = runs.reconstruct(vae, "digits", num_images=3)
    np.testing.assert_array_equal(pixels(drawn), pixels(expected))


def test_whole_numbers_have_the_greys_of_the_models_levels():
    vae = tiny_vae(likelihood=likelihoods.BetaBinomial(EVENT_SHAPE, levels=17))
    x = load_digits("test").pixels[:3]
    expected = reconstruction_grid(x, vae.reconstruct(x), value_range=(0, 16))
    np.testing.assert_array_equal(pixels(runs.reconstruct(vae, "digits", num_images=3)), pixels(expected))


@pytest.mark.parametrize(("num_images", "drawn"), [(64, 64), (1000, 297)])
def test_number_of_images(num_images, drawn):
    vae = tiny_vae()
    x = binarize_once(load_digits("test").pixels, 16, 0)[:drawn].astype(np.float32)
    expected = pixels(reconstruction_grid(x, vae.reconstruct(x)))
    np.testing.assert_array_equal(pixels(runs.reconstruct(vae, "digits", num_images=num_images)), expected)


def test_no_images():
    with pytest.raises(ValueError, match="`num_images` must be a whole number of at least 1"):
        runs.reconstruct(tiny_vae(), "digits", num_images=0)


def test_unknown_data():
    with pytest.raises(ValueError, match="There is no dataset 'digit'"):
        runs.reconstruct(tiny_vae(), "digit")
