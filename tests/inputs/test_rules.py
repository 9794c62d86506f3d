"""Rules: the first value that breaks one is named, in arrays and in graphs alike."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vae.inputs import rules
from keras_vae.likelihoods import Bernoulli, Masked

RULE = rules.rule_of(Bernoulli((3,)))


@tf.function
def asserted(x, batch_number, rule=RULE):
    with tf.control_dependencies([rules.assert_values(rule, x, "x", batch_number)]):
        return tf.identity(x)


def said(error) -> str:
    """What the report of an assertion holds for a person to read."""
    # TensorFlow's report escapes quotation marks.
    return str(error.value).split(rules.START)[1].split(rules.END)[0].replace("\\'", "'")


def test_what_is_allowed_passes():
    x = np.array([[0.0, 0.5, 1.0]])
    rules.check_values(RULE, x, "x")
    rules.check_values(rules.WEIGHTS, np.array([0.0, 2.5]), "sample_weight")
    asserted(tf.constant(x), tf.constant(0))


@pytest.mark.parametrize(
    ("value", "mend"), [(7.0, RULE.mend), (-1.0, RULE.mend), (np.nan, rules.FILL_IN), (np.inf, rules.FILL_IN)]
)
def test_the_first_other_value_is_named(value, mend):
    x = np.zeros((4, 3))
    x[2, 1], x[3, 0] = value, 99.0
    expected = "`x` must hold values in [0, 1] for Bernoulli. Received: "
    with pytest.raises(ValueError, match="must hold") as error:
        rules.check_values(RULE, x, "x", first=10)
    assert str(error.value) == f"{expected}{value} at index (12, 1). {mend}"
    with pytest.raises(tf.errors.InvalidArgumentError) as error:
        asserted(tf.constant(x), tf.constant(5))
    assert said(error) == f"{expected}{value:g} at index (2, 1) of batch 5. {mend}"


def test_under_a_masked_likelihood_nan_is_missing_and_infinity_is_an_error_still():
    rule = rules.rule_of(Masked(Bernoulli((3,))))
    x = np.array([[0.0, np.nan, 1.0], [np.nan, np.nan, np.inf]])
    rules.check_values(rule, x[:1], "x")
    rules.check_values(rules.input_rule_of(Masked(Bernoulli((3,)))), x[:1], "x")
    tf.debugging.Assert(tf.reduce_all(rule.inside(tf.constant(x[:1]))), [])
    for own in (rule, rules.FINITE_OR_MISSING):
        with pytest.raises(ValueError, match=r"or NaN where one is missing.*Received: inf at index \(1, 2\)"):
            rules.check_values(own, x, "x")
    with pytest.raises(ValueError, match=r"Received: nan at index \(0, 1\).*`likelihoods.Masked` leaves NaN out"):
        rules.check_values(rules.input_rule_of(Bernoulli((3,))), x, "x")


def test_an_example_of_which_everything_is_missing_is_named():
    x = np.zeros((5000, 3))
    x[4321], x[:, 1] = np.nan, np.nan
    with pytest.raises(ValueError, match="of the example at index 4331 is NaN"):
        rules.check_values(rules.FINITE_OR_MISSING, x, "x", first=10)
    asserted(tf.constant(x[:4321]), tf.constant(5), rules.FINITE_OR_MISSING)
    with pytest.raises(tf.errors.InvalidArgumentError) as error:
        asserted(tf.constant(x), tf.constant(5), rules.FINITE_OR_MISSING)
    assert "of the example at index 4321 of batch 5 is NaN: nothing of it was observed. Remove it." in said(error)


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_weights_are_finite_and_not_negative(weight):
    with pytest.raises(ValueError, match="finite numbers of at least 0"):
        rules.check_values(rules.WEIGHTS, np.array([1.0, weight]), "sample_weight")
