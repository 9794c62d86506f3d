"""An objective with a fault breaks the law that the fault is against, by name."""

import math

import pytest
from keras import ops

from keras_vae import objectives, priors
from keras_vae.testing import check_objective
from tests import rows

from .faults import broken_law, with_fault

ALIKE = "codes that are all alike cost what one does"


def law_of(part, **methods) -> str:
    return broken_law(check_objective, with_fault(part, **methods))


def test_the_axis_of_samples():
    def summed(self, right, log_likelihood):
        return -ops.sum(log_likelihood, axis=1)

    def without_log_k(self, right, log_likelihood, outputs, beta):
        return right(self, log_likelihood, outputs, beta) - math.log(log_likelihood.shape[1])

    def first(self, right, log_likelihood, outputs, beta):
        return -log_likelihood[:, 0]

    def over_the_batch(self, right, log_likelihood, outputs, beta):
        return ops.mean(right(self, log_likelihood, outputs, beta), keepdims=True)

    assert law_of(objectives.ELBO(), reconstruction=summed) == ALIKE
    assert law_of(objectives.ImportanceWeighted(), cost=without_log_k) == ALIKE
    assert law_of(objectives.ELBO(), cost=first) == "the order of samples means nothing"
    assert law_of(objectives.ELBO(), cost=over_the_batch) == "`cost` is one number for each example"


@pytest.mark.parametrize("make", rows.parts(rows.OBJECTIVES), ids=rows.names(rows.OBJECTIVES))
def test_a_loss_below_what_it_bounds_and_gradients_of_something_else(make):
    def lower(self, right, log_likelihood, outputs, beta):
        return right(self, log_likelihood, outputs, beta) - 5.0

    def halved(self, right, *args):
        return [0.9 * gradient for gradient in right(self, *args)]

    assert law_of(make(), cost=lower) == "at beta = 1 the loss is a bound on -log p(x)"
    assert law_of(make(), gradients=halved) == "gradients are on average those of the loss"


def test_a_bound_without_its_divergence():
    elbo = with_fault(objectives.ELBO())
    type(elbo).adds_kl = False
    assert broken_law(check_objective, elbo) == "at beta = 1 the loss is a bound on -log p(x)"


def test_the_next_beta():
    def negative(self, right, beta, terms):
        return -right(self, beta, terms)

    law = law_of(objectives.GECO(reconstruction=5.0), next_beta=negative)
    assert law == "the next beta is a finite number above 0"


def test_what_is_no_objective():
    with pytest.raises(ValueError, match="`objective` must be of type Objective"):
        check_objective(priors.Laplace(2))
