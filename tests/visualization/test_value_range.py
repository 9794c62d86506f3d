import math

import numpy as np
import pytest

from keras_vae import likelihoods
from keras_vae.visualization.value_range import checked_value_range, value_range_of

from ..tiny_models import EVENT_SHAPE, tiny_vae


@pytest.mark.parametrize("value_range", [(0, 255), [0.0, 255.0], np.array([0, 255])])
def test_two_numbers(value_range):
    assert checked_value_range(value_range) == (0.0, 255.0)


def test_none_stays_none():
    assert checked_value_range(None) is None


@pytest.mark.parametrize(
    "value_range", [5, "grey", (0, 1, 2), (1, 0), (1, 1), (0, math.nan), (-math.inf, 0), ("a", "b")]
)
def test_what_is_no_range(value_range):
    with pytest.raises(ValueError, match="`value_range` must be two finite numbers, black below white"):
        checked_value_range(value_range)


@pytest.mark.parametrize(
    ("likelihood", "expected"),
    [
        (likelihoods.BetaBinomial(EVENT_SHAPE), (0.0, 255.0)),
        (likelihoods.DiscretizedLogistic(EVENT_SHAPE, levels=17), (0.0, 16.0)),
        (likelihoods.Categorical(EVENT_SHAPE, num_classes=5), (0.0, 4.0)),
        (likelihoods.Masked(likelihoods.BetaBinomial(EVENT_SHAPE, levels=17)), (0.0, 16.0)),
        (likelihoods.Bernoulli(EVENT_SHAPE), None),
        (likelihoods.Normal(EVENT_SHAPE), None),
    ],
)
def test_ranges(likelihood, expected):
    assert value_range_of(tiny_vae(likelihood=likelihood)) == expected


def test_a_range_that_is_given_is_taken():
    vae = tiny_vae(likelihood=likelihoods.BetaBinomial(EVENT_SHAPE))
    assert value_range_of(vae, (0.0, 16.0)) == (0.0, 16.0)
    assert value_range_of(vae, None) == (0.0, 255.0)
