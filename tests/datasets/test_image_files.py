import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from keras_vae.datasets.image_files import ImageHead, read_head, read_image

RNG = np.random.default_rng(0)
GREY, COLOUR = RNG.integers(0, 256, (4, 6)).astype(np.uint8), RNG.integers(0, 256, (4, 6, 3)).astype(np.uint8)
DEEP = RNG.integers(0, 65536, (4, 6)).astype(np.uint16)
ORIENTATION = 0x0112


def png(bits: int, colour: int, rows: bytes) -> bytes:
    """A PNG file of 6x4 pixels, written by hand."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 6, 4, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def read(path) -> tuple[ImageHead, np.ndarray]:
    """The head and the pixels, which must agree."""
    head, pixels = read_head(path), read_image(path)
    assert (head.shape, head.dtype) == (pixels.shape, pixels.dtype.name)
    return head, pixels


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("ending", ["png", "tif"])
def test_modes_of_8_bits(tmp_path, mode, ending):
    image = Image.fromarray(COLOUR).convert(mode)
    image.save(tmp_path / f"a.{ending}")
    head, pixels = read(tmp_path / f"a.{ending}")
    assert head.mode == mode
    expected = np.asarray(image.convert("L") if mode == "1" else image)
    np.testing.assert_array_equal(pixels, expected.reshape(4, 6, -1))


def test_greys_of_16_bits(tmp_path):
    Image.fromarray(DEEP).save(tmp_path / "a.png")
    Image.fromarray(DEEP).save(tmp_path / "a.tif")
    (tmp_path / "a.pgm").write_bytes(b"P5 6 4 65535\n" + DEEP.astype(">u2").tobytes())
    for ending in ("png", "tif", "pgm"):
        np.testing.assert_array_equal(read(tmp_path / f"a.{ending}")[1][..., 0], DEEP)


def test_colours_of_a_palette_are_written_out_and_greys_are_grey(tmp_path):
    image = Image.fromarray(COLOUR).quantize(8)
    image.save(tmp_path / "colour.png")
    np.testing.assert_array_equal(read(tmp_path / "colour.png")[1], np.asarray(image.convert("RGB")))
    image.save(tmp_path / "transparent.png", transparency=0)
    assert read(tmp_path / "transparent.png")[1].shape == (4, 6, 4)
    Image.fromarray(GREY).save(tmp_path / "grey.gif")
    np.testing.assert_array_equal(read(tmp_path / "grey.gif")[1][..., 0], GREY)


@pytest.mark.parametrize("ending", ["png", "tif", "jpg"])
def test_photographs_are_turned_as_a_viewer_turns_them(tmp_path, ending):
    exif = Image.Exif()
    # To be turned by 90 degrees to the right.
    exif[ORIENTATION] = 6
    flat = np.full((4, 6, 3), 40, np.uint8)
    flat[:, 3:] = 200
    Image.fromarray(flat).save(tmp_path / f"a.{ending}", exif=exif)
    _, pixels = read(tmp_path / f"a.{ending}")
    # JPEG loses a little.
    np.testing.assert_allclose(pixels.astype(int), np.rot90(flat, -1).astype(int), atol=20)


@pytest.mark.parametrize("ending", ["gif", "png", "tif", "webp"])
def test_files_of_several_pages_are_named(tmp_path, ending):
    pages = [Image.fromarray(np.roll(COLOUR, shift, axis=0)) for shift in range(3)]
    pages[0].save(tmp_path / f"a.{ending}", save_all=True, append_images=pages[1:])
    for function in (read_head, read_image):
        with pytest.raises(ValueError, match=rf"a\.{ending}' is an image of 3 pages\. Expected one image per file"):
            function(tmp_path / f"a.{ending}")


def test_of_a_photograph_with_a_preview_the_photograph_is_read(tmp_path):
    large, small = Image.new("RGB", (40, 30), "red"), Image.new("RGB", (20, 15))
    large.save(tmp_path / "a.mpo", save_all=True, append_images=[small])
    (tmp_path / "a.mpo").rename(tmp_path / "a.jpg")
    assert read(tmp_path / "a.jpg")[1].shape == (30, 40, 3)


def test_modes_that_are_not_read_are_named(tmp_path):
    Image.fromarray(COLOUR).convert("CMYK").save(tmp_path / "a.jpg")
    Image.fromarray(GREY.astype(np.float32)).save(tmp_path / "f.tif")
    Image.fromarray(GREY.astype(np.int32)).save(tmp_path / "i.tif")
    for name, mode in (("a.jpg", "CMYK"), ("f.tif", "F"), ("i.tif", "I")):
        with pytest.raises(ValueError, match=rf"{name}' is an image of mode '{mode}'\. Expected 8-bit grey or RGB"):
            read_head(tmp_path / name)


def test_colours_of_16_bits_are_not_read_as_8(tmp_path):
    for name, colour, channels in (("rgb.png", 2, 3), ("la.png", 4, 2), ("rgba.png", 6, 4)):
        (tmp_path / name).write_bytes(png(16, colour, (b"\0" + bytes(12 * channels)) * 4))
    (tmp_path / "a.ppm").write_bytes(b"P6 6 4 65535\n" + bytes(6 * 4 * 6))
    for name in ("rgb.png", "la.png", "rgba.png", "a.ppm"):
        with pytest.raises(ValueError, match=rf"{name}' is an image with 16 bits per channel"):
            read_head(tmp_path / name)


def test_broken_files_are_named(tmp_path):
    whole = png(8, 0, (b"\0" + bytes(range(0, 60, 10))) * 4)
    np.testing.assert_array_equal(
        read_image(_written(tmp_path, whole))[..., 0], np.tile(np.arange(0, 60, 10, dtype=np.uint8), (4, 1))
    )
    for content in (b"", b"text", whole[:20], whole[:-30]):
        with pytest.raises(ValueError, match=r"a\.png' cannot be read as an image"):
            read_image(_written(tmp_path, content))


def _written(folder, content):
    (folder / "a.png").write_bytes(content)
    return folder / "a.png"
