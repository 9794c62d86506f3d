"""What the likelihoods of whole numbers share: their data, and how the encoder sees it."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vae import VAE, Decoder, Encoder, likelihoods, networks, posteriors

KINDS = [likelihoods.BetaBinomial, likelihoods.DiscretizedLogistic, likelihoods.Categorical]


@pytest.mark.parametrize("kind", KINDS)
def test_domain(kind):
    x = np.array([0, 1, 255, 256, -1, 0.5, np.nan, np.inf])
    expected = [True, True, True, False, False, False, False, False]
    np.testing.assert_array_equal(kind((8,), 256).in_domain(x), expected)
    np.testing.assert_array_equal(kind((2,), 256).in_domain(np.array([0, 255], np.uint8)), [True, True])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("levels", [1, 0, -3, 2.5])
def test_at_least_two_levels(kind, levels):
    with pytest.raises(ValueError, match="must be a whole number of at least 2"):
        kind((3,), levels)


@pytest.mark.parametrize("kind", KINDS)
def test_the_encoder_sees_a_symmetric_range(kind):
    np.testing.assert_allclose(kind((3,), 17).rescaled(np.array([0, 8, 16])), [-1, 0, 1])


def vae(kind, levels=17):
    model = VAE(
        Encoder(networks.dense([8]), posteriors.DiagonalNormal(2)), Decoder(networks.dense([8]), kind((4, 3), levels))
    )
    model.build((None, 4, 3))
    model.compile("sgd")
    return model


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_takes_and_gives_the_datas_own_units(kind):
    model, x = vae(kind), np.random.default_rng(0).integers(0, 17, (12, 4, 3)).astype(np.uint8)
    model.fit(x, verbose=0)
    features = model.encoder.network((x / 8.0 - 1).astype(np.float32))
    np.testing.assert_allclose(model.encode(x), model.encoder.posterior(features)["mean"], rtol=1e-4, atol=1e-5)
    draws = model.sample(100, seed=0)
    assert draws.min() >= 0
    assert draws.max() <= 16
    np.testing.assert_array_equal(draws, np.round(draws))
    # Untrained, the mean is somewhere in the middle, not in [0, 1].
    assert 3 < model.reconstruct(x).mean() < 13


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("value", "index"), [(0.5, (3, 2, 1)), (17, (7, 0, 0)), (-1, (0, 0, 2))])
def test_other_values_are_refused_with_their_index(kind, value, index):
    x = np.zeros((12, 4, 3), np.float32)
    x[index] = value
    message = rf"whole numbers from 0 to 16 .*Received: {float(value)} at index \({index[0]}, {index[1]}, {index[2]}\)"
    with pytest.raises(ValueError, match=message):
        vae(kind).fit(x, verbose=0)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_level_has_no_probability_and_leaves_the_rest_alone(kind):
    x = np.array([[0, 16, 7, 1], [-1, 16, 17, 1], [0.5, 16, np.nan, 1], [1e9, 16, -np.inf, 1]], np.float32)
    levels = np.where((x >= 0) & (x <= 16) & (x == np.floor(x)), x, 3)
    likelihood = kind((4,), 17)
    likelihood.build((None, 5))
    features = tf.constant(np.random.default_rng(0).normal(size=(4, 5)), tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        params = likelihood(features)
        element, expected = (likelihood.element_log_prob(params, values) for values in (x, levels))
        finite = tf.reduce_sum(tf.where(x == levels, element, 0.0))
        expected_finite = tf.reduce_sum(tf.where(x == levels, expected, 0.0))
    np.testing.assert_array_equal(element, np.where(x == levels, expected, -np.inf))
    np.testing.assert_array_equal(likelihood.log_prob(params, x)[1:], [-np.inf] * 3)
    weights = likelihood.trainable_weights
    for ours, theirs in zip(tape.gradient(finite, weights), tape.gradient(expected_finite, weights), strict=True):
        assert np.all(np.isfinite(ours))
        np.testing.assert_array_equal(ours, theirs)


def test_the_exported_score_of_other_values_is_infinite(tmp_path):
    model, x = vae(likelihoods.BetaBinomial), np.random.default_rng(0).integers(0, 17, (3, 4, 3)).astype(np.float32)
    score = np.asarray(model.score(x))
    x[1, 2, 2], x[2, 0, 1] = 17, 0.5
    model.export(tmp_path / "model", verbose=False)
    (exported,) = tf.saved_model.load(tmp_path / "model").signatures["score"](x=tf.constant(x)).values()
    np.testing.assert_array_equal(exported[1:], [np.inf, np.inf])
    np.testing.assert_allclose(exported[0], score[0], rtol=1e-5)
