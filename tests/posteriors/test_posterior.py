"""What all posteriors share: the projection of features, and its checks."""

import keras
import numpy as np
import pytest

from keras_vae import VAE
from keras_vae.posteriors import Deterministic, DiagonalNormal
from keras_vae.priors import StandardNormal


@pytest.mark.parametrize("kind", [Deterministic, DiagonalNormal])
def test_parameters_are_an_affine_map_of_flat_features(kind):
    features = np.random.default_rng(0).normal(size=(5, 2, 3)).astype(np.float32)
    posterior = kind(4)
    params = posterior(features)
    kernel, bias = posterior.get_weights()
    expected = features.reshape(5, 6) @ kernel + bias
    np.testing.assert_allclose(np.concatenate(list(params.values()), axis=1), expected, rtol=1e-5, atol=1e-6)


def test_a_posterior_starts_with_the_scale_of_the_prior_whatever_the_scale_of_x():
    features = 1e4 * np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    params = DiagonalNormal(4)(features)
    np.testing.assert_array_equal(params["log_variance"], np.zeros((5, 4)))
    assert np.all(params["mean"] != 0)


def test_heads_are_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_float16")
    params = DiagonalNormal(4)(keras.ops.ones((2, 3), "float16"))
    assert {name: value.dtype.name for name, value in params.items()} == {"mean": "float32", "log_variance": "float32"}


@pytest.mark.parametrize("latent_dim", [0, -1, 2.5, "8"])
def test_latent_dim_must_be_a_whole_number_of_at_least_one(latent_dim):
    with pytest.raises(ValueError, match="latent_dim"):
        DiagonalNormal(latent_dim)


def test_features_of_unknown_size_are_refused():
    with pytest.raises(ValueError, match="known size"):
        DiagonalNormal(4).build((None, None, 3))


def test_the_shape_of_a_code_stands_beside_its_length():
    vae = VAE.for_shape((6,), 3)
    parts = (DiagonalNormal(3), StandardNormal(3), vae.encoder, vae)
    assert [(part.latent_dim, part.latent_shape) for part in parts] == [(3, (3,))] * 4


def test_whether_it_is_a_diagonal_normal_is_said_by_the_class_itself():
    assert DiagonalNormal(2).is_diagonal_normal
    assert not Deterministic(2).is_diagonal_normal
    assert not type("Other", (DiagonalNormal,), {})(2).is_diagonal_normal
    assert type("Same", (DiagonalNormal,), {"is_diagonal_normal": True})(2).is_diagonal_normal
