"""The temperature against SciPy's minimum of the likelihood, and where there is none."""

import warnings

import numpy as np
import pytest
from scipy import optimize, special

from keras_vae.evaluation import calibration_temperature


def drawn(count=2000, num_classes=4, seed=0):
    """Logits, and labels that are drawn by them: they are calibrated as they are."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.normal(size=(count, num_classes))
    return logits, (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)


def negative_log_likelihood(temperature, logits, labels):
    return -np.mean(special.log_softmax(logits / temperature, axis=1)[np.arange(len(labels)), labels])


@pytest.mark.parametrize("factor", [0.02, 0.4, 1.0, 5.0, 300.0])
def test_it_is_the_minimum_wherever_that_is(factor):
    logits, labels = drawn()
    found = calibration_temperature(factor * logits, labels)
    expected = optimize.minimize_scalar(
        lambda log_t: negative_log_likelihood(np.exp(log_t), factor * logits, labels),
        np.log(factor) + np.array([-2, 0, 2]),
        options={"xtol": 1e-10},
    )
    # Near a minimum a function of float64 tells half of the digits.
    assert found == pytest.approx(np.exp(expected.x), rel=1e-6)
    # Labels were drawn at factor; 2000 of them tell it to some percent.
    assert found == pytest.approx(factor, rel=0.1)


def test_probabilities_serve_as_well_as_logits_and_a_shift_changes_nothing():
    logits, labels = drawn()
    expected = calibration_temperature(3 * logits, labels)
    assert calibration_temperature(special.softmax(3 * logits, axis=1), labels) == pytest.approx(expected, rel=1e-9)
    assert calibration_temperature(3 * logits - 1e4, labels) == pytest.approx(expected, rel=1e-9)


def test_logits_of_thousands_of_nats():
    logits, labels = drawn()
    assert calibration_temperature(2e3 * logits, labels) == pytest.approx(
        2e3 * calibration_temperature(logits, labels), rel=1e-9
    )


def test_classes_without_any_probability():
    logits, labels = drawn(num_classes=2)
    wider = np.concatenate([logits, np.full((len(logits), 1), -np.inf)], axis=1)
    assert calibration_temperature(wider, labels) == pytest.approx(calibration_temperature(logits, labels), rel=1e-12)
    with pytest.raises(ValueError, match=r"probability above 0\. Received: 0 in row 1.*Give logits"):
        calibration_temperature([[0.5, 0.5], [1.0, 0.0]], [0, 1])


def test_where_there_is_no_minimum_it_is_cut_off_with_a_warning():
    logits, labels = drawn(50)
    with pytest.warns(UserWarning, match="the lower the temperature, the better"):
        assert calibration_temperature(logits, logits.argmax(axis=1)) == 1e-4
    with pytest.warns(UserWarning, match="no better than chance"):
        assert calibration_temperature(logits, logits.argmin(axis=1)) == 1e4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        calibration_temperature(logits, labels)


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        ([1.0, 2.0], [0, 1], "shape"),
        ([[1.0], [2.0]], [0, 0], "two classes"),
        ([[np.nan, 1.0]], [0], "NaN"),
        ([[np.inf, 1.0]], [0], "infinity"),
        ([[0.1, 3.0]], [-1], "Leave out examples without a label"),
        ([[0.1, 3.0]], [0.5], "whole numbers"),
        ([[0.1, 3.0]], [0, 1], "one for each of 1 examples"),
    ],
)
def test_bad_arguments_are_refused(logits, labels, message):
    with pytest.raises(ValueError, match=message):
        calibration_temperature(logits, labels)
