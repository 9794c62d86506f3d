"""A divergence in closed form with a fault is found, by pair."""

import numpy as np
import pytest
from keras import ops

from keras_vae import posteriors, priors
from keras_vae.divergences import register_closed_form
from keras_vae.posteriors.diagonal_normal import diagonal_normal_to_laplace, diagonal_normal_to_standard_normal
from keras_vae.testing import check_posterior, check_prior
from keras_vae.testing.copies import in_double_precision
from keras_vae.testing.divergence_laws import hold_closed_form, made_for

from .faults import broken_law, with_fault


def law_of(prior, function, **options) -> str:
    """The law that a pair breaks whose prior is a subclass with this closed form."""
    prior = with_fault(prior)
    register_closed_form(posteriors.DiagonalNormal, type(prior), function, **options)
    return broken_law(check_prior, prior)


@pytest.mark.parametrize(
    ("prior", "right"),
    [
        (priors.StandardNormal(2), diagonal_normal_to_standard_normal),
        (priors.Laplace(2), diagonal_normal_to_laplace),
    ],
    ids=["normal", "laplace"],
)
def test_factors_constants_and_dropped_terms(prior, right):
    pair = f"KL(DiagonalNormal || {type(prior).__name__})"
    integral = f"{pair} in one latent is its integral"
    estimate = f"{pair} adds up to its Monte Carlo estimate"
    faults = (
        lambda params, prior: 2.0 * right(params, prior),
        lambda params, prior: 1.001 * right(params, prior),
        lambda params, prior: right(params, prior) + 0.01,
        lambda params, prior: right(params, prior) + 0.5 * params["log_variance"],
    )
    for fault in faults:
        assert law_of(prior, fault) in (integral, estimate)


def test_latents_are_not_summed_twice():
    def whole(params, prior):
        total = ops.sum(diagonal_normal_to_standard_normal(params, prior), axis=-1, keepdims=True)
        return ops.repeat(total, params["mean"].shape[-1], axis=-1)

    law = law_of(priors.StandardNormal(2), whole)
    assert law == "KL(DiagonalNormal || StandardNormal) adds up to its Monte Carlo estimate"


def test_one_number_for_the_whole_code_is_held_and_another_axis_than_was_registered_is_found():
    def whole(params, prior):
        return ops.sum(diagonal_normal_to_standard_normal(params, prior), axis=-1, keepdims=True)

    prior = with_fault(priors.StandardNormal(2))
    register_closed_form(posteriors.DiagonalNormal, type(prior), whole, whole_code=True)
    with in_double_precision():
        hold_closed_form(posteriors.DiagonalNormal(2), prior, np.random.default_rng(0))
    pair = "KL(DiagonalNormal || StandardNormal)"
    for function in (whole, lambda params, prior: whole(params, prior)[:, 0]):
        law = law_of(priors.StandardNormal(2), function)
        assert law == f"{pair} is one number for each latent, as it was registered"
    for function in (diagonal_normal_to_standard_normal, lambda params, prior: 1.01 * whole(params, prior)):
        law = law_of(priors.StandardNormal(2), function, whole_code=True)
        of_axis = function is diagonal_normal_to_standard_normal
        assert law == f"{pair} is one number for the whole code, as it was registered" if of_axis else pair in law


def test_a_posteriors_own_closed_form():
    posterior = with_fault(posteriors.DiagonalNormal(2))
    register_closed_form(type(posterior), priors.StandardNormal, lambda params, prior: params["mean"] ** 2)
    assert broken_law(check_posterior, posterior).startswith("KL(DiagonalNormal || StandardNormal)")


def test_partners_that_cannot_be_made_are_asked_for():
    posterior = posteriors.DiagonalNormal(2)
    assert [type(prior) for prior in made_for(posterior, [priors.Laplace], None, "priors")] == [priors.Laplace]
    with pytest.raises(ValueError, match=r"One of the priors .* needs more than `latent_dim`.*Give them as `priors`"):
        made_for(posterior, [priors.MixtureOfNormals], None, "priors")
    given = [priors.MixtureOfNormals(2, 3)]
    assert made_for(posterior, [priors.MixtureOfNormals], given, "priors") == given
