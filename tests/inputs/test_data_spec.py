"""What a model asks of data: before and after it is built, and by the likelihood that it has."""

import numpy as np
import pytest

from keras_vae import likelihoods
from keras_vae.inputs import data_checks
from keras_vae.inputs.data_spec import DataSpec


def spec_of(likelihood, taken=None) -> tuple[DataSpec, list, list]:
    """A specification without a model, the shapes that it builds for, and what it is told to caution of."""
    built, said = [], []
    return DataSpec(likelihood, lambda: taken, built.append, said.extend), built, said


def test_until_the_encoder_has_taken_something_it_takes_an_event():
    for taken, expected in ((None, (4, 1)), ((2,), (2,))):
        spec, _, _ = spec_of(likelihoods.Bernoulli((4, 1)), taken)
        assert (spec.input_shape, spec.event_shape) == (expected, (4, 1))


@pytest.mark.parametrize("wrap", [lambda part: part, likelihoods.Masked])
def test_rules_are_the_likelihoods(wrap):
    spec, _, _ = spec_of(wrap(likelihoods.Bernoulli((4,))))
    values, missing = np.array([0.0, 1.0, 2.0, np.inf]), spec.likelihood.takes_missing
    assert np.asarray(spec.rule.inside(values)).tolist() == [True, True, False, False]
    for rule in (spec.input_rule, spec.numpy_rule):
        assert np.asarray(rule.inside(values)).tolist() == [True, True, True, False]
        assert bool(rule.inside(np.array([np.nan]))[0]) == rule.takes_missing == missing


def test_the_checks_need_no_model():
    spec, built, said = spec_of(likelihoods.Bernoulli((4,)))
    x = np.full((3, 4), 0.5, np.float32)
    np.testing.assert_array_equal(data_checks.checked_batch(spec, x, None, None)[0], x)
    assert built == [(None, 4)]
    (caution,) = said
    assert "not a likelihood" in caution
    with pytest.raises(ValueError, match=r"must have shape \(batch, 4\)"):
        data_checks.check_examples(spec, x[:, :3], "x")
