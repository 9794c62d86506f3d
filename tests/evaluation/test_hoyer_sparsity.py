import numpy as np
import pytest

from keras_vae import evaluation

RNG = np.random.default_rng(0)


def test_against_the_formula():
    codes = RNG.normal(size=(20, 7))
    norms = np.array([[sum(abs(z) for z in code), sum(z * z for z in code) ** 0.5] for code in codes])
    expected = np.mean((7**0.5 - norms[:, 0] / norms[:, 1]) / (7**0.5 - 1))
    assert evaluation.hoyer_sparsity(codes) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("units", [2, 3, 64])
def test_its_extremes(units):
    assert evaluation.hoyer_sparsity(-3 * np.eye(units)) == pytest.approx(1, abs=1e-12)
    signs = np.where(RNG.random((5, units)) < 0.5, -1, 1)
    assert evaluation.hoyer_sparsity(2.5 * signs) == pytest.approx(0, abs=1e-12)


def test_codes_of_zeros_are_not_sparse():
    assert evaluation.hoyer_sparsity(np.zeros((3, 4))) == 0
    assert evaluation.hoyer_sparsity([[0, 0], [5, 0]]) == 0.5


def test_of_a_single_zero_more():
    # (sqrt(4) - 3 / sqrt(3)) / (sqrt(4) - 1)
    assert evaluation.hoyer_sparsity([[1, 1, 0, 1]]) == pytest.approx(2 - 3**0.5, rel=1e-12)


@pytest.mark.parametrize("scale", [1e-300, 1e-3, 1e200])
def test_the_scale_of_a_code_does_not_count(scale):
    codes = RNG.normal(size=(10, 5))
    assert evaluation.hoyer_sparsity(scale * codes) == pytest.approx(evaluation.hoyer_sparsity(codes), rel=1e-9)


def test_duplicated_codes_change_nothing():
    codes = RNG.normal(size=(10, 5))
    twice = evaluation.hoyer_sparsity(np.repeat(codes, 2, axis=0))
    assert twice == pytest.approx(evaluation.hoyer_sparsity(codes), rel=1e-12)


def test_normal_noise():
    # |z|_1 / |z|_2 of many units is sqrt(2 n / pi).
    expected = (1 - (2 / np.pi) ** 0.5) / (1 - 4000**-0.5)
    assert evaluation.hoyer_sparsity(RNG.normal(size=(50, 4000))) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("codes", [np.ones(3), np.ones((3, 1)), np.ones((0, 3)), [["a", "b"]]])
def test_what_are_no_codes(codes):
    with pytest.raises(ValueError, match=r"`codes` must be numbers of shape \(n, units\)"):
        evaluation.hoyer_sparsity(codes)
