"""One rule for all heads: parameters of any shapes, point by point, flat, or without a projection."""

import keras
import numpy as np
import pytest

from keras_vae import VAE, Autoencoder, Decoder, Encoder, TiedDecoder, likelihoods, load_model, networks, posteriors
from keras_vae.ops.parameter_layer import ParameterLayer

SIDES, CHANNELS, COMPONENTS = (4, 5), 2, 3


@keras.saving.register_keras_serializable("tests")
class Mixture(ParameterLayer):
    """The logits of components that the channels of a pixel share, and a mean of each for each channel."""

    sides = SIDES

    @property
    def parameter_shapes(self):
        return {"logits": (*SIDES, COMPONENTS), "means": (*SIDES, CHANNELS, COMPONENTS)}


class Correlated(ParameterLayer):
    """A mean that has the sides, and numbers of the whole value, which do not."""

    sides = SIDES

    @property
    def parameter_shapes(self):
        return {"mean": (*SIDES, CHANNELS), "factor": (7,)}


def features(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def split(points):
    """Numbers of each pixel `(3, 4, 5, 9)` as parameters, by NumPy."""
    logits, means = np.split(points, [COMPONENTS], axis=-1)
    return {"logits": logits, "means": means.reshape(3, *SIDES, CHANNELS, COMPONENTS)}


def assert_same(params, expected):
    assert list(params) == list(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(params[name], value, rtol=1e-4, atol=1e-5)


def test_features_with_the_sides_are_projected_point_by_point_to_parameters_of_shapes_of_their_own():
    layer, grid = Mixture(), features(3, *SIDES, 6)
    params = layer(grid)
    kernel, bias = layer.get_weights()
    assert kernel.shape == (6, COMPONENTS + CHANNELS * COMPONENTS)
    assert_same(params, split(np.einsum("nijf,fp->nijp", grid, kernel) + bias))


def test_flat_features_are_projected_to_all_points_at_once():
    layer, flat = Mixture(), features(3, 6)
    params = layer(flat)
    kernel, bias = layer.get_weights()
    assert_same(params, split((flat @ kernel + bias).reshape(3, *SIDES, -1)))


@pytest.mark.parametrize("shape", [(3, 6), (3, *SIDES, 2), (3, 2, 3)])
def test_parameters_of_the_whole_value_take_flat_features_of_any_layout(shape):
    layer, x = Correlated(), features(*shape)
    params = layer(x)
    kernel, bias = layer.get_weights()
    mean, factor = np.split(x.reshape(3, -1) @ kernel + bias, [40], axis=1)
    assert_same(params, {"mean": mean.reshape(3, *SIDES, CHANNELS), "factor": factor})


def test_a_posterior_starts_point_by_point_with_zeros_for_all_but_the_first_parameter():
    """A code with sides has the columns of its points one after the other."""
    for shape in ((3, 6), (3, 2, 6)):
        posterior = posteriors.DiagonalNormal(4)
        posterior.latent_shape = (2, 2)
        params = posterior(features(*shape))
        assert np.all(np.asarray(params["mean"]) != 0)
        np.testing.assert_array_equal(params["log_variance"], np.zeros((3, 2, 2)))


@pytest.mark.parametrize("shape", [(3, *SIDES, 9), (3, 180)])
def test_without_a_projection_features_are_the_parameters(shape):
    layer, x = Mixture(projection=False), features(*shape)
    assert_same(layer(x), split(x.reshape(3, *SIDES, 9)))
    assert layer.get_weights() == []
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert not again.has_projection
    assert again.get_config() == layer.get_config()
    assert "projection" not in Mixture().get_config()


@pytest.mark.parametrize(
    ("shape", "expected"), [((None, *SIDES, 8), r"\(batch, 4, 5, 9\)"), ((None, 181), r"\(batch, 180\)")]
)
def test_without_a_projection_another_number_of_features_is_refused(shape, expected):
    with pytest.raises(ValueError, match=rf"Mixture with projection=False.*{expected} is expected.*{shape[-1]}\)"):
        Mixture(projection=False).build(shape)


@pytest.mark.parametrize("shape", [(None, 8, 8, 6), (None, 4, 6), (None, 5, 4, 6), (None, 20, 6)])
def test_features_of_other_sides_are_refused(shape):
    with pytest.raises(ValueError, match=r"\(batch, 4, 5, n\) for any n.*cannot carry.*'means': \(4, 5, 2, 3\).*Flat"):
        Mixture().build(shape)


def test_features_of_unknown_size_are_refused():
    with pytest.raises(ValueError, match="Mixture needs features of a known size"):
        Mixture().build((None, None))


def test_the_argument_is_a_bool():
    with pytest.raises(ValueError, match="projection"):
        posteriors.DiagonalNormal(2, projection="no")


def test_a_model_without_projections_is_the_same_after_its_file(tmp_path):
    vae = VAE(
        Encoder(networks.dense([4]), posteriors.DiagonalNormal(2, projection=False)),
        Decoder(networks.dense([3]), likelihoods.Masked(likelihoods.Normal((3,), projection=False))),
    )
    x = features(5, 3)
    vae.build((None, 3))
    params = vae.encoder(x)
    np.testing.assert_array_equal(np.concatenate(list(params.values()), axis=1), vae.encoder.network(x))
    vae.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert not loaded.encoder.posterior.has_projection
    assert not loaded.decoder.likelihood.likelihood.has_projection
    np.testing.assert_array_equal(loaded.elbo(x, seed=0), vae.elbo(x, seed=0))
    with pytest.raises(TypeError, match="projection"):
        likelihoods.Masked(likelihoods.Normal((3,)), projection=False)


def test_a_tied_decoder_refuses_parts_without_one():
    with pytest.raises(ValueError, match=r"projection of Bernoulli.*projection=False"):
        TiedDecoder(likelihoods.Bernoulli((6,), projection=False))
    encoder = Encoder(networks.dense([2]), posteriors.Deterministic(2, projection=False))
    with pytest.raises(ValueError, match=r"projection of Deterministic.*projection=False"):
        Autoencoder(encoder, TiedDecoder(likelihoods.Bernoulli((6,))))
