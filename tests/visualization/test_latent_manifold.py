import numpy as np
import pytest
import scipy.stats

from keras_vae.conditions import Labels
from keras_vae.visualization import image_grid, latent_manifold
from keras_vae.visualization._latent_manifold import manifold_codes

from ..tiny_models import conditional_vae, tiny_autoencoder, tiny_vae
from .layout import picture_of, texts
from .stubs import CodePictures, codes_of

# A grey level of 255 is 1/32 of a latent's range from -4 to 4.
HALF_A_LEVEL = 8 / 255 / 2 + 1e-6


@pytest.mark.parametrize("num_points", [1, 2, 6, 15])
def test_pictures_are_at_the_quantiles_of_the_prior(num_points):
    codes = codes_of(picture_of(latent_manifold(CodePictures(), num_points)), num_points, num_points)
    quantiles = scipy.stats.norm.ppf((np.arange(num_points) + 0.5) / num_points)
    # The first latent grows to the right, the second upwards.
    np.testing.assert_allclose(codes[..., 0], np.tile(quantiles, (num_points, 1)), atol=HALF_A_LEVEL)
    np.testing.assert_allclose(codes[..., 1], np.tile(quantiles[::-1, None], (1, num_points)), atol=HALF_A_LEVEL)


def test_codes_row_by_row_from_above():
    codes = manifold_codes(np.array([[-1.0, -10.0], [0.0, 0.0], [2.0, 20.0]]))
    assert codes.dtype == np.float32
    expected = [[-1, 20], [0, 20], [2, 20], [-1, 0], [0, 0], [2, 0], [-1, -10], [0, -10], [2, -10]]
    np.testing.assert_array_equal(codes, expected)


def test_real_model():
    vae = tiny_vae()
    codes = [[first, second] for second in (0.6744898, -0.6744898) for first in (-0.6744898, 0.6744898)]
    expected = image_grid(vae.decode(np.array(codes, np.float32)), 2, cell=40)
    np.testing.assert_array_equal(picture_of(latent_manifold(vae, 2)), expected)


def test_values_and_names_stand_at_the_sides():
    figure = latent_manifold(CodePictures(), 4, title="epoch 3")
    assert texts(figure) == [
        "epoch 3",
        "1.15",
        "",
        "$z_2$",
        "\N{MINUS SIGN}1.15",
        "\N{MINUS SIGN}1.15",
        "",
        "$z_1$",
        "1.15",
    ]
    assert texts(latent_manifold(CodePictures(), 1)) == ["0", "0"]


def test_value_range_is_the_datas_unless_another_is_given():
    model = CodePictures(levels=3)
    levels = picture_of(latent_manifold(model, 1))[10, 10, :2]
    np.testing.assert_array_equal(levels, [64, 64])  # 0.5 of 0 .. 2
    bounded = picture_of(latent_manifold(model, 1, value_range=(0.0, 1.0)))[10, 10, :2]
    np.testing.assert_array_equal(bounded, [128, 128])


def test_other_than_two_latents():
    with pytest.raises(ValueError, match=r"latent_dim=3\. Train one with latent_dim=2, or use `latent_traversals`"):
        latent_manifold(tiny_vae(latent_dim=3))


def test_no_prior():
    with pytest.raises(ValueError, match="Received: Autoencoder, which has no prior"):
        latent_manifold(tiny_autoencoder())


def test_bad_num_points():
    with pytest.raises(ValueError, match="`num_points` must be a whole number of at least 1"):
        latent_manifold(CodePictures(), 0)


def test_under_a_condition():
    vae = conditional_vae(Labels(3))
    quantiles = scipy.stats.norm.ppf([0.25, 0.75])
    grid = image_grid(vae.decode(manifold_codes(np.stack([quantiles] * 2, axis=1)), condition=2), 2, cell=40)
    np.testing.assert_array_equal(picture_of(latent_manifold(vae, 2, condition=2)), grid)
    with pytest.raises(ValueError, match="say by `condition` under which of its values `latent_manifold` draws"):
        latent_manifold(vae)
