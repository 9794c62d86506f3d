"""A trained linear VAE against probabilistic principal component analysis.

With the best weights its ELBO is the exact maximum of the log-likelihood: p(z|x) has the covariance s^2 M^-1 with
M = W^T W + s^2 I, and the codes can be turned until W^T W is diagonal, so that a diagonal posterior is no loss (Lucas,
Tucker, Grosse and Norouzi 2019, "Don't Blame the ELBO! A Linear VAE Perspective on Posterior Collapse", section 4).
"""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_vae import evaluation
from tests.oracles import linear_gaussian, principal_components

LATENT_DIM, STEPS, LEARNING_RATE = 2, 800, 0.05


def examples():
    """1,000 examples of six features whose covariance is not the model's: four different variances are left over."""
    rng = np.random.default_rng(0)
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    deviations = np.sqrt([4.0, 1.5, 0.4, 0.3, 0.25, 0.2])
    return np.array([1.0, -0.5, 2.0, 0.0, -1.0, 0.5]) + (rng.normal(size=(1000, 6)) * deviations) @ turn.T


X = examples()
COMPONENTS = principal_components.of(X)


def best_log_likelihood(components, latent_dim):
    """The maximum of the mean log-likelihood over W, b and s, and the s at which it is.

    Source: Tipping and Bishop 1999, "Probabilistic Principal Component Analysis", equation 4 with the covariance
    that equations 7 and 8 give: its eigenvalues are the data's for the latents, and s^2 for the others.
    """
    kept, left = np.split(components.eigenvalues, [latent_dim])
    variance = left.mean()
    log_determinant = np.log(kept).sum() + len(left) * np.log(variance)
    dimensions = len(components.eigenvalues)
    return -0.5 * (dimensions * np.log(2 * np.pi) + log_determinant + dimensions), np.sqrt(variance)


@pytest.fixture(scope="module")
def vae():
    """A linear VAE that saw all the examples in every step."""
    keras.utils.set_random_seed(0)
    model = linear_gaussian.linear_vae(X.shape[1], LATENT_DIM, num_samples=4)
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, STEPS)
    model.compile(keras.optimizers.Adam(rate, beta_2=0.99))
    model.fit(tf.data.Dataset.from_tensors(X).repeat(STEPS), verbose=0)
    return model


class TestMaximum:
    def test_the_formula_is_the_likelihood_of_its_own_parameters(self):
        """The oracle itself: SciPy's density of the data under equations 7 and 8."""
        best, scale = best_log_likelihood(COMPONENTS, LATENT_DIM)
        axes = COMPONENTS.axes[:, :LATENT_DIM]
        loadings = axes * np.sqrt(COMPONENTS.eigenvalues[:LATENT_DIM] - scale**2)
        covariance = loadings @ loadings.T + scale**2 * np.eye(6)
        log_likelihood = stats.multivariate_normal(COMPONENTS.mean, covariance).logpdf(X)
        np.testing.assert_allclose(log_likelihood.mean(), best, rtol=1e-12)

    def test_the_elbo_reaches_it(self, vae):
        best, _ = best_log_likelihood(COMPONENTS, LATENT_DIM)
        elbo, log_likelihood = linear_gaussian.elbo(vae, X).mean(), linear_gaussian.log_marginal(vae, X).mean()
        assert elbo < log_likelihood < best
        # The noise of the codes leaves the weights some thousandths away, and the bound, which is flat at its maximum,
        # by the square of that: 1e-4 at most from other seeds. A covariance over n - 1 examples would be 3e-3 away.
        assert elbo > best - 5e-4

    def test_the_models_own_elbo_is_the_closed_form(self, vae):
        means = [vae.elbo(X, num_samples=10, seed=seed).astype(np.float64).mean() for seed in range(20)]
        # Student's t of 19 degrees of freedom: beyond 4.9 once in 10,000.
        assert abs(np.mean(means) - linear_gaussian.elbo(vae, X).mean()) < 4.9 * stats.sem(means)
        assert stats.sem(means) < 0.01

    def test_the_scale_is_what_the_codes_leave_over(self, vae):
        _, scale = best_log_likelihood(COMPONENTS, LATENT_DIM)
        # Some thousandths, as above.
        assert linear_gaussian.decoder_of(vae)[2] == pytest.approx(scale, rel=5e-3)

    def test_each_latent_is_a_principal_axis(self, vae):
        """Not only their subspace: a diagonal posterior is exact where the columns of W are orthogonal."""
        loadings, offset, scale = linear_gaussian.decoder_of(vae)
        loadings = loadings[:, np.argsort(-np.sum(loadings**2, axis=0))]
        expected = COMPONENTS.axes[:, :LATENT_DIM] * np.sqrt(COMPONENTS.eigenvalues[:LATENT_DIM] - scale**2)
        signs = np.sign(np.sum(loadings * expected, axis=0))
        # Some thousandths, as above. The columns have the lengths 1.9 and 1.1.
        np.testing.assert_allclose(signs * loadings, expected, atol=0.02)
        np.testing.assert_allclose(offset, COMPONENTS.mean, atol=0.01)


class TestLogLikelihood:
    def test_each_estimate_is_within_three_standard_errors(self, vae):
        # All of so many examples are within three with a probability of 0.9973^20 = 95%; the seed is fixed.
        x = X[:20]
        result = evaluation.log_likelihood(vae, x, num_samples=1000, seed=0)
        assert np.all(np.abs(result.per_example - linear_gaussian.log_marginal(vae, x)) < 3 * result.sampling_error)
        assert result.sampling_error.max() < 0.01

    def test_the_standard_errors_are_neither_too_large_nor_too_small(self, vae):
        result = evaluation.log_likelihood(vae, X, num_samples=1000, seed=1)
        deviations = (result.per_example - linear_gaussian.log_marginal(vae, X)) / result.sampling_error
        assert stats.kstest(deviations, "norm").pvalue > 1e-3
        # The mean's own error, by the errors of all examples.
        error = np.sqrt(np.sum(result.sampling_error**2)) / len(X)
        assert abs(result.mean - linear_gaussian.log_marginal(vae, X).mean()) < 3 * error
