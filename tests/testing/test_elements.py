import numpy as np
import pytest
from scipy import stats

from keras_vae import likelihoods
from keras_vae.testing import elements
from keras_vae.testing.copies import in_double_precision

RNG = np.random.default_rng(0)


def test_which_elements_are_whole_numbers():
    assert elements.is_discrete(likelihoods.Bernoulli((3,))).tolist() == [True] * 3
    assert elements.is_discrete(likelihoods.Normal((3,))).tolist() == [False] * 3
    assert elements.is_discrete(likelihoods.ContinuousBernoulli((3,))).tolist() == [False] * 3
    assert elements.is_discrete(likelihoods.Tabular((3,), binary=[1])).tolist() == [False, True, False]


def test_masses_of_whole_numbers_are_scipys():
    logits = np.array([[0.5, -2.0]])
    with in_double_precision():
        found = elements.whole_numbers(likelihoods.Bernoulli((2,)), {"logits": logits}, np.array([[0.0, 1.0]]))
    masses = {value: mass for value, *mass in zip(found.values[:, 0], *found.masses.T, strict=True) if sum(mass)}
    p = 1 / (1 + np.exp(-logits[0]))
    np.testing.assert_allclose(masses[1.0], p, rtol=1e-12)
    np.testing.assert_allclose(masses[0.0], 1 - p, rtol=1e-12)
    assert len(masses) == 2
    with pytest.raises(ValueError, match="too many to sum over"):
        elements.whole_numbers(likelihoods.Bernoulli((2,)), {"logits": logits}, np.array([[0.0, 1e6]]))


def test_a_continuum_has_the_distribution_of_scipy():
    likelihood, params = likelihoods.Normal((2,), scale=0.3), {"mean": np.array([[5.0, -1.0]])}
    with in_double_precision():
        drawn = elements.drawn(likelihood, params, 2000, seed=0)[0]
        found = elements.continuum(likelihood, params, drawn)
    x = np.array([[4.8, -1.1], [5.3, -0.2]])
    expected = stats.norm.cdf(x, params["mean"], 0.3)
    # Nodes are some tenth of the width apart, and a line between them is off by an eighth of its square.
    np.testing.assert_allclose(found.distribution(x, np.zeros_like(x)), expected, atol=1e-3)


def test_atoms_are_spread_by_noise():
    found = elements.Elements(np.array([[0.0], [1.0], [2.0]]), np.array([[0.2], [0.5], [0.3]]), discrete=True)
    x, noise = np.array([[0.0], [1.0], [2.0], [1.0]]), np.array([[0.0], [0.5], [1.0], [1.0]])
    np.testing.assert_allclose(found.distribution(x, noise)[:, 0], [0.2, 0.45, 0.7, 0.2])


def test_log_probs_are_of_each_element():
    x = RNG.normal(size=(4, 2, 3))
    params = {"mean": RNG.normal(size=(1, 2, 3))}
    with in_double_precision():
        found = elements.log_probs(likelihoods.Normal((2, 3), scale=0.7), params, x)
    np.testing.assert_allclose(found, stats.norm.logpdf(x, params["mean"], 0.7).reshape(4, 6), rtol=1e-12)


def test_elements_that_may_depend_on_each_other_are_refused():
    class Joint(likelihoods.Normal):
        def log_prob(self, params, x):
            return super().log_prob(params, x)

    elements.check_elements_can_be_had(Joint((1,)))
    elements.check_elements_can_be_had(likelihoods.Normal((2,)))
    with pytest.raises(ValueError, match=r"event_shape=\(2,\)"):
        elements.check_elements_can_be_had(Joint((2,)))
