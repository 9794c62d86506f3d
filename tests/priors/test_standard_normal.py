"""The standard normal prior against SciPy."""

import numpy as np
import pytest
from scipy import stats

from keras_vae.priors import StandardNormal


def test_log_prob_is_summed_over_the_latents():
    z = np.random.default_rng(0).normal(scale=3, size=(5, 2, 4))
    np.testing.assert_allclose(StandardNormal(4).log_prob(z), stats.norm.logpdf(z).sum(axis=-1), rtol=1e-12)


def test_samples_are_standard_normal_and_repeat_with_the_seed():
    prior = StandardNormal(3)
    draws = np.asarray(prior.sample(3000, seed=0))
    assert draws.shape == (3000, 3)
    assert stats.kstest(draws.ravel(), "norm").pvalue > 1e-3
    assert np.abs(np.corrcoef(draws.T) - np.eye(3)).max() < 0.1
    np.testing.assert_array_equal(draws, prior.sample(3000, seed=0))


@pytest.mark.parametrize("latent_dim", [0, -2, 1.5, None])
def test_latent_dim_must_be_a_whole_number_of_at_least_one(latent_dim):
    with pytest.raises(ValueError, match="latent_dim"):
        StandardNormal(latent_dim)
