import numpy as np
import pytest
from scipy import stats

from keras_vae.compression.ans_stack import AnsStack
from keras_vae.compression.buckets import Buckets
from keras_vae.compression.file_format import DamagedFileError
from keras_vae.compression.quantized_posterior import LOG_VARIANCE, MEAN, QuantizedPosterior
from keras_vae.priors import Laplace, StandardNormal

RNG = np.random.default_rng(0)
PARAMETERS = [(0.0, 0.0), (1.0, -2.0), (-2.5, -4.0), (0.25, -6.0), (30.0, -1.0), (0.0, 4.0)]


def posterior(bits=10, prior=None) -> QuantizedPosterior:
    return QuantizedPosterior(Buckets((prior or StandardNormal(1)).marginal, bits))


def steps(mean, log_variance) -> tuple[np.ndarray, np.ndarray]:
    mean, log_variance = np.asarray(mean), np.asarray(log_variance)
    return (
        np.rint(mean * MEAN.steps_per_unit).astype(np.int32) - MEAN.first,
        np.rint(log_variance * LOG_VARIANCE.steps_per_unit).astype(np.int32) - LOG_VARIANCE.first,
    )


def random_steps(shape):
    return steps(RNG.normal(size=shape), RNG.uniform(-5, 0.2, shape))


@pytest.mark.parametrize("prior", [StandardNormal(1), Laplace(1)])
@pytest.mark.parametrize(("mean", "log_variance"), PARAMETERS)
def test_masses_are_those_of_the_normal_distribution_and_sum_to_exactly_one(prior, mean, log_variance):
    quantised = posterior(prior=prior)
    masses = quantised.masses(*steps([mean], [log_variance]))[0]
    assert masses.sum() == 2**quantised.mass_bits
    assert masses.min() >= 0
    edges = np.array([-np.inf, *(quantised.buckets.edges[1:-1] / 2**16), np.inf])
    expected = np.diff(stats.norm.cdf(edges, mean, np.exp(log_variance / 2)))
    # The table is read by straight lines between its points; the scales are rounded.
    np.testing.assert_allclose(masses / 2**quantised.mass_bits, expected, atol=4e-5)


@pytest.mark.parametrize("bits", [1, 6, 10, 13])
@pytest.mark.parametrize("words", [0, 5, 5000])
def test_codes_are_given_back_to_the_last_bit(bits, words):
    quantised = posterior(bits)
    mean, log_variance = random_steps((7, 19))
    stack = AnsStack(RNG.integers(1, 2**32, words, dtype=np.uint32).tobytes())
    before = stack.to_bytes()
    codes = quantised.pop(stack, mean, log_variance)
    assert codes.shape == (7, 19)
    quantised.push(stack, mean, log_variance, codes)
    assert stack.to_bytes() == before


def test_an_empty_stack_gives_the_bucket_of_the_mean_and_stays_empty():
    quantised, stack = posterior(), AnsStack()
    mean, log_variance = random_steps((3, 20))
    codes = quantised.pop(stack, mean, log_variance)
    assert stack.is_empty
    edges, values = quantised.buckets.edges / 2**16, (mean + MEAN.first) / 2**10
    assert np.all(edges[codes] <= values)
    assert np.all(values < edges[codes + 1])


def test_codes_that_the_posterior_cannot_have_given():
    with pytest.raises(DamagedFileError, match="no mass under the posterior"):
        posterior().push(AnsStack(), *steps([[0.0]], [[-6.0]]), np.array([[1000]]))


@pytest.mark.parametrize(("mean", "log_variance"), PARAMETERS[:3])
def test_codes_are_drawn_from_the_masses_and_take_their_information(mean, log_variance):
    quantised = posterior(6)
    count = 20_000
    stack = AnsStack(RNG.integers(1, 2**32, 2 * count, dtype=np.uint32).tobytes())
    before = stack.num_bits
    arguments = steps(np.full((count, 1), mean), np.full((count, 1), log_variance))
    codes = quantised.pop(stack, *arguments)[:, 0]
    probabilities = quantised.masses(arguments[0][:1, 0], arguments[1][:1, 0])[0] / 2**quantised.mass_bits
    information = -np.log2(probabilities[codes]).sum()
    # The coder's own probabilities of 24 bits lose some thousandths of a bit for a wide bucket.
    assert before - stack.num_bits == pytest.approx(information, abs=3e-3 * count)
    often = probabilities * count > 5
    counts = np.bincount(codes, minlength=64)
    assert counts[probabilities == 0].sum() == 0
    tail = [counts[~often].sum()], [probabilities[~often].sum() * count]
    observed, expected = np.append(counts[often], tail[0]), np.append(probabilities[often] * count, tail[1])
    keep = expected > 0
    assert stats.chisquare(observed[keep], expected[keep]).pvalue > 1e-3
