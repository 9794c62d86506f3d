"""What other compressors make of the same data."""

import bz2
import io
import lzma
import zlib
from collections.abc import Iterable

import numpy as np

# Settings at which each makes the smallest file.
GZIP_WINDOW, BEST = 31, 9


def baseline_sizes(data: Iterable[np.ndarray], binary: bool) -> dict[str, int]:
    """Sizes in bytes of the same examples by compressors that know nothing of them.

    gzip, bz2 and xz see all examples as one stream of bytes, where elements are zeros and ones eight in a byte. PNG and
    WebP have a file for each image, at its smallest settings, and are left out where examples are no 8-bit images of 1
    or 3 channels.

    Args:
        data: Batches `(n, *event_shape)` of whole numbers.
        binary: Whether they are zeros and ones.

    Returns:
        Bytes by name.
    """
    streams = {
        "gzip": zlib.compressobj(BEST, wbits=GZIP_WINDOW),
        "bz2": bz2.BZ2Compressor(BEST),
        "xz": lzma.LZMACompressor(preset=BEST | lzma.PRESET_EXTREME),
    }
    sizes, spare = dict.fromkeys(streams, 0), np.zeros(0, np.uint8)
    pictures = {"PNG": 0, "WebP": 0}
    for batch in data:
        content = np.ascontiguousarray(batch.astype(np.uint8) if binary else batch)
        if binary:
            bits = np.concatenate([spare, content.reshape(-1)])
            whole = len(bits) // 8 * 8
            packed, spare = np.packbits(bits[:whole]).tobytes(), bits[whole:]
        else:
            packed = content.tobytes()
        for name, stream in streams.items():
            sizes[name] += len(stream.compress(packed))
        pictures = _with_pictures(pictures, content, binary)
    for name, stream in streams.items():
        sizes[name] += len(stream.compress(np.packbits(spare).tobytes())) + len(stream.flush())
    return sizes | pictures


def _with_pictures(sizes, images, binary) -> dict[str, int]:
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or images.dtype != np.uint8:
        return {}
    # Pillow takes a moment to import.
    from PIL import Image

    images = images[..., 0] if images.shape[-1] == 1 else images
    for pixels in images * 255 if binary else images:
        image = Image.fromarray(pixels)
        one_bit = binary and pixels.ndim == 2
        sizes = {
            "PNG": sizes["PNG"] + _size(image.convert("1") if one_bit else image, format="PNG", optimize=True),
            "WebP": sizes["WebP"] + _size(image, format="WEBP", lossless=True, quality=100),
        }
    return sizes


def _size(image, **options) -> int:
    file = io.BytesIO()
    image.save(file, **options)
    return file.tell()
