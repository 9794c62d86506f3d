import pytest

from keras_vae import likelihoods
from keras_vae.visualization.value_range import value_range_of

from ..tiny_models import EVENT_SHAPE, tiny_vae


@pytest.mark.parametrize(
    ("likelihood", "expected"),
    [
        (likelihoods.BetaBinomial(EVENT_SHAPE), (0.0, 255.0)),
        (likelihoods.DiscretizedLogistic(EVENT_SHAPE, levels=17), (0.0, 16.0)),
        (likelihoods.Categorical(EVENT_SHAPE, num_classes=5), (0.0, 4.0)),
        (likelihoods.Bernoulli(EVENT_SHAPE), None),
        (likelihoods.Normal(EVENT_SHAPE), None),
    ],
)
def test_ranges(likelihood, expected):
    assert value_range_of(tiny_vae(likelihood=likelihood)) == expected
