import numpy as np
import pytest
import tensorflow as tf

from keras_vae import VAE, Decoder, Encoder, evaluation, likelihoods, networks, posteriors
from tests.evaluation.linear import TO_X, X_BIAS, examples, linear_autoencoder, linear_vae, means
from tests.models.small import binary, small_autoencoder, small_vae, without_noise

MODELS = pytest.mark.parametrize("make", [linear_vae, linear_autoencoder], ids=["vae", "autoencoder"])


def expected(x):
    return np.mean((x - (means(x) @ TO_X + X_BIAS)) ** 2)


@MODELS
def test_it_is_the_mean_over_examples_and_elements(make):
    x = examples(40)
    np.testing.assert_allclose(evaluation.mean_squared_error(make(), x), expected(x), rtol=1e-5)


@MODELS
def test_batches_and_datasets_leave_nothing_out(make):
    model, x = make(), examples(7)
    dataset = tf.data.Dataset.from_tensor_slices((x, np.zeros_like(x))).batch(3)
    for figure in (
        evaluation.mean_squared_error(model, x, batch_size=3),
        evaluation.mean_squared_error(model, dataset),
    ):
        np.testing.assert_allclose(figure, expected(x), rtol=1e-5)


def test_a_perfect_reconstruction_has_none():
    model, z = linear_autoencoder(), examples(6)[:, :2]
    x = z @ TO_X + X_BIAS
    inverse = np.linalg.pinv(TO_X)
    model.encoder.posterior.set_weights([inverse, -X_BIAS @ inverse])
    assert evaluation.mean_squared_error(model, x) < 1e-10


def test_whole_numbers_are_compared_as_they_are_stored():
    model = small_autoencoder(likelihoods.BetaBinomial((4, 3, 1), levels=256))
    x = np.random.default_rng(0).integers(0, 256, (9, 4, 3, 1)).astype(np.uint8)
    by_hand = np.mean((x.astype(float) - model.reconstruct(x)) ** 2)
    np.testing.assert_allclose(evaluation.mean_squared_error(model, x, batch_size=4), by_hand, rtol=1e-5)
    assert by_hand > 1000


@pytest.mark.parametrize("num_samples", [1, 3])
def test_it_is_keras_metric_where_the_draws_are_the_mean(num_samples):
    vae, x = small_vae(num_samples=num_samples), binary(10)
    without_noise(vae)
    vae.compile(metrics=["mse"])
    logged = vae.evaluate(x, batch_size=4, verbose=0, return_dict=True)
    np.testing.assert_allclose(logged["mse"], evaluation.mean_squared_error(vae, x), rtol=1e-5)


def test_keras_metric_sees_the_mean_image_averaged_over_the_draws():
    vae, x = linear_vae(), np.repeat(examples(1), 4000, axis=0)
    vae.num_samples = 4
    vae.compile(metrics=["mse"])
    logged = vae.evaluate(x, batch_size=1000, verbose=0, return_dict=True)["mse"]
    # The mean of 4 draws varies about the mean code by a quarter of q(z|x)'s variance, which the decoder carries over.
    variances = np.asarray(vae.encoder.posterior.variance(vae.posterior_parameters(x[:1])), np.float64)[0]
    carried = np.mean(variances @ TO_X**2) / 4
    np.testing.assert_allclose(logged - evaluation.mean_squared_error(vae, x), carried, rtol=0.15)
    assert carried > 0.05


def test_examples_are_checked():
    with pytest.raises(ValueError, match="`x` is empty"):
        evaluation.mean_squared_error(linear_vae(), examples(0))
    other = VAE(
        Encoder(networks.dense([4]), posteriors.DiagonalNormal(2)),
        Decoder(networks.dense([4]), likelihoods.Bernoulli((8, 6, 1))),
    )
    other.build((None, 4, 3, 1))
    with pytest.raises(ValueError, match=r"shape of an event, \(8, 6, 1\)"):
        evaluation.mean_squared_error(other, binary(3))
