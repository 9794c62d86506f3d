import numpy as np
import pytest
from scipy import stats

from keras_vae import likelihoods
from keras_vae.compression import lossy
from keras_vae.compression.file_format import DamagedFileError, StoredBlock
from keras_vae.compression.lossy import LossyCodec

from .conftest import SHAPE, trained


def error(vae, x, quality) -> float:
    codec = LossyCodec(vae, quality)
    decoded = codec.decode(codec.encode(0, x), np.dtype("float64"))
    return float(np.mean((decoded - x) ** 2))


def test_finer_steps_cost_more_and_come_nearer_to_the_reconstruction(grey_vae, grey):
    sizes = [len(LossyCodec(grey_vae, quality).encode(0, grey).payload) for quality in (0.1, 1.0, 10.0)]
    assert sizes[0] < sizes[1] < sizes[2]
    errors = [error(grey_vae, grey, quality) for quality in (0.1, 1.0, 10.0)]
    reconstruction = float(np.mean((grey_vae.reconstruct(grey) - grey) ** 2))
    assert errors[0] > errors[1] > errors[2] * 0.999
    assert errors[2] == pytest.approx(reconstruction, rel=1e-2)
    # Steps of a deviation cost little beside what the posterior leaves open.
    assert errors[1] < 1.3 * reconstruction


def test_codes_cost_what_they_have_of_information_under_the_prior(grey_vae, grey):
    codec = LossyCodec(grey_vae, 1.0)
    stored = codec.encode(0, grey)
    codes = np.frombuffer(stored.side, np.uint8)[:4].astype(int)
    steps = 2.0 ** ((codes - 128) / 8)
    assert np.all(codes > 0)
    indices = np.rint(grey_vae.encode(grey) / steps)
    mass = stats.norm.cdf((indices + 0.5) * steps) - stats.norm.cdf((indices - 0.5) * steps)
    assert 8 * len(stored.payload) == pytest.approx(-np.log2(mass).sum(), rel=0.01)


def test_steps_are_in_units_of_what_the_data_leaves_open(grey_vae, grey):
    log_variance = np.asarray(grey_vae.posterior_parameters(grey)["log_variance"], np.float64)
    variance = np.exp(log_variance).mean(axis=0)
    for quality in (0.5, 1.0, 4.0):
        codes = np.frombuffer(LossyCodec(grey_vae, quality).encode(0, grey).side, np.uint8)[:4].astype(int)
        expected = np.sqrt(variance / (1 - variance)) / quality
        # Steps are powers of 2^(1/8): half of that on either side.
        np.testing.assert_allclose(np.log2(expected), (codes - 128) / 8, atol=1 / 16 + 1e-3)


def test_a_latent_that_says_nothing_costs_nothing(grey_vae, grey):
    vae = trained(likelihoods.BetaBinomial(SHAPE, 17), grey, 0)
    vae.encoder.set_weights([np.zeros_like(weight) for weight in vae.encoder.get_weights()])
    codec = LossyCodec(vae, 5.0)
    stored = codec.encode(0, grey)
    assert stored.payload == b""
    mean = vae.decode(np.zeros((1, 4)))
    np.testing.assert_allclose(codec.decode(stored, np.dtype("float64"))[:1], mean, atol=1e-4)


def test_whole_numbers_are_rounded(grey_vae, grey):
    codec = LossyCodec(grey_vae, 2.0)
    stored = codec.encode(0, grey)
    decoded, mean = codec.decode(stored, grey.dtype), codec.decode(stored, np.dtype("float64"))
    assert decoded.dtype == np.uint8
    np.testing.assert_array_equal(decoded, np.rint(mean))


def test_a_density_will_do(binary):
    vae = trained(likelihoods.Normal(SHAPE), binary, 0)
    codec = LossyCodec(vae, 1.0)
    stored = codec.encode(0, binary)
    assert codec.decode(stored, binary.dtype).shape == binary.shape
    with pytest.raises(ValueError, match="finite numbers"):
        codec.check(np.full((1, *SHAPE), np.nan))


def constant_vae(value: float):
    """Whose mean image is one value everywhere."""
    vae = trained(likelihoods.Normal(SHAPE), None, 0)
    kernel, bias = vae.decoder.likelihood.get_weights()
    vae.decoder.likelihood.set_weights([np.zeros_like(kernel), np.full_like(bias, value)])
    return vae


@pytest.mark.parametrize(
    ("dtype", "value", "expected"),
    [("uint8", -3, 0), ("uint8", 300.2, 255), ("int8", 200, 127), ("bool", -2, False), ("bool", 0.8, True)],
)
def test_means_beyond_a_dtype_are_its_ends(dtype, value, expected):
    codec, x = LossyCodec(constant_vae(value), 1.0), np.zeros((3, *SHAPE), dtype)
    np.testing.assert_array_equal(codec.decode(codec.encode(0, x), x.dtype), np.full_like(x, expected))


@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_networks_that_give_no_numbers_are_refused(part, grey):
    vae = trained(likelihoods.BetaBinomial(SHAPE, 17), grey, 0)
    weights = getattr(vae, part).get_weights()
    getattr(vae, part).set_weights([*weights[:-1], np.full_like(weights[-1], np.nan)])
    with pytest.raises(ValueError, match="values that are not finite for this data"):
        LossyCodec(vae, 1.0).encode(0, grey[:3])


def test_no_examples(grey_vae, grey):
    codec = LossyCodec(grey_vae, 1.0)
    assert codec.decode(codec.encode(0, grey[:0]), grey.dtype).shape == (0, *SHAPE)


def test_progress_counts_examples_both_ways(grey_vae, grey):
    codec, written, read = LossyCodec(grey_vae, 1.0), [], []
    codec.decode(codec.encode(0, grey, written.append), grey.dtype, read.append)
    assert written == read == [256, 41]


@pytest.mark.parametrize(
    "change",
    [
        {"count": 2**32 - 1},
        {"side": b"abc"},
        {"side": bytes([1, 128, 128, 128, 255, 40])},
        {"content": 0},
    ],
)
def test_a_block_that_says_nonsense(grey_vae, grey, change):
    codec = LossyCodec(grey_vae, 1.0)
    fields = vars(codec.encode(0, grey)) | change
    with pytest.raises(DamagedFileError):
        codec.decode(StoredBlock(**fields), grey.dtype)


def test_weights_are_the_priors_masses(grey_vae):
    codec = LossyCodec(grey_vae, 1.0)
    weights = codec._weights(lossy.STEP_OF_ONE)
    expected = np.diff(stats.norm.cdf([-np.inf, *(np.arange(-15, 17) - 0.5), np.inf]))
    np.testing.assert_allclose(weights / weights.sum(), expected, atol=2e-9)
