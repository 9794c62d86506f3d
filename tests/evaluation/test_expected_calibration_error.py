"""The calibration error against a loop over examples, by hand, and at its extremes."""

import numpy as np
import pytest

from keras_vae.evaluation import expected_calibration_error


def by_loop(probabilities, labels, num_bins):
    """Equation 3 of Guo et al. word by word: sum over bins of |B|/n |acc(B) - conf(B)|, where B is ((m-1)/M, m/M]."""
    error = 0.0
    for m in range(1, num_bins + 1):
        inside = [i for i, row in enumerate(probabilities) if (m - 1) / num_bins < max(row) <= m / num_bins]
        if inside:
            accuracy = sum(int(np.argmax(probabilities[i])) == labels[i] for i in inside) / len(inside)
            confidence = sum(max(probabilities[i]) for i in inside) / len(inside)
            error += len(inside) / len(labels) * abs(accuracy - confidence)
    return error


@pytest.mark.parametrize("num_bins", [1, 2, 10, 15, 97])
def test_it_is_the_papers(num_bins):
    rng = np.random.default_rng(0)
    probabilities, labels = rng.dirichlet([0.3] * 4, size=300), rng.integers(0, 4, 300)
    found = expected_calibration_error(probabilities, labels, num_bins)
    assert found == pytest.approx(by_loop(probabilities, labels, num_bins), rel=1e-12)


def test_by_hand():
    # Of two examples at 0.8 one is right, |0.5 - 0.8|; one at 0.6 is right, |1 - 0.6|.
    probabilities = [[0.8, 0.2], [0.2, 0.8], [0.6, 0.4]]
    assert expected_calibration_error(probabilities, [0, 0, 0], 10) == pytest.approx(2 / 3 * 0.3 + 1 / 3 * 0.4)


def test_a_bin_holds_its_upper_end():
    # 0.5 lies in the first of two bins, and 0.6 in the second: their surpluses do not cancel.
    probabilities = [[0.5, 0.3, 0.2], [0.6, 0.2, 0.2]]
    assert expected_calibration_error(probabilities, [0, 1], num_bins=2) == pytest.approx((0.5 + 0.6) / 2)
    assert expected_calibration_error(probabilities, [0, 1], num_bins=1) == pytest.approx(abs(0.5 - 1.1 / 2))


def test_the_extremes():
    sure = np.eye(3)[[0, 1, 2, 0]]
    assert expected_calibration_error(sure, [0, 1, 2, 0]) == 0.0
    assert expected_calibration_error(sure, [1, 2, 0, 1]) == 1.0
    # Always as sure as it is right.
    assert expected_calibration_error([[0.75, 0.25]] * 4, [0, 0, 1, 0]) == pytest.approx(0.0, abs=1e-12)
    doubled = np.concatenate([sure, sure])
    assert expected_calibration_error(doubled, [1, 1, 2, 0] * 2) == pytest.approx(
        expected_calibration_error(sure, [1, 1, 2, 0])
    )


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match=r"`probabilities` must be at least 0, and have the sum 1.*sums from 3 to 3"):
        expected_calibration_error([[1.0, 2.0]], [0])
    with pytest.raises(ValueError, match="`num_bins` must be a whole number of at least 1"):
        expected_calibration_error([[0.5, 0.5]], [0], 0)
    with pytest.raises(ValueError, match="`labels` must be from 0 to 1"):
        expected_calibration_error([[0.5, 0.5]], [2])
