"""A likelihood with a fault breaks the law that the fault is against, by name."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_vae import likelihoods
from keras_vae.testing import check_likelihood
from tests import rows

from .faults import broken_law, with_fault

CONTINUOUS = {"ContinuousBernoulli", "Normal"}
EACH = [(name, make) for name, makers in rows.LIKELIHOODS.items() for make in makers]
each_likelihood = pytest.mark.parametrize(
    ("name", "make"), EACH, ids=[f"{name}-{i}" for i, (name, _) in enumerate(EACH)]
)


def law_of(likelihood, x) -> str:
    return broken_law(check_likelihood, likelihood, x)


@each_likelihood
def test_masses(name, make):
    def shifted(self, right, params, x):
        return right(self, params, x) + 1e-3

    def doubled(self, right, params, x):
        return 1.02 * right(self, params, x)

    for fault in (shifted, doubled):
        law = law_of(with_fault(make(), element_log_prob=fault), rows.DATA[name])
        assert law in ("masses sum to 1", "the density integrates to 1")


@pytest.mark.parametrize("scale", ["shared", "predicted", "optimal", 0.3])
def test_a_scale_without_its_log_determinant(scale):
    def without(self, right, params, x):
        return right(self, params, x) + self._log_scale(params)

    likelihood = with_fault(likelihoods.Normal(rows.EVENT_SHAPE, scale=scale), element_log_prob=without)
    assert law_of(likelihood, rows.DATA["Normal"]) == "the density integrates to 1"


def test_a_column_in_units_of_its_own_without_its_log_determinant():
    def without(self, right, params, x):
        return right(self, params, x) + ops.log(self.unit)

    x = 3.0 * rows.DATA["Tabular"] + 7.0
    likelihood = with_fault(likelihoods.Tabular(rows.EVENT_SHAPE), element_log_prob=without)
    assert law_of(likelihood, x) == "the density integrates to 1"


@each_likelihood
def test_draws_and_means(name, make):
    def narrower(self, right, params, seed):
        return self.mean(params) + 0.9 * (right(self, params, seed) - self.mean(params))

    def of_one_seed(self, right, params, seed):
        return right(self, params, 7)

    def shifted(self, right, params):
        return 1.01 * right(self, params) + 0.02

    x = rows.DATA[name]
    assert law_of(with_fault(make(), sample=of_one_seed), x) == "another seed draws anew"
    assert law_of(with_fault(make(), mean=shifted), x) == "`mean` is the mean of the distribution"
    continuous = name in CONTINUOUS or name == "Tabular"
    expected = "draws are distributed as `log_prob` says" if continuous else "draws are allowed by `in_support`"
    if name != "Masked":
        assert law_of(with_fault(make(), sample=narrower), x) == expected


def test_draws_that_share_their_noise():
    def shared(self, right, params, seed):
        one = {key: value[:, :, :1] for key, value in params.items()}
        noise = (right(self, one, seed) - one["mean"]) / self.scale
        return params["mean"] + self.scale * noise

    likelihood = with_fault(likelihoods.Normal(rows.EVENT_SHAPE, scale=0.3), sample=shared)
    assert law_of(likelihood, rows.DATA["Normal"]) == "draws are independent"


def test_gradients():
    def held_back(self, right, params, x):
        return right(self, {**params, "log_scale": ops.stop_gradient(params["log_scale"])}, x)

    likelihood = with_fault(likelihoods.Normal(rows.EVENT_SHAPE, scale="predicted"), element_log_prob=held_back)
    law = law_of(likelihood, rows.DATA["Normal"])
    assert law == "the gradient of `log_prob` by the parameters is that of finite differences"

    def overflowing(self, right, params, x):
        return right(self, params, x) + 0.0 * ops.exp(ops.exp(ops.abs(params["logits"])))

    likelihood = with_fault(likelihoods.Bernoulli(rows.EVENT_SHAPE), element_log_prob=overflowing)
    law = law_of(likelihood, rows.DATA["Bernoulli"])
    assert law == "log-probabilities and their gradients are finite at large features"


def test_rescaled_and_what_is_missing():
    def logarithm(self, right, x):
        return ops.log(ops.cast(x, "float32"))

    likelihood = with_fault(likelihoods.Bernoulli(rows.EVENT_SHAPE), rescaled=logarithm)
    assert law_of(likelihood, rows.DATA["Bernoulli"]) == "`rescaled` is finite on the domain"

    def counted(self, right, params, x):
        return ops.where(ops.isnan(x), -0.1, right(self, params, x))

    likelihood = with_fault(likelihoods.Masked(likelihoods.Bernoulli(rows.EVENT_SHAPE)), element_log_prob=counted)
    assert law_of(likelihood, rows.DATA["Masked"]) == "what is missing counts nothing"


def test_whole_numbers_that_are_given_as_if_they_were_real():
    likelihood = with_fault(likelihoods.BetaBinomial(rows.EVENT_SHAPE, levels=17))
    type(likelihood).data_form = "real"
    assert law_of(likelihood, rows.INTEGERS) == "whole numbers are taken as whole numbers"


@keras.saving.register_keras_serializable("tests_of_laws")
class Forgetful(likelihoods.Normal):
    """A likelihood whose config forgets a setting."""

    def get_config(self):
        return {**super().get_config(), "min_scale": 1.0 if self.min_scale == 0.5 else 0.5}


def test_a_config_that_forgets():
    law = law_of(Forgetful(rows.EVENT_SHAPE, "shared"), rows.DATA["Normal"])
    assert law == "its config makes it again"


def test_an_event_of_one_element_with_a_log_prob_of_its_own():
    def joint(self, right, params, x):
        return right(self, params, x) + 0.01

    x = rows.DATA["Normal"].reshape(-1, 1)
    assert law_of(with_fault(likelihoods.Normal((1,), 0.3), log_prob=joint), x) == "the density integrates to 1"


def test_refusals():
    dependent = with_fault(likelihoods.Normal((2,)), log_prob=lambda self, right, params, x: right(self, params, x))
    with pytest.raises(ValueError, match=r"Give one with an event of a single element.*\(2,\)"):
        check_likelihood(dependent, np.zeros((3, 2), np.float32))
    with pytest.raises(ValueError, match=r"at least 3 examples of shape \(2,\)\. Received shape \(3, 4\)"):
        check_likelihood(likelihoods.Normal((2,)), np.zeros((3, 4)))
    with pytest.raises(ValueError, match="must hold zeros and ones"):
        check_likelihood(likelihoods.Bernoulli((2,)), np.full((3, 2), 0.5))
    with pytest.raises(ValueError, match="`likelihood` must be of type Likelihood"):
        check_likelihood(keras.layers.Dense(3), np.zeros((3, 2)))
