import numpy as np
import pytest
from scipy import stats

from keras_vae import evaluation

RNG = np.random.default_rng(0)


def test_its_extremes():
    assert evaluation.fraction_active(np.zeros((4, 5)), 0.0) == 0
    assert evaluation.fraction_active(np.zeros((4, 5))) == 0
    assert evaluation.fraction_active(-np.ones((4, 5))) == 1
    assert evaluation.fraction_active(7 * np.eye(5)) == pytest.approx(1 / 5)


def test_units_are_compared_with_the_root_mean_square_of_all_codes():
    codes = [[3.0, -1.0], [0.0, 1.0]]
    root_mean_square = (11 / 4) ** 0.5
    assert evaluation.fraction_active(codes, 0.999 / root_mean_square) == 0.75
    assert evaluation.fraction_active(codes, 1.001 / root_mean_square) == 0.25
    assert evaluation.fraction_active(codes, 0.0) == 0.75
    assert evaluation.fraction_active(codes, 2.0) == 0


@pytest.mark.parametrize("threshold", [0.05, 0.1, 1.0])
def test_normal_noise(threshold):
    expected = 2 * stats.norm.sf(threshold)
    assert evaluation.fraction_active(RNG.normal(size=(500, 200)), threshold) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("scale", [1e-300, 1e-3, 1e200])
def test_the_scale_of_codes_does_not_count(scale):
    codes = RNG.normal(size=(30, 5))
    assert evaluation.fraction_active(scale * codes) == evaluation.fraction_active(codes)


@pytest.mark.parametrize("threshold", [-0.1, np.nan])
def test_a_threshold_that_is_none_is_refused(threshold):
    with pytest.raises(ValueError, match="`threshold` must be a finite number of at least 0"):
        evaluation.fraction_active(np.ones((2, 2)), threshold)


def test_codes_are_checked():
    with pytest.raises(ValueError, match="`codes` must be numbers"):
        evaluation.fraction_active(np.ones(4))
