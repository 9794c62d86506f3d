"""The Laplace prior against SciPy."""

import numpy as np
from scipy import stats

from keras_vae.priors import Laplace


def test_log_prob_is_summed_over_the_latents():
    z = np.random.default_rng(0).laplace(scale=3, size=(5, 2, 4))
    np.testing.assert_allclose(Laplace(4).log_prob(z), stats.laplace.logpdf(z).sum(axis=-1), rtol=1e-12)


def test_samples_have_the_distribution_and_repeat_with_the_seed():
    draws = np.asarray(Laplace(3).sample(3000, seed=0))
    assert stats.kstest(draws.ravel(), "laplace").pvalue > 1e-3
    assert np.abs(np.corrcoef(draws.T) - np.eye(3)).max() < 0.1
    np.testing.assert_array_equal(draws, Laplace(3).sample(3000, seed=0))
