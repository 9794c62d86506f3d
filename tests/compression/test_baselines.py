import bz2
import gzip
import io
import lzma

import numpy as np
from PIL import Image

from keras_vae.compression.baselines import baseline_sizes

RNG = np.random.default_rng(0)


def test_bytes_are_those_of_the_compressors_over_all_batches():
    x = RNG.integers(0, 9, (50, 7, 5, 1)).astype(np.uint8)
    sizes = baseline_sizes(iter([x[:20], x[20:]]), binary=False)
    assert list(sizes) == ["gzip", "bz2", "xz", "PNG", "WebP"]
    assert sizes["gzip"] == len(gzip.compress(x.tobytes(), 9))
    assert sizes["bz2"] == len(bz2.compress(x.tobytes()))
    assert sizes["xz"] == len(lzma.compress(x.tobytes(), preset=9 | lzma.PRESET_EXTREME))


def test_zeros_and_ones_are_given_eight_in_a_byte():
    # 35 elements: no batch ends with a byte.
    x = RNG.integers(0, 2, (51, 7, 5, 1)).astype(np.float32)
    sizes = baseline_sizes(iter([x[:20], x[20:]]), binary=True)
    assert sizes["bz2"] == len(bz2.compress(np.packbits(x.astype(np.uint8)).tobytes()))


def test_pictures_are_files_that_hold_the_images():
    x = RNG.integers(0, 256, (3, 9, 8, 3)).astype(np.uint8)
    expected = 0
    for pixels in x:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, format="WEBP", lossless=True, quality=100)
        np.testing.assert_array_equal(np.asarray(Image.open(file)), pixels)
        expected += file.tell()
    assert baseline_sizes(iter([x]), binary=False)["WebP"] == expected


def test_what_is_no_picture_has_none():
    for x in (np.zeros((4, 9), np.uint8), np.zeros((4, 3, 3, 2), np.uint8), np.zeros((4, 3, 3, 1), np.int64)):
        assert list(baseline_sizes(iter([x]), binary=False)) == ["gzip", "bz2", "xz"]
