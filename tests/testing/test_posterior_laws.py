"""A posterior with a fault breaks the law that the fault is against, by name."""

import pytest
from keras import ops

from keras_vae import posteriors, priors
from keras_vae.testing import check_posterior

from .faults import broken_law, with_fault

DIAGONAL = posteriors.DiagonalNormal(2, seed=5)
INTEGRAL = "the density integrates to 1 in one latent"


def law_of(part=DIAGONAL, **methods) -> str:
    return broken_law(check_posterior, with_fault(part, **methods))


def test_a_density_without_its_log_determinant_or_with_another_constant():
    def without(self, right, params, z):
        return right(self, params, z) + 0.5 * ops.sum(ops.expand_dims(params["log_variance"], 1), axis=-1)

    assert law_of(log_prob=without) == INTEGRAL
    assert law_of(log_prob=lambda self, right, params, z: right(self, params, z) + 1e-3) == INTEGRAL
    assert law_of(log_prob=lambda self, right, params, z: 1.02 * right(self, params, z)) == INTEGRAL


def test_a_fault_that_only_several_latents_show():
    def once(self, right, params, z):
        # Each latent but the first lacks a constant.
        return right(self, params, z) + 0.01 * (z.shape[-1] - 1)

    assert law_of(log_prob=once) == "the density integrates to 1 in two latents"

    def beyond_two(self, right, params, z):
        return right(self, params, z) + 0.3 * (z.shape[-1] > 2)

    law = law_of(posteriors.DiagonalNormal(3, seed=5), log_prob=beyond_two)
    assert law == "E[h(z) / q(z|x)] = 1 for a normal density h"


def test_draws():
    def without_mean(self, right, params, *args, **kwargs):
        return right(self, params, *args, **kwargs) - ops.expand_dims(params["mean"], 1)

    def of_one_seed(self, right, params, num_samples=1, seed=None, shared_noise=False):
        return right(self, params, num_samples, 3, shared_noise)

    def always_shared(self, right, params, num_samples=1, seed=None, shared_noise=False):
        return right(self, params, num_samples, seed, True)

    def never_shared(self, right, params, num_samples=1, seed=None, shared_noise=False):
        return right(self, params, num_samples, seed, False)

    def held_back(self, right, params, *args, **kwargs):
        return right(self, {**params, "mean": ops.stop_gradient(params["mean"])}, *args, **kwargs)

    # The bug of the source documents: z is drawn without its mean.
    assert law_of(sample=without_mean) in (INTEGRAL, "draws are distributed as `log_prob` says")
    assert law_of(sample=of_one_seed) == "another seed draws anew"
    independent = "codes of different examples, and one code and the next, are independent"
    assert law_of(sample=always_shared) == independent
    assert law_of(sample=never_shared) == "with `shared_noise` equal examples have equal codes"
    law = "the gradient of draws by the parameters is that of finite differences"
    assert law_of(sample=held_back) == law


def test_moments_and_gradients():
    def deviation(self, right, params):
        return ops.sqrt(right(self, params))

    def held_back(self, right, params, z):
        return right(self, {**params, "log_variance": ops.stop_gradient(params["log_variance"])}, z)

    assert law_of(mean=lambda self, right, params: 1.1 * right(self, params)) == "draws have the mean that `mean` says"
    assert law_of(variance=deviation) == "draws have the variance that `variance` says"
    law = "the gradient of `log_prob` by the parameters is that of finite differences"
    assert law_of(log_prob=held_back) == law


def test_a_diagonal_normal_that_is_none():
    class Logarithmic(posteriors.DiagonalNormal):
        """The variance of a code is what the other's deviation is."""

        is_diagonal_normal = True

        def _other(self, params):
            return {**params, "log_variance": 2 * params["log_variance"]}

        def variance(self, params):
            return super().variance(self._other(params))

        def sample(self, params, *args, **kwargs):
            return super().sample(self._other(params), *args, **kwargs)

        def log_prob(self, params, z):
            return super().log_prob(self._other(params), z)

    law = "a diagonal normal has the density of its `mean` and `log_variance`"
    assert broken_law(check_posterior, Logarithmic(2)) == law


def test_points():
    point = posteriors.Deterministic(2)
    assert law_of(point, sample=lambda self, right, *args, **kwargs: right(self, *args, **kwargs) + 1e-3) == (
        "a point draws its mean"
    )
    assert law_of(point, variance=lambda self, right, params: right(self, params) + 1.0) == "a point has no variance"
    dense = with_fault(point)
    type(dense).log_prob = lambda self, params, z: ops.sum(z, axis=-1)
    assert broken_law(check_posterior, dense) == "a point has no density"


def test_the_priors_that_are_given_are_held_to_the_closed_form(without_models):
    check_posterior(DIAGONAL, priors=[priors.Laplace(2), priors.MixtureOfNormals(2, 3)])
    with pytest.raises(ValueError, match="`posterior` must be of type Posterior"):
        check_posterior(priors.Laplace(2))


def test_more_latents_than_weights_can_be_averaged_over(without_models):
    check_posterior(posteriors.DiagonalNormal(40))
