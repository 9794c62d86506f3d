import numpy as np
import pytest

from keras_vae.compression.file_format import DamagedFileError
from keras_vae.compression.lossless import LosslessCodec

from .networks_of_others import disturbed


@pytest.fixture(scope="module")
def grey_codec(grey_vae) -> LosslessCodec:
    return LosslessCodec(grey_vae, 8)


@pytest.fixture(scope="module")
def binary_codec(binary_vae) -> LosslessCodec:
    return LosslessCodec(binary_vae, 8)


@pytest.mark.parametrize("dtype", ["uint8", ">u2", "int64"])
def test_whole_numbers_come_back_in_their_dtype(grey_codec, grey, dtype):
    x = grey[:30].astype(dtype)
    stored = grey_codec.encode(4, x)
    assert (stored.number, stored.count) == (4, 30)
    decoded = grey_codec.decode(stored, x.dtype)
    assert decoded.dtype == x.dtype
    np.testing.assert_array_equal(decoded, x)


@pytest.mark.parametrize("dtype", ["bool", "float16", "float32", "float64", "int8"])
def test_zeros_and_ones_come_back_in_their_dtype(binary_codec, binary, dtype):
    x = binary[:30].astype(dtype)
    binary_codec.check(x)
    decoded = binary_codec.decode(binary_codec.encode(0, x), x.dtype)
    assert decoded.tobytes() == x.tobytes()


def test_values_that_have_no_probability(grey_codec, binary_codec, grey, binary):
    too_high = grey[:5].copy()
    too_high[3, 2, 2, 0] = 17
    with pytest.raises(ValueError, match=r"whole numbers from 0 to 16 for BetaBinomial.*"):
        grey_codec.check(too_high, first=100)
    with pytest.raises(ValueError, match=r"103"):
        grey_codec.check(too_high, first=100)
    with pytest.raises(ValueError, match=r"zeros and ones for Bernoulli"):
        binary_codec.check(binary[:5] * 0.5)
    with pytest.raises(ValueError, match=r"zeros and ones for Bernoulli"):
        binary_codec.check(grey[:5])


def test_floats_where_whole_numbers_are_needed(grey_codec, grey):
    with pytest.raises(ValueError, match=r"x has dtype float32\. If its values are whole, convert it with `x.astype"):
        grey_codec.check(grey[:5].astype(np.float32))


def test_a_negative_zero_would_not_come_back(binary_codec, binary):
    x = binary[:3].copy()
    x[1, 0, 0, 0] = -0.0
    with pytest.raises(ValueError, match="negative zero"):
        binary_codec.check(x)


def test_networks_that_give_other_values_give_no_wrong_pixels(grey_vae, grey, monkeypatch):
    codec = LosslessCodec(grey_vae, 8)
    stored = codec.encode(0, grey[:50])
    disturbed(codec._codec, monkeypatch, 1e-2)
    with pytest.raises(DamagedFileError):
        codec.decode(stored, grey.dtype)


def test_the_content_is_checked(grey_codec, grey):
    stored = grey_codec.encode(0, grey[:5])
    other = type(stored)(0, 5, stored.content ^ 1, stored.side, stored.payload)
    with pytest.raises(DamagedFileError, match="Block 0 decodes to other examples than were written"):
        grey_codec.decode(other, grey.dtype)


def test_the_tables_depend_on_the_bits(grey_vae, grey_codec):
    assert LosslessCodec(grey_vae, 8).tables == grey_codec.tables
    assert LosslessCodec(grey_vae, 9).tables != grey_codec.tables
