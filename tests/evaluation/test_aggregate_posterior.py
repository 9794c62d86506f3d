import sys

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_vae import evaluation, priors
from tests.evaluation.linear import coded_vae, examples, linear_autoencoder, linear_vae, log_variances, means

MEANS = np.array([[-2.0], [-1.5], [0.0], [0.3], [4.0]])
LOG_VARIANCES = np.array([[-1.0], [0.5], [-6.0], [-2.0], [-0.5]])
X = np.eye(5)


def standard_mixture(latent_dim):
    """The standard normal distribution, by a prior without closed form."""
    prior = priors.MixtureOfNormals(latent_dim, 1)
    prior.set_weights([np.zeros(1), np.zeros((1, latent_dim)), np.zeros((1, latent_dim))])
    return prior


PRIORS = {
    "normal": (priors.StandardNormal, stats.norm),
    "laplace": (priors.Laplace, stats.laplace),
    "mixture": (standard_mixture, stats.norm),
}


def by_quadrature(prior):
    """Mutual information and marginal KL divergence of the five posteriors, in one dimension.

    By the trapezoidal rule, whose error is nil for smooth integrands that vanish: the narrowest deviation is 50 steps,
    and the widest is 1.3, so that nothing is left beyond 25. The kink of a Laplace prior is a node, and costs the
    square of a step, 1e-6.
    """
    step = 1e-3
    z = step * np.arange(-25_000, 25_001)
    logs = stats.norm.logpdf(z, MEANS, np.exp(LOG_VARIANCES / 2))
    log_aggregate = np.logaddexp.reduce(logs) - np.log(5)
    information = np.sum(np.exp(logs) * (logs - log_aggregate)) * step / 5
    marginal = np.sum(np.exp(log_aggregate) * (log_aggregate - prior.logpdf(z))) * step
    return information, marginal


@pytest.mark.parametrize("name", PRIORS)
def test_parts_agree_with_quadrature(name):
    prior, distribution = PRIORS[name]
    information, marginal = by_quadrature(distribution)
    figure = evaluation.aggregate_posterior(coded_vae(MEANS, LOG_VARIANCES, prior(1)), X, num_samples=20_000)
    assert abs(figure.mutual_information - information) < 4 * figure.standard_error < 0.02
    # Of the sum of both where it is estimated too, the deviation is 1.6.
    bound = 4 * (1.6 / 20_000**0.5 if name == "mixture" else figure.standard_error)
    assert abs(figure.marginal_kl - marginal) < bound
    np.testing.assert_allclose(figure.rate, figure.mutual_information + figure.marginal_kl, rtol=1e-12)


def test_the_rate_is_exact_where_it_has_a_closed_form():
    vae, x = linear_vae(), examples(30)
    figure = evaluation.aggregate_posterior(vae, x, num_samples=10)
    np.testing.assert_allclose(figure.rate, evaluation.rate_distortion(vae, x).rate, rtol=1e-6)


def test_moments_are_those_of_the_law_of_total_variance():
    x = examples(40)
    figure = evaluation.aggregate_posterior(linear_vae(), x, num_samples=3)
    np.testing.assert_allclose(figure.mean, means(x).mean(axis=0), rtol=1e-5)
    expected = np.exp(log_variances(x)).mean(axis=0) + means(x).var(axis=0)
    np.testing.assert_allclose(figure.variance, expected, rtol=1e-5)
    assert figure.mean.dtype == figure.variance.dtype == np.float64


def test_batches_and_datasets_leave_nothing_out():
    vae, x = linear_vae(), examples(7)
    whole = evaluation.aggregate_posterior(vae, x, num_samples=50)
    dataset = tf.data.Dataset.from_tensor_slices((x, np.zeros(7))).batch(3)
    for figure in (
        evaluation.aggregate_posterior(vae, x, num_samples=50, batch_size=3),
        evaluation.aggregate_posterior(vae, dataset, num_samples=50),
    ):
        for name in ("mean", "variance", "rate", "mutual_information", "marginal_kl", "standard_error"):
            np.testing.assert_allclose(getattr(figure, name), getattr(whole, name), rtol=1e-4)


@pytest.mark.parametrize("most_elements", [1, 20, 333])
def test_blocks_do_not_show(monkeypatch, most_elements):
    vae, x = linear_vae(), examples(23)
    whole = evaluation.aggregate_posterior(vae, x, num_samples=31)
    # How much is held at once shows in the memory alone: the bound is lowered in place of larger data.
    monkeypatch.setattr(sys.modules["keras_vae.evaluation._aggregate_posterior"], "MOST_ELEMENTS", most_elements)
    cut = evaluation.aggregate_posterior(vae, x, num_samples=31)
    np.testing.assert_allclose(cut.mutual_information, whole.mutual_information, rtol=1e-10)


def test_duplicates_tell_nothing_of_which_they_are():
    vae = linear_vae()
    figure = evaluation.aggregate_posterior(vae, np.repeat(examples(1), 9, axis=0), num_samples=100)
    np.testing.assert_allclose(figure.mutual_information, 0, atol=1e-9)
    np.testing.assert_allclose(figure.marginal_kl, figure.rate, rtol=1e-9)
    assert figure.rate > 1


@pytest.mark.parametrize("copies", [1, 3])
def test_posteriors_far_apart_tell_all(copies):
    mean = np.array([[0.0, 1.0], [1e3, 0.0], [0.0, -1e3], [3e4, 0.0]])
    vae = coded_vae(mean, np.full((4, 2), -12.0))
    x = np.repeat(np.eye(4), copies, axis=0)
    figure = evaluation.aggregate_posterior(vae, x, num_samples=40)
    # At most log n, and repeated examples cannot be told apart.
    np.testing.assert_allclose(figure.mutual_information, np.log(4), rtol=1e-9)
    np.testing.assert_allclose(figure.marginal_kl, figure.rate - np.log(4), rtol=1e-12)


@pytest.mark.parametrize("log_variance", [-30.0, -200.0, 20.0])
def test_extreme_scales_stay_finite(log_variance):
    figure = evaluation.aggregate_posterior(coded_vae(MEANS, np.full((5, 1), log_variance)), X, num_samples=50)
    expected = np.log(5) if log_variance < 0 else 0.0
    assert figure.standard_error < 1e-4
    np.testing.assert_allclose(figure.mutual_information, expected, atol=1e-6 + 5 * figure.standard_error)


def test_a_collapsed_model_has_nothing_to_split():
    figure = evaluation.aggregate_posterior(coded_vae(np.zeros((3, 2)), np.zeros((3, 2))), np.eye(3), num_samples=50)
    np.testing.assert_array_equal(figure.mean, [0, 0])
    np.testing.assert_array_equal(figure.variance, [1, 1])
    np.testing.assert_allclose([figure.rate, figure.mutual_information, figure.marginal_kl], [0, 0, 0], atol=1e-9)


def test_its_error_is_what_it_says_and_falls_with_the_number_of_samples():
    vae, x = linear_vae(), examples(50)
    figures = [evaluation.aggregate_posterior(vae, x, num_samples=200, seed=seed) for seed in range(30)]
    spread = np.std([figure.mutual_information for figure in figures], ddof=1)
    said = np.mean([figure.standard_error for figure in figures])
    # Draws that are spread over the examples do a little better than what is said; 30 seeds know it to 13%.
    assert 0.5 * said < spread < 1.4 * said
    more = evaluation.aggregate_posterior(vae, x, num_samples=3200, seed=0).standard_error
    np.testing.assert_allclose(more, said / 4, rtol=0.3)


def test_few_draws_do_not_make_the_error_look_small():
    """The mean and a slope are fitted to the draws: the other m - 2 say how large the variance of the residuals is."""
    x, draws = np.random.default_rng(0).normal(size=(2, 4000, 4))
    module = sys.modules["keras_vae.evaluation._aggregate_posterior"]
    errors = [module._parts(one, other - one, 0.0)[3] for one, other in zip(x, draws, strict=True)]
    # Of independent normal numbers of variance 1 the residuals have that variance too.
    assert np.mean(np.square(errors)) == pytest.approx(1 / 4, rel=0.06)


def test_an_exact_rate_makes_the_error_smaller():
    x = examples(50)
    exact = evaluation.aggregate_posterior(linear_vae(), x, num_samples=500)
    estimated = evaluation.aggregate_posterior(linear_vae(prior=standard_mixture(2)), x, num_samples=500)
    assert exact.standard_error < 0.9 * estimated.standard_error
    assert abs(exact.mutual_information - estimated.mutual_information) < 4 * estimated.standard_error


def test_every_example_is_drawn_from_as_often_as_every_other():
    vae = coded_vae(100 * MEANS, np.full((5, 1), -20.0))
    few = [evaluation.aggregate_posterior(vae, X, num_samples=3, seed=seed) for seed in range(3)]
    many = evaluation.aggregate_posterior(vae, X, num_samples=1000)
    # Where log p(z) is all that varies, as many draws from each give the mean itself.
    assert many.standard_error < 1e-6
    for figure in few:
        np.testing.assert_allclose(figure.mutual_information, np.log(5), rtol=1e-9)


def test_a_seed_repeats_itself():
    vae, x = linear_vae(), examples(9)
    first, again, other = (evaluation.aggregate_posterior(vae, x, 20, seed).marginal_kl for seed in (1, 1, 2))
    assert first == again != other


def test_a_model_and_numbers_that_do_not_do_are_refused():
    with pytest.raises(ValueError, match="aggregate_posterior needs a posterior and a prior"):
        evaluation.aggregate_posterior(linear_autoencoder(), examples(3))
    for arguments, name in (({"num_samples": 2}, "num_samples"), ({"seed": -1}, "seed")):
        with pytest.raises(ValueError, match=f"`{name}` must be a whole number"):
            evaluation.aggregate_posterior(linear_vae(), examples(3), **arguments)
    for x in (examples(0), tf.data.Dataset.from_tensor_slices(examples(0)).batch(2)):
        with pytest.raises(ValueError, match="`x` is empty"):
            evaluation.aggregate_posterior(linear_vae(), x)
