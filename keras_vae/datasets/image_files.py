"""Images in files: what their heads say, and their pixels."""

import contextlib
import os
import struct
import zlib
from typing import NamedTuple

import numpy as np

KINDS = (".png", ".bmp", ".gif", ".jpg", ".jpeg", ".pgm", ".ppm", ".tif", ".tiff", ".webp")
# Of each mode of Pillow that is read: channels and dtype.
MODES = {"1": (1, "uint8"), "L": (1, "uint8"), "LA": (2, "uint8"), "RGB": (3, "uint8"), "RGBA": (4, "uint8")}
MODES |= dict.fromkeys(("I;16", "I;16B", "I;16L"), (1, "uint16"))
EXPECTED = "Expected 8-bit grey or RGB, with or without transparency, a palette of colours, or 16-bit grey"
# Greys of 16 bits in files of these kinds have 32 in Pillow's memory.
SIXTEEN_IN_32 = ("PPM", "PNG")
ORIENTATION, SIDEWAYS = 0x0112, (5, 6, 7, 8)
# What Pillow makes of a broken file, beside its own error of images that are too large.
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)


class ImageHead(NamedTuple):
    """What the head of a file says of an image.

    Attributes:
        shape: `(height, width, channels)`, as a viewer shows it.
        dtype: `"uint8"`, or `"uint16"` of 16-bit greys.
        mode: Pillow's mode of what is read, such as `"RGB"`: that of the colours where there is a palette.
    """

    shape: tuple[int, int, int]
    dtype: str
    mode: str


class _UnreadableError(ValueError):
    """An image that is not read, in our own words."""


def read_head(file) -> ImageHead:
    """Reads the head of an image, and none of its pixels.

    Raises:
        ValueError: If it is no image, one of several pages, or of a mode that is not read; the message names the file.
    """
    with _opened(file) as image:
        mode = _checked_mode(image)
        channels, dtype = MODES[mode]
        width, height = image.size
        # Pillow turns TIFF files by itself, and says their size as it will be.
        if image.format != "TIFF" and image.getexif().get(ORIENTATION) in SIDEWAYS:
            width, height = height, width
        return ImageHead((height, width, channels), dtype, mode)


def read_image(file) -> np.ndarray:
    """Reads an image: uint8 or uint16 `(height, width, channels)`.

    Photographs are turned as their orientation (EXIF) says, colours of a palette are written out, and one-bit images
    are 0 and 255.

    Raises:
        ValueError: If it cannot be read; the message names the file.
    """
    # Takes time to import, and is not needed for other data.
    from PIL import ImageOps

    with _opened(file) as image:
        mode = _checked_mode(image)
        image.load()
        turned = ImageOps.exif_transpose(image)
        if turned.mode in ("1", "P"):
            turned = turned.convert("L" if mode == "1" else mode)
        pixels = np.asarray(turned).astype(MODES[mode][1], copy=False)
    return pixels if pixels.ndim == 3 else pixels[..., np.newaxis]


@contextlib.contextmanager
def _opened(file):
    """Gives an image as Pillow opens it, and turns whatever is wrong with it into a ValueError that names the file."""
    from PIL import Image

    try:
        with Image.open(file) as image:
            yield image
    except _UnreadableError as error:
        raise ValueError(f"{os.fspath(file)!r} is {error}") from error
    except (*BROKEN, Image.DecompressionBombError) as error:
        raise ValueError(f"{os.fspath(file)!r} cannot be read as an image: {error}") from error


def _checked_mode(image) -> str:
    # Telephones put a small copy behind a photograph: it is no page.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise _UnreadableError(
            f"an image of {image.n_frames} pages. Expected one image per file: write each page to its own file."
        )
    if image.mode == "P":
        return _palette_mode(image)
    if image.mode == "I" and image.format in SIXTEEN_IN_32:
        return "I;16"
    if image.mode not in MODES:
        raise _UnreadableError(f"an image of mode {image.mode!r}. {EXPECTED}.")
    if MODES[image.mode][1] == "uint8" and _has_16_bits(image):
        raise _UnreadableError(
            f"an image with 16 bits per channel, of which Pillow reads 8. {EXPECTED}: save its pixels as a .npy file, "
            "or with 8 bits."
        )
    return image.mode


def _palette_mode(image) -> str:
    if "transparency" in image.info:
        return "RGBA"
    colours = np.reshape(image.getpalette() or [], (-1, 3))
    return "L" if (colours == colours[:, :1]).all() else "RGB"


def _has_16_bits(image) -> bool:
    """Whether there are more bits in the file than Pillow's 8."""
    for tile in image.tile:
        arguments = tile[3] if isinstance(tile[3], tuple) else (tile[3],)
        if ";16" in str(arguments[0]) or (image.format == "PPM" and arguments[1:] and arguments[1] > 255):
            return True
    return False
