import numpy as np
import pytest
from scipy import special, stats

from keras_vae import likelihoods
from keras_vae.compression import quantized_likelihoods
from keras_vae.compression.ans_stack import AnsStack
from keras_vae.compression.quantized_likelihoods import (
    BetaBinomialElements,
    BinaryElements,
    CategoricalElements,
    LogisticElements,
    codes,
    quantized,
)

SHAPE = (2, 3, 1)
RNG = np.random.default_rng(0)


def steps_of(elements, **parameters) -> list[np.ndarray]:
    """Rounded parameters, in steps of their grids."""
    grids = elements.grids
    return [
        np.clip(np.rint(value * grids[name].steps_per_unit), grids[name].first, grids[name].last).astype(np.int32)
        - grids[name].first
        for name, value in parameters.items()
    ]


def probabilities(weights) -> np.ndarray:
    return weights / weights.astype(np.float64).sum(axis=1, keepdims=True)


def divergence(p, q) -> np.ndarray:
    """KL(p || q) in bits, with the least probability that the coder gives."""
    q = (q + 2.0**-24) / (1 + q.shape[1] * 2.0**-24)
    return (special.rel_entr(p, q)).sum(axis=1) / np.log(2)


def test_each_likelihood_of_whole_numbers_has_its_coder():
    made = [
        (likelihoods.Bernoulli(SHAPE), BinaryElements, 2),
        (likelihoods.BetaBinomial(SHAPE, 17), BetaBinomialElements, 17),
        (likelihoods.DiscretizedLogistic(SHAPE, 9), LogisticElements, 9),
        (likelihoods.Categorical(SHAPE, 5), CategoricalElements, 5),
    ]
    for likelihood, kind, levels in made:
        assert type(quantized(likelihood)) is kind
        assert quantized(likelihood).levels == levels


@pytest.mark.parametrize("likelihood", [likelihoods.Normal(SHAPE), likelihoods.ContinuousBernoulli(SHAPE)])
def test_a_density_is_no_probability(likelihood):
    with pytest.raises(ValueError, match=f"needs a likelihood of whole numbers.*{type(likelihood).__name__}.*quality"):
        quantized(likelihood)


def test_a_subclass_has_no_coder_until_one_is_said_to_be_its_own(monkeypatch):
    class Sharper(likelihoods.Bernoulli):
        """Zeros and ones by probabilities of its own."""

    with pytest.raises(ValueError, match="Received: Sharper"):
        quantized(Sharper(SHAPE))
    monkeypatch.setattr(quantized_likelihoods, "_CODERS", dict(quantized_likelihoods._CODERS))
    codes(Sharper)(BinaryElements)
    assert type(quantized(Sharper(SHAPE))) is BinaryElements


def test_too_many_levels():
    with pytest.raises(ValueError, match=r"up to 65536 levels\. Received: levels=65537"):
        quantized(likelihoods.DiscretizedLogistic(SHAPE, 65537))


def test_bernoulli():
    elements = quantized(likelihoods.Bernoulli(SHAPE))
    logits = np.array([-40.0, -3.0, 0.0, 0.5, 9.0, 40.0])
    expected = special.expit(np.clip(logits, -16, 16))
    np.testing.assert_allclose(elements.probabilities[steps_of(elements, logits=logits)[0]], expected, atol=1e-9)


@pytest.mark.parametrize("levels", [2, 17, 256])
def test_beta_binomial(levels):
    elements = quantized(likelihoods.BetaBinomial(SHAPE, levels))
    log_alpha, log_beta = RNG.uniform(-6, 7, (2, 200))
    found = probabilities(elements.weights(*steps_of(elements, log_alpha=log_alpha, log_beta=log_beta)))
    level = np.arange(levels)
    expected = stats.betabinom.pmf(level, levels - 1, np.exp(log_alpha)[:, None], np.exp(log_beta)[:, None])
    # What the rounding of parameters and logarithms costs, in bits for each element.
    assert divergence(expected, found).max() < 5e-3
    assert divergence(expected, found).mean() < 4e-4


def test_beta_binomial_of_parameters_beyond_the_table_is_the_binomial_of_their_ratio():
    elements = quantized(likelihoods.BetaBinomial(SHAPE, 256))
    log_alpha, log_beta = np.array([40.0, 25.0, -50.0, -30.0]), np.array([41.0, 25.5, 3.0, -60.0])
    found = probabilities(elements.weights(*steps_of(elements, log_alpha=log_alpha, log_beta=log_beta)))
    binomial = stats.binom.pmf(np.arange(256), 255, special.expit(log_alpha - log_beta)[:2, None])
    assert divergence(binomial, found[:2]).max() < 1e-3
    # All at the lower end; and, of two that are as small as can be, at both.
    assert found[2, 0] > 1 - 1e-4
    assert found[3, [0, -1]].sum() > 1 - 1e-4


@pytest.mark.parametrize("levels", [2, 17, 256])
def test_discretized_logistic(levels):
    elements = quantized(likelihoods.DiscretizedLogistic(SHAPE, levels))
    mean, log_scale = RNG.uniform(-2, levels + 2, 200), RNG.uniform(-1.5, np.log(levels), 200)
    found = probabilities(elements.weights(*steps_of(elements, mean=mean, log_scale=log_scale)))
    edges = np.array([-np.inf, *(np.arange(levels - 1) + 0.5), np.inf])
    scale = np.exp(log_scale)[:, None]
    low, high = edges[:-1], edges[1:]
    upper = low > mean[:, None]
    # By the upper tail where that is the smaller one.
    cdf, survival = (getattr(stats.logistic, name)(edges, mean[:, None], scale) for name in ("cdf", "sf"))
    expected = np.where(upper, survival[:, :-1] - survival[:, 1:], cdf[:, 1:] - cdf[:, :-1])
    assert high.shape == (levels,)
    assert divergence(expected, found).max() < 3e-3
    assert divergence(expected, found).mean() < 5e-4


def test_discretized_logistic_at_extremes_has_all_of_its_mass_where_it_belongs():
    elements = quantized(likelihoods.DiscretizedLogistic(SHAPE, 256))
    mean, log_scale = np.array([-1e9, 1e9, 100.0, 128.0]), np.array([0.0, 0.0, -50.0, 50.0])
    weights = elements.weights(*steps_of(elements, mean=mean, log_scale=log_scale))
    assert np.all(np.isfinite(weights))
    assert np.all(weights >= 0)
    found = probabilities(weights)
    assert found[0, 0] > 0.99
    assert found[1, 255] > 0.99
    assert found[2, 100] > 0.99
    # Wider than all of the levels: half of the mass at each end.
    assert found[3, [0, 255]] == pytest.approx([0.5, 0.5], abs=0.01)


def test_categorical():
    elements = quantized(likelihoods.Categorical(SHAPE, 12))
    logits = RNG.normal(0, 4, (100, 12))
    found = probabilities(elements.weights(*steps_of(elements, logits=logits)))
    assert divergence(special.softmax(logits, axis=1), found).max() < 1e-4


PARAMETERS = {
    "Bernoulli": (likelihoods.Bernoulli(SHAPE), {"logits": RNG.normal(0, 4, 9000)}),
    "BetaBinomial": (
        likelihoods.BetaBinomial(SHAPE, 256),
        {"log_alpha": RNG.normal(0, 3, 9000), "log_beta": RNG.normal(0, 3, 9000)},
    ),
    "DiscretizedLogistic": (
        likelihoods.DiscretizedLogistic(SHAPE, 256),
        {"mean": RNG.uniform(-9, 270, 9000), "log_scale": RNG.normal(1, 2, 9000)},
    ),
    "Categorical": (likelihoods.Categorical(SHAPE, 6), {"logits": RNG.normal(0, 3, (9000, 6))}),
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_elements_come_back_even_where_they_have_next_to_no_probability(name):
    likelihood, parameters = PARAMETERS[name]
    elements = quantized(likelihood)
    steps = steps_of(elements, **parameters)
    # More of them than are coded at once.
    x = RNG.integers(0, elements.levels, 9000)
    stack = AnsStack()
    elements.push(stack, x, *steps)
    assert elements.pop(stack, *steps).tolist() == x.tolist()
    assert stack.is_empty


def test_the_stream_does_not_depend_on_how_many_are_coded_at_once(monkeypatch):
    likelihood, parameters = PARAMETERS["BetaBinomial"]
    elements = quantized(likelihood)
    steps, x, streams = steps_of(elements, **parameters), RNG.integers(0, 256, 9000), []
    for at_once in (2**12, 2**17, 2**22):
        # How many are coded at once is nobody's choice: the bound itself must not show.
        monkeypatch.setattr(quantized_likelihoods, "WEIGHTS_AT_ONCE", at_once)
        stack = AnsStack()
        elements.push(stack, x, *steps)
        streams.append(stack.to_bytes())
    assert streams[0] == streams[1] == streams[2]
