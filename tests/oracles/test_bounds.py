"""ELBO < IWAE-5 < IWAE-50 < log p(x) in expectation, where log p(x) is known and the encoder is wrong."""

import functools
import itertools

import numpy as np
import pytest

from keras_vae import evaluation, objectives
from tests.oracles import linear_gaussian

# Columns that are not orthogonal: no diagonal posterior is the true one.
LOADINGS = np.array([[1.0, 0.5, 0.0], [0.5, -1.0, 0.5], [0.0, 1.0, 1.0], [-0.5, 0.0, 1.0]])
OFFSET, SCALE = np.array([0.5, -1.0, 0.0, 2.0]), 0.8
# Seven examples, a number that nothing else has here; their log p(x) differ by up to 14 nats.
X = OFFSET + np.linspace(-1.0, 4.0, 7)[:, None] * [1.0, -0.5, 0.25, 0.75]
REPETITIONS = 4000
# Each repetition is an example of its own, with draws of its own.
REPEATED = np.tile(X, (REPETITIONS, 1))

# Five draws are never worth five, of which `log_likelihood` warns.
pytestmark = pytest.mark.filterwarnings("ignore:.*effective draws:UserWarning")


def wrong_vae(**kwargs):
    """A linear-Gaussian VAE whose q(z|x) lies beside p(z|x), and is wider, so that no weight is without bound."""
    vae = linear_gaussian.linear_vae(4, 3, SCALE, **kwargs)
    covariance = np.linalg.inv(np.eye(3) + LOADINGS.T @ LOADINGS / SCALE**2)
    to_mean = LOADINGS @ covariance / SCALE**2
    kernel = np.concatenate([0.8 * to_mean, np.zeros_like(to_mean)], axis=1)
    bias = np.concatenate([0.6 - OFFSET @ to_mean, np.log(3 * np.diag(covariance))])
    vae.encoder.posterior.set_weights([kernel, bias])
    vae.decoder.likelihood.set_weights([LOADINGS.T, OFFSET])
    return vae


def mean_and_error(bounds):
    """Means over the repetitions and their standard errors: `(REPETITIONS * num_examples,)` to `(num_examples,)`."""
    bounds = np.reshape(bounds, (REPETITIONS, len(X))).astype(np.float64)
    return bounds.mean(axis=0), bounds.std(axis=0, ddof=1) / np.sqrt(REPETITIONS)


@functools.cache
def importance_weighted(num_samples):
    """What `evaluation.log_likelihood` says of the wrong VAE, with the errors of that."""
    result = evaluation.log_likelihood(wrong_vae(), REPEATED, num_samples, batch_size=len(REPEATED), seed=num_samples)
    return mean_and_error(result.per_example)


class TestOrder:
    def test_each_bound_is_tighter_than_the_last(self):
        vae = wrong_vae()
        exact = (linear_gaussian.log_marginal(vae, X), np.zeros(len(X)))
        elbo = mean_and_error(vae.elbo(REPEATED, num_samples=1, seed=0, batch_size=len(REPEATED)))
        bounds = [elbo, importance_weighted(5), importance_weighted(50), exact]
        for (lower, lower_error), (upper, upper_error) in itertools.pairwise(bounds):
            # For each example.
            assert np.all(upper - lower > 5 * np.hypot(lower_error, upper_error))

    def test_the_elbo_is_the_closed_form(self):
        vae = wrong_vae()
        mean, error = mean_and_error(vae.elbo(REPEATED, num_samples=1, seed=1, batch_size=len(REPEATED)))
        # Beyond four standard errors once in 16,000.
        assert np.all(np.abs(mean - linear_gaussian.elbo(vae, X)) < 4 * error)

    @pytest.mark.parametrize("num_samples", [1, 5, 50])
    def test_the_bounds_are_those_of_a_simulation(self, num_samples):
        mean, error = importance_weighted(num_samples)
        simulated = linear_gaussian.simulated_bounds(wrong_vae(), X, num_samples, REPETITIONS, seed=0)
        expected, expected_error = mean_and_error(simulated)
        assert np.all(np.abs(mean - expected) < 4 * np.hypot(error, expected_error))

    def test_a_single_sample_is_the_elbo(self):
        mean, error = importance_weighted(1)
        assert np.all(np.abs(mean - linear_gaussian.elbo(wrong_vae(), X)) < 4 * error)


class TestLoss:
    @pytest.mark.parametrize("doubly_reparameterized", [False, True])
    @pytest.mark.parametrize("num_samples", [1, 5, 50])
    def test_it_is_the_mean_of_what_the_evaluation_says(self, num_samples, doubly_reparameterized):
        vae = wrong_vae(
            objective=objectives.ImportanceWeighted(doubly_reparameterized=doubly_reparameterized),
            num_samples=num_samples,
        )
        vae.compile()
        logs = vae.evaluate(REPEATED, batch_size=700, verbose=0, return_dict=True)
        mean, error = importance_weighted(num_samples)
        # Two estimates of one figure, with errors of the same size.
        error = np.sqrt(2 * np.sum(error**2)) / len(X)
        assert abs(-logs["loss"] - mean.mean()) < 4 * error
        # The bounds of 1, 5 and 50 samples are 0.4 nats apart or more.
        assert error < 0.05

    @pytest.mark.parametrize(("examples", "samples"), [(2, 5), (5, 2), (3, 50)])
    def test_samples_and_examples_never_swap_roles(self, examples, samples):
        """The log-mean-exp is over samples and the mean over examples: the other way round is nats away."""
        vae = wrong_vae(objective=objectives.ImportanceWeighted(), num_samples=samples)
        vae.compile()
        losses = [vae.test_on_batch(X[-examples:], return_dict=True)["loss"] for _ in range(100)]
        simulated = linear_gaussian.simulated_bounds(vae, X[-examples:], samples, REPETITIONS, seed=0)
        spread = simulated.std(axis=0, ddof=1)
        error = np.sqrt(np.sum(spread**2)) / examples * np.sqrt(1 / len(losses) + 1 / REPETITIONS)
        assert abs(-np.mean(losses) - simulated.mean()) < 4 * error
