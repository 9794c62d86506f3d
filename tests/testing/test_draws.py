import numpy as np
import pytest
from scipy import stats

from keras_vae import priors
from keras_vae.testing import draws

PART, N = priors.StandardNormal(2), 4096
RNG = np.random.default_rng(0)


def test_means_within_their_standard_error():
    values = RNG.normal(3.0, 2.0, size=(N, 3))
    draws.hold_mean(PART, "mean", values, 3.0, "it")
    # 6 standard errors are 6 * 2 / 64 = 0.19.
    with pytest.raises(AssertionError, match="breaks the law: mean"):
        draws.hold_mean(PART, "mean", values, 3.3, "it")
    draws.hold_mean(PART, "mean", np.ones(10), 1.0, "it")
    with pytest.raises(AssertionError):
        draws.hold_mean(PART, "mean", np.ones(10), 1.001, "it")


def test_uniform_draws():
    u = RNG.random((N, 5))
    draws.hold_uniform(PART, "uniform", u, "it")
    # The distance of a column is sup |F(t) - t|; 4,096 draws allow sqrt(log(2e9) / 8192) = 0.051, all columns 0.023.
    with pytest.raises(AssertionError):
        draws.hold_uniform(PART, "uniform", np.column_stack([u, u[:, 0] ** 1.3]), "it")
    with pytest.raises(AssertionError):
        draws.hold_uniform(PART, "uniform", u**1.12, "it")


def test_the_distance_is_scipys():
    u = RNG.random((50, 1))
    distance = stats.kstest(u[:, 0], "uniform").statistic
    with pytest.MonkeyPatch.context() as patch:
        # A level at which nothing is allowed: the message then tells the distance.
        patch.setattr(draws, "SIGNIFICANCE", 2.0)
        with pytest.raises(AssertionError, match=f"Off by {distance:.3g}"):
            draws.hold_uniform(PART, "uniform", u, "it")


def test_independent_draws():
    values = RNG.normal(size=(N, 4))
    draws.hold_independent(PART, "independent", values, "it")
    # 6 / sqrt(4096) = 0.094.
    mixed = values.copy()
    mixed[:, 1] += 0.2 * mixed[:, 0]
    with pytest.raises(AssertionError):
        draws.hold_independent(PART, "independent", mixed, "it")
    with pytest.raises(AssertionError):
        draws.hold_independent(PART, "independent", np.repeat(values[: N // 2], 2, axis=0), "it")


def test_the_share_of_a_normal_density():
    distribution = stats.multivariate_normal([1.0, -2.0], [[2.0, 0.8], [0.8, 1.0]])
    z = distribution.rvs(N, random_state=0)
    draws.hold_normal_share(PART, "share", distribution.logpdf(z), z, "it")
    # The weights have a deviation of sqrt(1.51^2 - 1) = 1.13, and their mean a standard error of 0.018.
    with pytest.raises(AssertionError):
        draws.hold_normal_share(PART, "share", distribution.logpdf(z) + 0.2, z, "it")
