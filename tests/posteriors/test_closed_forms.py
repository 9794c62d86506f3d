"""Closed forms are found by exact type, and registered by a public call."""

import numpy as np
import pytest

from keras_vae import divergences, posteriors, priors
from keras_vae.posteriors.closed_forms import posteriors_with_closed_form, priors_with_closed_form
from keras_vae.posteriors.diagonal_normal import diagonal_normal_to_standard_normal
from tests.whole_code import whole

PARAMS = {"mean": np.array([[0.3, -2.0]], np.float32), "log_variance": np.array([[0.5, -3.0]], np.float32)}


class OtherPosterior(posteriors.DiagonalNormal):
    """It may have a density of its own."""


class OtherPrior(priors.StandardNormal):
    """It may have a density of its own, and is shifted."""

    shift = 1.5


@pytest.mark.parametrize(
    "pair",
    [
        (OtherPosterior(2), priors.StandardNormal(2)),
        (posteriors.DiagonalNormal(2), OtherPrior(2)),
        (OtherPosterior(2), OtherPrior(2)),
        (posteriors.DiagonalNormal(2), priors.MixtureOfNormals(2, 3)),
    ],
)
def test_a_subclass_has_none(pair):
    assert divergences.closed_form(*pair) is None


def test_what_is_registered_is_found_and_is_given_the_prior():
    divergences.register_closed_form(
        OtherPosterior, OtherPrior, lambda params, prior: (params["mean"] - prior.shift) ** 2
    )
    found = divergences.kl_terms(OtherPosterior(2), OtherPrior(2), PARAMS)
    np.testing.assert_allclose(found, [[1.2**2, 3.5**2]], rtol=1e-6)
    np.testing.assert_allclose(
        divergences.kl_divergence(OtherPosterior(2), OtherPrior(2), PARAMS), [1.2**2 + 3.5**2], rtol=1e-6
    )
    assert priors_with_closed_form(OtherPosterior) == [OtherPrior]
    assert posteriors_with_closed_form(OtherPrior) == [OtherPosterior]
    # The pairs of the package stay.
    known = {priors.ConditionalNormal, priors.StandardNormal, priors.Laplace}
    assert set(priors_with_closed_form(posteriors.DiagonalNormal)) == known
    assert posteriors_with_closed_form(priors.Laplace) == [posteriors.DiagonalNormal]


def test_a_subclass_with_the_density_of_its_parent_registers_its_parents_function():
    divergences.register_closed_form(OtherPosterior, priors.StandardNormal, diagonal_normal_to_standard_normal)
    pairs = [(kind(2), priors.StandardNormal(2)) for kind in (OtherPosterior, posteriors.DiagonalNormal)]
    np.testing.assert_array_equal(*(divergences.kl_terms(*pair, PARAMS) for pair in pairs))


def test_its_axis_is_that_of_the_latents_unless_it_is_registered_for_the_whole_code():
    form = divergences.closed_form(posteriors.DiagonalNormal(2), priors.StandardNormal(2))
    assert form.axis == "latent"
    # As any function: of codes of any length.
    longer = {name: np.tile(value, 2) for name, value in PARAMS.items()}
    np.testing.assert_array_equal(form(longer), np.tile(form(PARAMS), 2))
    assert divergences.closed_form(whole(2), priors.StandardNormal(2)).axis == "code"


def test_refusals():
    def function(params, prior):
        return params["mean"]

    with pytest.raises(ValueError, match=r"KL\(DiagonalNormal \|\| StandardNormal\) already has a closed form"):
        divergences.register_closed_form(posteriors.DiagonalNormal, priors.StandardNormal, function)
    with pytest.raises(ValueError, match="whole_code"):
        divergences.register_closed_form(OtherPosterior, OtherPrior, function, whole_code="yes")
    with pytest.raises(ValueError, match="A subclass of Posterior is expected"):
        divergences.register_closed_form(priors.Laplace, priors.StandardNormal, function)
    with pytest.raises(ValueError, match="A subclass of Prior is expected"):
        divergences.register_closed_form(OtherPosterior, OtherPrior(2), function)


def test_a_point_has_no_divergence():
    class OtherPoint(posteriors.Deterministic):
        pass

    for point in (posteriors.Deterministic(2), OtherPoint(2)):
        with pytest.raises(ValueError, match=f"{type(point).__name__} posterior has no KL divergence"):
            divergences.closed_form(point, priors.StandardNormal(2))
