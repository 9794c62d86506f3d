"""A prior with a fault breaks the law that the fault is against, by name."""

import pytest
from keras import ops

from keras_vae import posteriors, priors
from keras_vae.testing import check_prior
from tests import rows

from .faults import broken_law, with_fault

INTEGRAL = "the density integrates to 1 in one latent"


def law_of(part, **methods) -> str:
    return broken_law(check_prior, with_fault(part, **methods))


@pytest.mark.parametrize("make", rows.parts(rows.PRIORS), ids=rows.names(rows.PRIORS))
def test_densities_and_draws(make):
    def with_constant(self, right, z, *under):
        return right(self, z, *under) + 1e-3

    def with_factor(self, right, z, *under):
        return 1.02 * right(self, z, *under)

    def wider(self, right, num_samples, seed, *under):
        return 1.1 * right(self, num_samples, seed, *under)

    def of_one_seed(self, right, num_samples, seed, *under):
        return right(self, num_samples, 3, *under)

    def alike(self, right, num_samples, seed, *under):
        return ops.repeat(right(self, num_samples // 2, seed, *under), 2, axis=0)

    assert law_of(make(), log_prob=with_constant) == INTEGRAL
    assert law_of(make(), log_prob=with_factor) == INTEGRAL
    by_share = "E[h(z) / p(z)] = 1 for a normal density h"
    assert law_of(make(), sample=wider) in (by_share, "draws are distributed as `log_prob` says")
    assert law_of(make(), sample=of_one_seed) == "another seed draws anew"
    assert law_of(make(), sample=alike) == "codes are independent"


def test_a_mixture_without_its_log_determinant_or_its_weights():
    def without_scales(self, right, z):
        return right(self, z) + ops.mean(self.log_scales)

    def without_weights(self, right, z):
        return right(self, z) + ops.logsumexp(self.logits)

    for fault in (without_scales, without_weights):
        assert law_of(priors.MixtureOfNormals(2, num_components=3), log_prob=fault) == INTEGRAL


def test_a_fault_that_only_several_latents_show():
    def once(self, right, z):
        return right(self, z) + 0.01 * (z.shape[-1] - 1)

    def beyond_two(self, right, z):
        return right(self, z) + 0.3 * (z.shape[-1] > 2)

    assert law_of(priors.Laplace(2), log_prob=once) == "the density integrates to 1 in two latents"
    law = "E[h(z) / p(z)] = 1 for a normal density h"
    assert law_of(priors.StandardNormal(3), log_prob=beyond_two) == law


def test_a_gradient_that_is_held_back():
    def held_back(self, right, z):
        return right(self, ops.stop_gradient(z))

    law = "the gradient of `log_prob` by the code is that of finite differences"
    assert law_of(priors.StandardNormal(2), log_prob=held_back) == law


def test_a_marginal_of_another_distribution():
    normal, laplace = priors.StandardNormal.marginal, priors.Laplace.marginal
    independent = "latents are independent, and `marginal` is the distribution of each"
    for part, marginal, law in (
        (priors.StandardNormal(2), laplace, independent),
        (priors.Laplace(2), normal, independent),
        (priors.StandardNormal(2), normal._replace(cdf=laplace.cdf), "`marginal.cdf` inverts `marginal.quantile`"),
        (priors.MixtureOfNormals(2, num_components=3), normal, independent),
    ):
        faulty = type(type(part).__name__, (type(part),), {"marginal": marginal}).from_config(part.get_config())
        assert broken_law(check_prior, faulty) == law


def test_posteriors_that_are_given(without_models):
    check_prior(priors.StandardNormal(2), posteriors=[posteriors.DiagonalNormal(2)])
    with pytest.raises(ValueError, match="`prior` must be of type Prior"):
        check_prior(posteriors.DiagonalNormal(2))
