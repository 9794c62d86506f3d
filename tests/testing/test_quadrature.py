import numpy as np
import pytest
from scipy import stats

from keras_vae.testing import quadrature

INFINITE = np.inf
CASES = {
    "normal": (stats.norm(3, 0.2), -INFINITE, INFINITE),
    "far away": (stats.norm(1e4, 1e-2), -INFINITE, INFINITE),
    "kink": (stats.laplace(1, 2), -INFINITE, INFINITE),
    "heavy tails": (stats.t(1.5), -INFINITE, INFINITE),
    "half-line": (stats.gamma(2.5, scale=3), 0.0, INFINITE),
    "half-line with a pole": (stats.gamma(0.3), 0.0, INFINITE),
    "interval": (stats.beta(2, 5), 0.0, 1.0),
    "interval with poles": (stats.beta(0.4, 0.6), 0.0, 1.0),
}


@pytest.mark.parametrize("case", CASES)
def test_densities_integrate_to_1_and_have_their_distribution(case):
    distribution, low, high = CASES[case]
    draws = distribution.ppf((np.arange(1000) + 0.5) / 1000)[:, None]
    centre, width = quadrature.centre_and_width(draws)
    x, weights = quadrature.nodes_and_weights([low], [high], centre, width)
    kept = weights > 0
    masses = np.where(kept, weights * distribution.pdf(np.where(kept, x, centre)), 0.0)
    # A kink lies at the end of a panel or in a short one; a pole at 1 loses the digits beside 1 in float64, of which
    # (2^-53)^0.6 = 3e-10 is left; the tails of t(1.5) end at 2^60 widths.
    assert abs(masses.sum() - 1) < 2e-5
    quarter = np.interp(distribution.ppf(0.25), x[:, 0], np.cumsum(masses) - masses[:, 0] / 2)
    # Nodes are some tenth of the width apart, and a line between them is off by an eighth of its square.
    assert abs(quarter - 0.25) < 1e-3


def test_a_mirrored_half_line():
    distribution = stats.gamma(2.5)
    x, weights = quadrature.nodes_and_weights([-INFINITE], [0.0], [-2.0], [1.0])
    assert np.all(np.diff(x[weights > 0]) > 0)
    assert np.sum(weights * distribution.pdf(-x)) == pytest.approx(1, abs=1e-6)
    assert np.sum(weights * x * distribution.pdf(-x)) == pytest.approx(-2.5, abs=1e-5)


def test_ends_of_a_support():
    def inside(x):
        return np.array([x[0] >= -3, x[1] <= 0.25, (x[2] > 1) & (x[2] < 2), True])

    low, high = quadrature.ends_of_support(inside, np.array([5.0, -1.0, 1.5, 0.0]), np.ones(4))
    np.testing.assert_allclose(low, [-3, -INFINITE, 1, -INFINITE], rtol=1e-12)
    np.testing.assert_allclose(high, [INFINITE, 0.25, 2, INFINITE], rtol=1e-12)


def test_centre_and_width_do_not_follow_outliers():
    draws = stats.norm(2, 3).ppf((np.arange(2001) + 0.5) / 2001)
    with_outlier = np.append(draws, 1e9)
    centre, width = quadrature.centre_and_width(with_outlier)
    assert centre == pytest.approx(2, abs=0.01)
    assert width == pytest.approx(3 * stats.norm.ppf(0.75), rel=0.01)
    assert quadrature.centre_and_width(np.ones(5))[1] == 1.0
