import keras
import numpy as np

from keras_vae import likelihoods, posteriors, priors
from keras_vae.testing.copies import (
    arrays,
    built_copy_of,
    copy_of,
    features,
    fresh,
    in_double_precision,
    num_features,
    stir,
)


def test_copies_are_float64_and_the_part_is_left_alone():
    part = priors.MixtureOfNormals(2, 3)
    before = [weight.copy() for weight in part.get_weights()]
    with in_double_precision():
        assert keras.config.floatx() == "float64"
        copy = copy_of(part, np.random.default_rng(0), latent_dim=5)
    assert keras.config.floatx() == "float32"
    assert keras.config.dtype_policy().name == "float32"
    assert copy.latent_dim == 5
    assert {weight.dtype for weight in copy.weights} == {"float64"}
    # Half of the weights start at zero: stirred, none is.
    assert all(np.all(weight != 0) for weight in copy.get_weights())
    for old, now in zip(before, part.get_weights(), strict=True):
        np.testing.assert_array_equal(old, now)


def test_a_head_that_does_not_project_is_given_as_many_features_as_it_has_parameters():
    rng = np.random.default_rng(0)
    for part in (
        posteriors.DiagonalNormal(4, projection=False),
        likelihoods.Normal((4,), scale="predicted", projection=False),
    ):
        with in_double_precision():
            copy = built_copy_of(part, rng)
            given = features(rng, num_features(copy))
            params = arrays(copy(given))
        np.testing.assert_array_equal(params["mean"], given[:, :4])
        assert given.shape == (3, 8)
    assert num_features(posteriors.DiagonalNormal(4)) == features(rng).shape[1]


def test_a_frozen_part_has_a_copy_that_is_stirred():
    part = posteriors.DiagonalNormal(2)
    part.trainable = False
    with in_double_precision():
        copy = built_copy_of(part, np.random.default_rng(0))
        params = arrays(copy(features(np.random.default_rng(0))))
    assert params["mean"].shape == (3, 2)
    assert params["mean"].dtype == np.float64
    # The log-variance starts at zero.
    assert np.all(params["log_variance"] != 0)


def test_a_fresh_part_keeps_its_precision_and_its_settings():
    part = likelihoods.Normal((2,), scale="shared", min_scale=0.25)
    again = fresh(part)
    assert again is not part
    assert (again.min_scale, again.compute_dtype) == (0.25, "float32")
    assert fresh(priors.Laplace(2), latent_dim=3).latent_dim == 3


def test_features_are_near_ordinary_and_large():
    found = np.abs(np.stack([features(np.random.default_rng(seed)) for seed in range(400)])).mean(axis=(0, 2))
    # The mean of |N(0, s^2)| is s sqrt(2 / pi); of 2,400 draws with a standard error of 0.0123 s.
    np.testing.assert_allclose(found, np.array([0.3, 1.0, 2.0]) * np.sqrt(2 / np.pi), rtol=6 * 0.0154)


def test_stirring_moves_trainable_weights_alone():
    layer = keras.layers.BatchNormalization()
    layer.build((None, 3))
    stir(layer, np.random.default_rng(0))
    gamma, beta, mean, variance = layer.get_weights()
    assert np.all(gamma != 1)
    assert np.all(beta != 0)
    np.testing.assert_array_equal(mean, 0)
    np.testing.assert_array_equal(variance, 1)
