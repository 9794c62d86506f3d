"""Thresholds and p-values against their definitions, and the promise against exact laws and by simulation."""

import fractions

import numpy as np
import pytest
from scipy import integrate, special, stats

from keras_vae.anomaly import conformal

RATES = [0.01, 0.05, 0.1, 0.2, 0.3, 0.7]


@pytest.mark.parametrize(("rate", "needed"), [(0.01, 99), (0.05, 19), (0.1, 9), (0.3, 3), (0.5, 1), (0.9, 1)])
def test_how_many_scores_a_rate_takes(rate, needed):
    assert conformal.fewest_scores(rate) == needed
    scores = np.arange(float(needed))
    assert conformal.threshold(scores, rate) == needed - 1
    with pytest.raises(ValueError, match=f"needs at least {needed} normal examples.*Received: {needed - 1}"):
        conformal.threshold(scores[1:], rate)


def test_the_message_says_what_rate_the_scores_are_enough_for():
    with pytest.raises(ValueError, match=r"false_alarm_rate` of at least 0\.02\."):
        conformal.check_enough(49, 0.01)
    conformal.check_enough(49, 0.02)


def test_the_rate_in_the_message_is_enough():
    for count in range(1, 400):
        with pytest.raises(ValueError, match="at least") as caught:
            conformal.check_enough(count, 0.001)
        told = float(str(caught.value).split()[-1].rstrip("."))
        conformal.check_enough(count, told)
        # And no more than its last digit is wasted.
        assert told <= 1.01 / (count + 1)


@pytest.mark.parametrize(("count", "told"), [(1, None), (2, "0.5"), (50, "0.0385"), (197, "0.0102")])
def test_the_message_where_a_model_is_trained_as_well(count, told):
    with pytest.raises(ValueError, match=f"99 normal .*, 198 in all. Received: {count}. Give more") as caught:
        conformal.check_enough(count, 0.01, trains=True)
    end = "." if told is None else f", or a `false_alarm_rate` of at least {told}."
    assert str(caught.value).endswith(f"Give more{end}")
    if told is not None:
        conformal.check_enough(count, float(told), trains=True)
    conformal.check_enough(198, 0.01, trains=True)


@pytest.mark.parametrize("rate", RATES)
def test_the_threshold_has_the_rank_of_the_definition_in_exact_arithmetic(rate):
    exact = fractions.Fraction(rate).limit_denominator(1000)
    for count in range(conformal.fewest_scores(rate), 400):
        rank = -((-(count + 1) * (exact.denominator - exact.numerator)) // exact.denominator)
        assert conformal.threshold(np.random.default_rng(0).permutation(count) + 1.0, rate) == rank


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("count", [120, 199, 333])
def test_alarms_are_where_the_p_value_is_at_most_the_rate(rate, count):
    rng = np.random.default_rng(1)
    # Whole numbers: many are equal, and many are on the threshold.
    calibration, scores = np.sort(rng.integers(0, 60, count).astype(float)), np.arange(-5.0, 70.0)
    above = scores > conformal.threshold(calibration, rate)
    exact = fractions.Fraction(rate).limit_denominator(1000)
    p_values = np.asarray(conformal.p_values(scores, calibration))
    counted = np.array([1 + np.sum(calibration >= score) for score in scores])
    np.testing.assert_allclose(p_values, counted / (count + 1), rtol=1e-15)
    np.testing.assert_array_equal(above, [fractions.Fraction(int(c), count + 1) <= exact for c in counted])


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.1])
@pytest.mark.parametrize("count", [99, 150])
def test_the_promise_is_kept_exactly_where_scores_are_continuous(rate, count):
    """P(s > k-th smallest of n) by integration over the k-th smallest, whose density is that of a Beta variable."""
    k = count + 1 - conformal.alarms_allowed(count, rate)
    log_constant = special.gammaln(count + 1) - special.gammaln(k) - special.gammaln(count - k + 1)

    def density(u):
        return np.exp(log_constant + (k - 1) * np.log(u) + (count - k) * np.log1p(-u))

    alarm = integrate.quad(lambda u: (1 - u) * density(u), 0, 1, points=[k / (count + 1)])[0]
    assert alarm == pytest.approx(conformal.alarms_allowed(count, rate) / (count + 1), rel=1e-6)
    assert alarm <= rate + 1e-9
    law = conformal.false_alarm_law(count, rate)
    assert law.mean() == pytest.approx(alarm, rel=1e-6)
    second = integrate.quad(lambda u: (1 - u) ** 2 * density(u), 0, 1, points=[k / (count + 1)])[0]
    assert law.var() == pytest.approx(second - alarm**2, rel=1e-4)


@pytest.mark.parametrize("rate", [0.05, 0.1])
def test_alarms_among_new_scores_follow_the_beta_binomial_law(rate):
    """Chi-squared test of how many of 20 new scores are above the threshold, in 4,000 calibrations."""
    rng, count, fresh = np.random.default_rng(3), 59, 20
    scores = rng.gumbel(size=(4000, count + fresh)) ** 3
    alarms = [np.sum(row[count:] > conformal.threshold(row[:count], rate)) for row in scores]
    allowed = conformal.alarms_allowed(count, rate)
    expected = 4000 * stats.betabinom(fresh, allowed, count + 1 - allowed).pmf(np.arange(fresh + 1))
    observed = np.bincount(alarms, minlength=fresh + 1)
    last = np.flatnonzero(expected >= 10)[-1]
    pooled = [np.append(c[:last], c[last:].sum()) for c in (observed, expected)]
    assert stats.chisquare(*pooled).pvalue > 1e-3


def test_equal_scores_never_break_the_promise():
    """Scores of few values: the rate is below what is promised, and p-values are no smaller than uniform ones."""
    rng, count = np.random.default_rng(4), 39
    draws = rng.poisson(1.5, size=(500, count + 40)).astype(float)
    p_values = np.array([conformal.p_values(row[count:], np.sort(row[:count])) for row in draws])
    for rate in (0.05, 0.1, 0.25, 0.5):
        alarms = np.mean([row[count:] > conformal.threshold(row[:count], rate) for row in draws])
        # The rate given a calibration varies no more than that of a single new example.
        error = 3 * np.sqrt(rate * (1 - rate) / 500)
        assert alarms == np.mean(p_values <= rate)
        assert alarms <= rate + error
    # The cautious side is not the empty one.
    assert np.mean(p_values <= 0.25) > 0.1


def test_a_law_needs_enough_scores():
    with pytest.raises(ValueError, match="at least 99"):
        conformal.false_alarm_law(98, 0.01)
