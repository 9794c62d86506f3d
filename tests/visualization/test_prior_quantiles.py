import numpy as np
import scipy.stats

from keras_vae import priors
from keras_vae.visualization.prior_quantiles import prior_quantiles

PROBABILITIES = np.array([0.001, 0.1, 0.5, 0.7, 0.999])


def test_of_the_standard_normal_they_are_exact():
    quantiles = prior_quantiles(priors.StandardNormal(3), PROBABILITIES)
    expected = np.repeat(scipy.stats.norm.ppf(PROBABILITIES)[:, np.newaxis], 3, axis=1)
    np.testing.assert_allclose(quantiles, expected, rtol=1e-12, atol=1e-15)


def test_of_another_prior_they_are_those_of_draws():
    quantiles = prior_quantiles(priors.Laplace(2), PROBABILITIES[1:4])
    expected = scipy.stats.laplace.ppf(PROBABILITIES[1:4])[:, np.newaxis]
    # The standard error of a quantile is sqrt(p (1 - p) / draws) / density: at most 0.0095 here. Four of them.
    np.testing.assert_allclose(quantiles, np.repeat(expected, 2, axis=1), atol=0.04)
    np.testing.assert_array_equal(quantiles, prior_quantiles(priors.Laplace(2), PROBABILITIES[1:4]))


def test_each_latent_has_its_own():
    prior = priors.MixtureOfNormals(2, num_components=1)
    prior.means.assign([[5.0, -7.0]])
    prior.log_scales.assign([[0.0, np.log(3.0)]])
    quantiles = prior_quantiles(prior, [0.5, 0.9])
    expected = [[5, -7], [5 + scipy.stats.norm.ppf(0.9), -7 + 3 * scipy.stats.norm.ppf(0.9)]]
    np.testing.assert_allclose(quantiles, expected, atol=0.07)
