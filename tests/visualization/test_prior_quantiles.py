import numpy as np
import pytest
import scipy.stats

from keras_vae import priors
from keras_vae.visualization._prior_quantiles import prior_quantiles

from .stubs import CodePictures

PROBABILITIES = np.array([0.001, 0.1, 0.5, 0.7, 0.999])


@pytest.mark.parametrize(
    ("prior", "reference"),
    [(priors.StandardNormal(3), scipy.stats.norm), (priors.Laplace(3), scipy.stats.laplace)],
)
def test_of_a_prior_with_a_marginal_they_are_exact(prior, reference):
    quantiles = prior_quantiles(CodePictures(3, prior), PROBABILITIES)
    expected = np.repeat(reference.ppf(PROBABILITIES)[:, np.newaxis], 3, axis=1)
    np.testing.assert_allclose(quantiles, expected, rtol=1e-12, atol=1e-15)


def test_of_another_prior_they_are_those_of_draws_and_each_latent_has_its_own():
    prior = priors.MixtureOfNormals(2, num_components=1)
    prior.means.assign([[5.0, -7.0]])
    prior.log_scales.assign([[0.0, np.log(3.0)]])
    quantiles = prior_quantiles(CodePictures(2, prior), [0.5, 0.9])
    expected = [[5, -7], [5 + scipy.stats.norm.ppf(0.9), -7 + 3 * scipy.stats.norm.ppf(0.9)]]
    # The standard error of a quantile is sqrt(p (1 - p) / draws) / density: at most 0.017 here. Four of them.
    np.testing.assert_allclose(quantiles, expected, atol=0.07)
    np.testing.assert_array_equal(quantiles, prior_quantiles(CodePictures(2, prior), [0.5, 0.9]))


def test_a_prior_under_a_condition_has_none_of_its_own():
    with pytest.raises(ValueError, match="another one under each condition"):
        prior_quantiles(CodePictures(2, priors.ConditionalNormal(2, 3)), [0.5])
