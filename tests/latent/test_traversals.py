import numpy as np
import pytest

from keras_vae import latent
from tests.evaluation.linear import TO_X, X_BIAS, examples, linear_vae, means
from tests.tiny_models import tiny_autoencoder
from tests.visualization.layout import picture_of

TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}


@pytest.mark.parametrize("held", ["zero", "example"])
def test_codes_and_what_is_decoded_from_them(held):
    example = None if held == "zero" else examples(1)[0]
    found = latent.traversals(linear_vae(), example, values=[-1.0, 0.5, 2.0])
    codes = np.tile(np.zeros(2) if held == "zero" else means(examples(1))[0], (2, 3, 1))
    codes[0, :, 0] = codes[1, :, 1] = [-1.0, 0.5, 2.0]
    np.testing.assert_allclose(found.codes, codes, **TOLERANCE)
    np.testing.assert_allclose(found.examples, codes @ TO_X + X_BIAS, **TOLERANCE)


def test_latents_may_be_chosen():
    found = latent.traversals(linear_vae(), values=[1.0], dimensions=[1])
    np.testing.assert_array_equal(found.codes, [[[0, 1]]])
    assert latent.traversals(linear_vae()).codes.shape == (2, 9, 2)


def test_the_figure_draws_them(binary_images):
    from keras_vae.visualization import image_grid, latent_traversals

    model = tiny_autoencoder()
    found = latent.traversals(model, binary_images[0])
    drawn = picture_of(latent_traversals(model, binary_images[0]))
    np.testing.assert_array_equal(drawn, image_grid(found.examples.reshape(-1, 8, 8, 1), 9))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None,), "`traversals` decodes codes: give a VAE or an Autoencoder. Received: NoneType"),
        ((linear_vae(), np.zeros(2)), r"one example of finite numbers of shape \(3,\)"),
        ((linear_vae(), None, []), "`values` must be a list of finite numbers"),
        ((linear_vae(), None, [1.0], [2]), "`dimensions` must be latents from 0 to 1"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        latent.traversals(*arguments)
