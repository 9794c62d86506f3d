import numpy as np
import pytest

from keras_vae import likelihoods, runs
from keras_vae.datasets.binarize import binarize_once
from keras_vae.datasets.digits import load_digits
from keras_vae.visualization import latent_traversals, pixels

from ..tiny_models import EVENT_SHAPE, tiny_autoencoder, tiny_vae


def drawn(model, *arguments, **options) -> np.ndarray:
    return pixels(runs.traverse(model, "digits", *arguments, **options))


@pytest.mark.parametrize("model", [tiny_vae, tiny_autoencoder])
def test_by_default_all_latents_about_zero(model):
    model = model()
    np.testing.assert_array_equal(drawn(model), pixels(latent_traversals(model)))


def test_about_a_test_image():
    model = tiny_vae()
    digits = load_digits("test")
    image = binarize_once(digits.pixels, digits.levels, 0)[5].astype(np.float32)
    expected = pixels(latent_traversals(model, image, [-1.0, 2.0], [1]))
    np.testing.assert_array_equal(drawn(model, example=5, dimensions=[1], values=[-1.0, 2.0]), expected)


def test_whole_numbers_have_the_greys_of_the_models_levels():
    vae = tiny_vae(likelihood=likelihoods.BetaBinomial(EVENT_SHAPE, levels=17))
    expected = pixels(latent_traversals(vae, load_digits("test").pixels[0], value_range=(0, 16)))
    np.testing.assert_array_equal(drawn(vae, example=0), expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"example": 297}, "`example` must be below 297, the number of test images. Received: 297"),
        ({"example": -1}, "`example` must be a whole number of at least 0"),
        ({"dimensions": [2]}, "`dimensions` must be latents from 0 to 1"),
        ({"values": [np.inf]}, "`values` must be a list of finite numbers"),
        ({"dataset": "digit", "example": 0}, "There is no dataset 'digit'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        runs.traverse(tiny_vae(), **({"dataset": "digits"} | arguments))
