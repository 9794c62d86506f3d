import numpy as np
import pytest

from keras_vae import VAE, Decoder, Encoder, likelihoods, networks, posteriors
from keras_vae.visualization import image_grid, latent_traversals
from keras_vae.visualization._latent_traversals import traversal_codes

from ..tiny_models import tiny_autoencoder, tiny_vae
from .layout import picture_of, texts
from .stubs import CodePictures, codes_of

HALF_A_LEVEL = 8 / 255 / 2 + 1e-6


def test_one_latent_after_the_other_goes_through_the_values():
    codes = codes_of(picture_of(latent_traversals(CodePictures(latent_dim=3))), 3, 9)
    values = np.linspace(-3, 3, 9)
    zeros = np.zeros(9)
    expected = [np.stack(pair, axis=-1) for pair in ((values, zeros), (zeros, values), (zeros, zeros))]
    np.testing.assert_allclose(codes, expected, atol=HALF_A_LEVEL)


def test_the_others_are_held_at_the_code_of_an_example():
    example = np.zeros((56, 56, 3))
    example[..., 0], example[..., 1] = 0.75, 0.375  # the code (2, -1, 1)
    figure = latent_traversals(CodePictures(latent_dim=3), example, values=(-2.0, 0.5))
    expected = [[[-2, -1], [0.5, -1]], [[2, -2], [2, 0.5]], [[2, -1], [2, -1]]]
    np.testing.assert_allclose(codes_of(picture_of(figure), 3, 2), expected, atol=HALF_A_LEVEL)


def test_codes():
    codes = traversal_codes([1.0, 2.0, 3.0], [7.0, 8.0], [2, 0])
    assert codes.dtype == np.float32
    np.testing.assert_array_equal(codes, [[[1, 2, 7], [1, 2, 8]], [[7, 2, 3], [8, 2, 3]]])


def test_latents_may_be_chosen():
    figure = latent_traversals(CodePictures(latent_dim=12), values=(-1.5, 0, 2), dimensions=[1, 11], title="epoch 3")
    assert texts(figure) == ["epoch 3", "$z_{2}$", "$z_{12}$", "\N{MINUS SIGN}1.5", "0", "2"]
    expected = [[[0, -1.5], [0, 0], [0, 2]], [[0, 0]] * 3]
    np.testing.assert_allclose(codes_of(picture_of(figure), 2, 3), expected, atol=HALF_A_LEVEL)


def test_an_example_is_what_the_encoder_takes():
    """Which need not be of the shape that the decoder gives."""
    vae = VAE(
        Encoder(networks.dense([4]), posteriors.DiagonalNormal(2)),
        Decoder(networks.dense([4]), likelihoods.Bernoulli((8, 8, 1))),
    )
    vae.build((None, 5))
    example = np.arange(5.0)
    codes = np.tile(vae.encode(example[np.newaxis]), (2, 1))
    codes[:, 1] = [-1, 1]
    figure = latent_traversals(vae, example, values=[-1, 1], dimensions=[1])
    np.testing.assert_array_equal(picture_of(figure), image_grid(vae.decode(codes), 2))
    with pytest.raises(ValueError, match=r"of shape \(5,\), without a batch axis. Received shape \(8, 8, 1\)"):
        latent_traversals(vae, np.zeros((8, 8, 1)))


def test_values_and_latents_may_be_of_any_kind_that_can_be_listed():
    model = CodePictures(latent_dim=3)
    expected = picture_of(latent_traversals(model, values=[0.0, 1.0, 2.0], dimensions=[1, 2]))
    for values, dimensions in (((value for value in range(3)), iter([1, 2])), (np.arange(3.0), range(1, 3))):
        drawn = picture_of(latent_traversals(model, values=values, dimensions=dimensions))
        np.testing.assert_array_equal(drawn, expected)


@pytest.mark.parametrize("model", [tiny_vae, tiny_autoencoder])
def test_real_models(model, binary_images):
    model = model()
    codes = np.tile(model.encode(binary_images[:1]), (4, 1))
    codes[:2, 0] = codes[2:, 1] = [-1, 1]
    figure = latent_traversals(model, binary_images[0], values=[-1, 1])
    np.testing.assert_array_equal(picture_of(figure), image_grid(model.decode(codes), 2))


def test_value_range_is_the_datas_unless_another_is_given():
    model = CodePictures(levels=3)
    assert picture_of(latent_traversals(model, values=[0.0]))[10, 10, 0] == 64  # 0.5 of 0 .. 2
    assert picture_of(latent_traversals(model, values=[0.0], value_range=(0.0, 1.0)))[10, 10, 0] == 128


@pytest.mark.parametrize("model", [None, "vae", np.zeros(3)])
def test_what_decodes_nothing(model):
    with pytest.raises(
        ValueError, match=r"`latent_traversals` decodes codes: give a VAE or an Autoencoder\. Received: "
    ):
        latent_traversals(model)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dimensions": [0, 2]}, r"`dimensions` must be latents from 0 to 1.*Received: dimensions=\[0, 2\]"),
        ({"dimensions": []}, "at least one"),
        ({"dimensions": [-1]}, r"`dimensions\[0\]` must be a whole number of at least 0"),
        ({"dimensions": 1}, "`dimensions` must be a list of latents such as"),
        ({"values": "abc"}, "`values` must be a list of finite numbers"),
        ({"values": 1.0}, "`values` must be a list of finite numbers"),
        ({"example": np.full((8, 8, 1), np.nan)}, "one example of finite numbers"),
        ({"values": []}, "`values` must be a list of finite numbers, at least one"),
        ({"values": [0.0, np.nan]}, "`values` must be"),
        ({"values": [[0.0]]}, "`values` must be"),
        ({"example": np.zeros((1, 8, 8, 1))}, r"of shape \(8, 8, 1\), without a batch axis.*\(1, 8, 8, 1\)"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        latent_traversals(tiny_vae(), **arguments)
