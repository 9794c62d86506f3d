import numpy as np
import pytest
from scipy import stats

from keras_vae.latent.recommendation import compare, recommend_by_elbo, recommend_by_error

RNG = np.random.default_rng(0)
DIFFICULTY = 20 * RNG.normal(size=400)


def costs(*means, noise=1.0):
    """Costs of 400 examples, of which some are dear to every model: rows of exactly these means and of noise."""
    rows = noise * np.random.default_rng(1).normal(size=(len(means), 400))
    rows -= rows.mean(axis=1, keepdims=True)
    return np.array(means)[:, np.newaxis] + (DIFFICULTY - DIFFICULTY.mean()) + rows


def test_standard_errors_are_those_of_paired_differences():
    found = compare(costs(110.0, 101.0, 100.0))
    np.testing.assert_allclose(found.means, [110, 101, 100], rtol=1e-12)
    np.testing.assert_allclose(found.excess, [10, 1, 0], atol=1e-9)
    rows = costs(110.0, 101.0, 100.0)
    expected = [stats.sem(row - rows[2]) for row in rows]
    np.testing.assert_allclose(found.standard_errors, expected, rtol=1e-9, atol=1e-12)
    # Of 1.4 / 20, where one mean alone has 20 / 20.
    assert found.standard_errors[1] < 0.1 < 0.9 < stats.sem(rows[1])


@pytest.mark.parametrize(
    ("means", "tolerance", "chosen", "best"),
    [
        ((110.0, 101.0, 100.0), 0.0, 2, 2),
        ((110.0, 100.05, 100.0), 0.0, 1, 2),  # within one standard error, 0.07
        ((110.0, 100.1, 100.0), 0.0, 2, 2),
        ((110.0, 100.0, 104.0), 0.0, 1, 1),
        ((100.0, 100.0, 100.0), 0.0, 0, 0),
        ((110.0, 100.1, 100.0), 0.2, 1, 2),
        ((110.0, 100.05, 100.0), 0.01, 1, 2),  # the wider of the two
        ((110.0, np.nan, 100.0), 0.0, 2, 2),
        ((np.nan, 100.0, np.inf), 0.0, 1, 1),
    ],
)
def test_the_smallest_that_does_as_well_as_the_best(means, tolerance, chosen, best):
    found = compare(costs(*means), tolerance)
    assert (found.chosen, found.best) == (chosen, best)


def test_nothing_to_choose_from():
    assert compare(costs(np.nan, np.inf)) is None
    assert recommend_by_elbo([2, 4], costs(np.nan, np.nan), [0, 0]) == (
        None,
        "No size is recommended: every training diverged. Try a lower learning rate.",
    )
    assert recommend_by_error([2, 4], costs(np.nan, np.nan), 0.01, 1.0).latent_dim is None


def test_reason_of_a_vae():
    latent_dim, reason = recommend_by_elbo([4, 8, 16], costs(110.0, 100.05, 100.0), [4, 7, 7])
    assert latent_dim == 8
    assert reason == (
        "M = 8 is the smallest latent size whose test negative ELBO, 100.05 nats, is within one standard error of the "
        "best, 100.00 nats at M = 16; 7 of its 8 latents are active. M = 4 costs 10.00 ± 0.07 nats more than the best."
    )


@pytest.mark.parametrize(
    ("means", "active", "end"),
    [
        ((110.0, 100.0), [4, 8], " No larger one was tried, and all latents are in use: a larger one may do better."),
        ((110.0, 100.0), [4, 7], " No larger one was tried, but latents are idle already."),
        ((100.0, 110.0), [4, 8], " No smaller one was tried: it may do as well."),
        ((np.nan, 100.0, 101.0), [0, 8, 8], " The training of M = 4 diverged."),
    ],
)
def test_the_reason_says_what_was_not_tried(means, active, end):
    _, reason = recommend_by_elbo([4, 8, 16][: len(means)], costs(*means), active)
    assert reason.endswith(end)
    assert ", which is its own; " in reason


def test_reason_of_an_autoencoder():
    rows = costs(0.5, 0.31, 0.3, noise=1e-3)
    latent_dim, reason = recommend_by_error([4, 8, 16], rows, 0.02, 1.0)
    assert latent_dim == 8
    error = f"{stats.sem(rows[0] - rows[2]):.3g}"
    assert reason == (
        "M = 8 is the smallest latent size whose test squared error, 0.31, is within 0.02 of the data's variance "
        f"(1), or one standard error, of the best, 0.3 at M = 16. M = 4 costs 0.2 ± {error} more than the best."
    )


def test_the_tolerance_is_a_share_of_the_variance():
    rows = costs(0.5, 0.31, 0.3, noise=1e-3)
    chosen = [recommend_by_error([4, 8, 16], rows, 0.02, variance).latent_dim for variance in (0.4, 1.0, 12.0)]
    assert chosen == [16, 8, 4]
    assert recommend_by_error([4, 8, 16], rows, 0.02, 0.4).reason.endswith("a larger one may do better.")
