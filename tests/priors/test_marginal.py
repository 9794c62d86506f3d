"""The distribution of a latent, and which classes have one."""

import numpy as np
import pytest
from scipy import stats

from keras_vae.priors import Laplace, Marginal, MixtureOfNormals, StandardNormal


@pytest.mark.parametrize(("prior", "reference"), [(StandardNormal(3), stats.norm), (Laplace(3), stats.laplace)])
def test_distribution_functions(prior, reference):
    for value in (-7.0, -1.0, 0.0, 0.3, 5.0):
        assert prior.marginal.cdf(value) == pytest.approx(reference.cdf(value), rel=1e-12)
    for mass in (1e-6, 0.3, 0.5, 0.99):
        assert prior.marginal.quantile(mass) == pytest.approx(reference.ppf(mass), rel=1e-12)


def test_a_prior_without_one_distribution_of_each_latent_has_none():
    assert MixtureOfNormals(3, 2).marginal is None


class Wider(StandardNormal):
    """A density of its own, of which its parent's marginal would be wrong."""

    def log_prob(self, z):
        return super().log_prob(z / 2) - self.latent_dim * np.log(2)


class Same(StandardNormal):
    """The density of its parent, as it says."""

    marginal = StandardNormal.marginal


class OfItsSettings(StandardNormal):
    """A marginal that is found when it is asked for."""

    scale = 3.0

    @property
    def marginal(self):
        return Marginal(lambda mass: self.scale * mass, lambda value: value / self.scale)


def test_a_subclass_has_the_one_that_it_sets_itself():
    assert Wider(2).marginal is None
    assert Same(2).marginal is StandardNormal.marginal
    assert type("OfSame", (Same,), {})(2).marginal is None
    assert OfItsSettings(2).marginal.quantile(0.5) == 1.5
