import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_vae import evaluation, priors
from tests.evaluation.linear import (
    LATENT_DIM,
    NUM_FEATURES,
    SCALE,
    TO_X,
    X_BIAS,
    examples,
    kl_terms,
    linear_autoencoder,
    linear_vae,
    log_variances,
    means,
)
from tests.models.small import binary, small_vae, without_noise


def expected_rate(x):
    return kl_terms(means(x), log_variances(x)).sum(axis=1).mean()


def expected_distortion(x):
    """E ||x - z C - c||^2 is the squared error at the mean, and the variance that the decoder carries over."""
    squared_errors = (x - means(x) @ TO_X - X_BIAS) ** 2 + np.exp(log_variances(x)) @ TO_X**2
    constant = NUM_FEATURES * np.log(2 * np.pi * SCALE**2) / 2
    return np.mean(squared_errors.sum(axis=1) / (2 * SCALE**2)) + constant


def test_the_rate_is_exact_and_the_distortion_is_estimated():
    vae, x = linear_vae(), examples(30)
    figures = [evaluation.rate_distortion(vae, x, num_samples=100, seed=seed) for seed in range(16)]
    np.testing.assert_allclose([figure.rate for figure in figures], expected_rate(x), rtol=1e-5)
    distortions = np.array([figure.distortion for figure in figures])
    # Student's t of 15 degrees of freedom: beyond 5.2 once in 10,000.
    assert abs(distortions.mean() - expected_distortion(x)) < 5.2 * distortions.std(ddof=1) / 4
    assert distortions.std(ddof=1) < 0.02 * expected_distortion(x)


def test_their_sum_is_the_negative_elbo_by_the_same_draws():
    vae, x = small_vae(), binary(9)
    figure = evaluation.rate_distortion(vae, x, num_samples=5, seed=3, batch_size=4)
    bound = vae.elbo(x, num_samples=5, seed=3, batch_size=4)
    np.testing.assert_allclose(figure.rate + figure.distortion, -np.mean(bound), rtol=1e-6)


def test_they_are_the_terms_that_are_logged():
    vae, x = small_vae(), binary(10)
    without_noise(vae)
    vae.compile()
    logged = vae.evaluate(x, batch_size=4, verbose=0, return_dict=True)
    figure = evaluation.rate_distortion(vae, x)
    np.testing.assert_allclose([figure.rate, figure.distortion], [logged["kl"], logged["reconstruction"]], rtol=1e-5)


def test_batches_and_datasets_leave_nothing_out():
    vae, x = linear_vae(log_variance_bias=np.full(2, -60.0)), examples(7)
    whole = evaluation.rate_distortion(vae, x)
    dataset = tf.data.Dataset.from_tensor_slices((x, np.zeros(7))).batch(3)
    for figure in (evaluation.rate_distortion(vae, x, batch_size=3), evaluation.rate_distortion(vae, dataset)):
        np.testing.assert_allclose(figure, whole, rtol=1e-5)


def test_a_rate_without_closed_form_is_estimated_from_the_draws():
    mixture = priors.MixtureOfNormals(LATENT_DIM, 1)
    mixture.set_weights([np.zeros(1), np.zeros((1, LATENT_DIM)), np.zeros((1, LATENT_DIM))])
    vae, x = linear_vae(prior=mixture), examples(30)
    rates = np.array([evaluation.rate_distortion(vae, x, 50, seed).rate for seed in range(16)])
    error = rates.std(ddof=1) / 4
    assert error > 0
    assert abs(rates.mean() - expected_rate(x)) < 5.2 * error


def test_the_prior_counts():
    scales = np.exp(log_variances(examples(30)) / 2)
    folded = stats.foldnorm.mean(np.abs(means(examples(30))) / scales, scale=scales)
    expected = (np.log(2) + folded - stats.norm.entropy(scale=scales)).sum(axis=1).mean()
    figure = evaluation.rate_distortion(linear_vae(prior=priors.Laplace(LATENT_DIM)), examples(30))
    np.testing.assert_allclose(figure.rate, expected, rtol=1e-5)


def test_seeds_and_numbers_of_samples_have_effects():
    vae, x = linear_vae(), examples(9)
    assert evaluation.rate_distortion(vae, x, seed=2) == evaluation.rate_distortion(vae, x, seed=2)
    assert evaluation.rate_distortion(vae, x, seed=2) != evaluation.rate_distortion(vae, x, seed=3)
    few, many = (
        np.std([evaluation.rate_distortion(vae, x, count, seed).distortion for seed in range(20)]) for count in (1, 100)
    )
    assert many < few / 4


def test_a_model_and_numbers_that_do_not_do_are_refused():
    with pytest.raises(ValueError, match="rate_distortion needs a posterior and a prior"):
        evaluation.rate_distortion(linear_autoencoder(), examples(3))
    for arguments, name in (
        ({"num_samples": 0}, "num_samples"),
        ({"seed": -1}, "seed"),
        ({"seed": None}, "seed"),
        ({"batch_size": 0}, "batch_size"),
    ):
        with pytest.raises(ValueError, match=f"`{name}` must be a whole number"):
            evaluation.rate_distortion(linear_vae(), examples(3), **arguments)
    with pytest.raises(ValueError, match="`x` is empty"):
        evaluation.rate_distortion(linear_vae(), examples(0))
    with pytest.raises(ValueError, match=r"values in \[0, 1\]"):
        evaluation.rate_distortion(small_vae(), 2 * binary(3))
