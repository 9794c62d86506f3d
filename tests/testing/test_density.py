import numpy as np
import pytest
from scipy import stats

from keras_vae import priors
from keras_vae.testing import density

PART, RNG = priors.StandardNormal(2), np.random.default_rng(0)
CORRELATED = stats.multivariate_normal([3.0, -1.0], [[4.0, 1.9], [1.9, 1.0]])


def of_one(distribution):
    return lambda z: distribution.logpdf(z[:, 0])


@pytest.mark.parametrize("distribution", [stats.norm(5, 0.1), stats.uniform(-1, 3), stats.expon(2), stats.laplace()])
def test_one_latent(distribution):
    drawn = distribution.rvs((4000, 1), random_state=0)
    density.hold_integral(PART, of_one(distribution), drawn)
    density.hold_draws(PART, of_one(distribution), drawn)
    with pytest.raises(AssertionError, match="integrates to 1 in one latent"):
        density.hold_integral(PART, lambda z: of_one(distribution)(z) + 1e-3, drawn)
    with pytest.raises(AssertionError, match="draws are distributed"):
        density.hold_draws(PART, of_one(distribution), np.median(drawn) + 0.7 * (drawn - np.median(drawn)))


def test_two_latents_that_depend_on_each_other_and_a_box():
    drawn = CORRELATED.rvs(4000, random_state=0)
    density.hold_integral(PART, CORRELATED.logpdf, drawn)
    with pytest.raises(AssertionError, match="integrates to 1 in two latents"):
        density.hold_integral(PART, lambda z: CORRELATED.logpdf(z) + 0.01, drawn)

    def box(z):
        inside = (z[:, 0] > 0) & (z[:, 0] < 2) & (z[:, 1] > 1) & (z[:, 1] < 4)
        return np.where(inside, -np.log(6.0), -np.inf)

    density.hold_integral(PART, box, RNG.uniform([0, 1], [2, 4], (4000, 2)))


def test_expectations():
    drawn = stats.norm(2, 0.5).rvs((4000, 1), random_state=0)
    found = density.expectation(of_one(stats.norm(2, 0.5)), drawn, lambda z: z[:, 0] ** 2)
    assert found == pytest.approx(4.25, rel=1e-6)
