import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_vae import VAE, Decoder, Encoder, evaluation, likelihoods, networks, priors
from tests.evaluation.linear import (
    LATENT_DIM,
    coded_vae,
    examples,
    kl_terms,
    linear_autoencoder,
    linear_vae,
    log_variances,
    means,
)
from tests.whole_code import whole


def test_it_is_the_closed_form_averaged_over_the_examples():
    x = examples(40)
    figure = evaluation.kl_per_latent(linear_vae(), x)
    assert figure.dtype == np.float64
    np.testing.assert_allclose(figure, kl_terms(means(x), log_variances(x)).mean(axis=0), rtol=1e-5)


def test_batches_and_datasets_leave_nothing_out():
    vae, x = linear_vae(), examples(7)
    expected = kl_terms(means(x), log_variances(x)).mean(axis=0)
    dataset = tf.data.Dataset.from_tensor_slices((x, np.zeros(7))).batch(3)
    for figure in (evaluation.kl_per_latent(vae, x, batch_size=3), evaluation.kl_per_latent(vae, dataset)):
        np.testing.assert_allclose(figure, expected, rtol=1e-5)
    np.testing.assert_allclose(evaluation.kl_per_latent(vae, np.tile(x, (2, 1)), batch_size=5), expected, rtol=1e-5)


def test_a_collapsed_latent_has_none_and_the_other_keeps_its_own():
    vae = coded_vae([[0.0, 2.0], [0.0, -2.0]], [[0.0, -4.0], [0.0, -4.0]])
    expected = [0, 0.5 * (4 + np.exp(-4) - 1 + 4)]
    np.testing.assert_allclose(evaluation.kl_per_latent(vae, np.eye(2)), expected, rtol=1e-6)


def test_the_prior_counts():
    mean, log_variance = np.array([[0.5, -3.0], [0.0, 1.0]]), np.array([[0.3, -5.0], [-2.0, 1.0]])
    vae = coded_vae(mean, log_variance, priors.Laplace(2))
    folded = stats.foldnorm.mean(np.abs(mean) / np.exp(log_variance / 2), scale=np.exp(log_variance / 2))
    expected = (np.log(2) + folded - stats.norm.entropy(scale=np.exp(log_variance / 2))).mean(axis=0)
    np.testing.assert_allclose(evaluation.kl_per_latent(vae, np.eye(2)), expected, rtol=1e-5)


def test_a_divergence_that_is_no_sum_over_latents_is_refused():
    vae = linear_vae(prior=priors.MixtureOfNormals(LATENT_DIM, 3))
    with pytest.raises(
        ValueError, match=r"KL\(DiagonalNormal \|\| MixtureOfNormals\) has no closed form.*`rate_distortion`"
    ):
        evaluation.kl_per_latent(vae, examples(3))


def test_one_number_for_the_whole_code_is_refused():
    vae = VAE(Encoder(networks.dense([4]), whole(2)), Decoder(networks.dense([4]), likelihoods.Normal((3,))))
    vae.build((None, 3))
    with pytest.raises(
        ValueError, match=r"KL\(Whole \|\| StandardNormal\) is one number for the whole code.*`rate_distortion`"
    ):
        evaluation.kl_per_latent(vae, np.zeros((3, 3)))
    assert evaluation.rate_distortion(vae, np.zeros((3, 3))).rate >= 0


def test_an_autoencoder_has_none():
    with pytest.raises(ValueError, match="kl_per_latent needs a posterior and a prior, which Autoencoder does not"):
        evaluation.kl_per_latent(linear_autoencoder(), examples(3))


def test_no_examples():
    with pytest.raises(ValueError, match="`x` is empty"):
        evaluation.kl_per_latent(linear_vae(), examples(0))
