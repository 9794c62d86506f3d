import re
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from keras_vae.datasets import image_folder
from keras_vae.runs import image_files
from keras_vae.runs.environment import STATUS
from keras_vae.runs.image_files import folder_batches, npy_batches, save_images

RNG = np.random.default_rng(0)


def mapped_bytes() -> int:
    """Resident memory of this process that belongs to files."""
    return 1024 * int(re.search(r"RssFile:\s*(\d+) kB", STATUS.read_text())[1])


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_images_are_written_and_read_again_in_their_order(tmp_path, channels, monkeypatch):
    # Batches of the usual size would take hundreds of files.
    monkeypatch.setattr(image_files, "AT_ONCE", 5)
    x = RNG.integers(0, 256, (12, 6, 5, channels)).astype(np.uint8)
    assert save_images(tmp_path / "images", iter([x[:7], x[7:]]), binary=False) == 12
    count, batches = folder_batches(tmp_path / "images", binary=False)
    assert count == 12
    # Again and again.
    for _ in range(2):
        assert [len(batch) for batch in batches()] == [5, 5, 2]
        np.testing.assert_array_equal(np.concatenate(list(batches())), x)


@pytest.mark.parametrize("dtype", ["bool", "float32", "uint8"])
def test_zeros_and_ones_are_black_and_white(tmp_path, dtype):
    x = RNG.integers(0, 2, (3, 6, 5, 1)).astype(dtype)
    save_images(tmp_path, iter([x]), binary=True)
    with Image.open(tmp_path / "000001.png") as image:
        np.testing.assert_array_equal(np.asarray(image), x[1, ..., 0] * 255.0)
    np.testing.assert_array_equal(next(folder_batches(tmp_path, binary=True)[1]()), x)


def test_means_of_zeros_and_ones_are_grey(tmp_path):
    x = RNG.random((3, 6, 5, 1))
    save_images(tmp_path, iter([x]), binary=True)
    with Image.open(tmp_path / "000002.png") as image:
        np.testing.assert_array_equal(np.asarray(image), np.rint(255 * x[2, ..., 0]))


@pytest.mark.parametrize("value", [1, 128, 254])
def test_what_is_neither_black_nor_white(tmp_path, value):
    pixels = np.full((4, 4), 255, np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    pixels[2, 1] = value
    Image.fromarray(pixels).save(tmp_path / "b.png")
    with pytest.raises(ValueError, match=r"b\.png' is not black and white: it holds other values than 0 and 255"):
        list(folder_batches(tmp_path, binary=True)[1]())


def test_one_bit_images(tmp_path):
    pixels = RNG.integers(0, 2, (6, 5)).astype(bool)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    np.testing.assert_array_equal(next(folder_batches(tmp_path, binary=True)[1]())[0, ..., 0], pixels)


def test_a_folder_that_will_not_do(tmp_path):
    (tmp_path / "notes.txt").write_text("no image")
    with pytest.raises(ValueError, match="There is no image in"):
        folder_batches(tmp_path, binary=False)
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / "a.png")
    Image.fromarray(np.zeros((4, 5), np.uint8)).save(tmp_path / "b.png")
    with pytest.raises(ValueError, match=r"b\.png' has shape \(4, 5, 1\), and the first image \(4, 4, 1\)"):
        list(folder_batches(tmp_path, binary=False)[1]())
    Image.fromarray(np.zeros((4, 4, 4), np.uint8)).save(tmp_path / "b.png")
    with pytest.raises(ValueError, match=r"mode 'RGBA'\. Expected 8-bit grey or RGB"):
        list(folder_batches(tmp_path, binary=False)[1]())


@pytest.mark.parametrize("x", [np.zeros((2, 9), np.uint8), np.zeros((2, 4, 4, 1), np.int64)])
def test_examples_that_are_no_images(tmp_path, x):
    with pytest.raises(ValueError, match=r"are not 8-bit images\. Give a \.npy file"):
        save_images(tmp_path / "images", iter([x]), binary=False)
    assert not (tmp_path / "images").exists()


def test_no_images_are_an_empty_folder(tmp_path):
    assert save_images(tmp_path / "images", iter([]), binary=False) == 0
    assert list((tmp_path / "images").iterdir()) == []


def test_arrays_stay_on_the_disk(tmp_path):
    x = RNG.integers(0, 9, (1201, 3, 2))
    np.save(tmp_path / "x.npy", x)
    count, batches = npy_batches(tmp_path / "x.npy")
    assert count == 1201
    assert [len(batch) for batch in batches()] == [500, 500, 201]
    np.testing.assert_array_equal(np.concatenate(list(batches())), x)


@pytest.mark.skipif(not STATUS.is_file(), reason="Only Linux says how much of a file is mapped.")
def test_a_file_that_was_read_is_not_held(tmp_path):
    # A file with a hole in it: 128 MB that the disk need not have.
    np.lib.format.open_memmap(tmp_path / "x.npy", "w+", np.uint8, (2**13, 2**14))
    _, batches = npy_batches(tmp_path / "x.npy")
    before = mapped_bytes()
    assert sum(int(batch.sum()) for batch in batches()) == 0
    assert mapped_bytes() - before < 2**25


def test_what_is_no_array(tmp_path):
    (tmp_path / "text.npy").write_text("text")
    with pytest.raises(ValueError, match=r"is not a \.npy file of numbers"):
        npy_batches(tmp_path / "text.npy")
    np.save(tmp_path / "objects.npy", np.array([{}, {}]))
    with pytest.raises(ValueError, match=r"is not a \.npy file of numbers"):
        npy_batches(tmp_path / "objects.npy")
    np.save(tmp_path / "one.npy", np.zeros(5))
    with pytest.raises(ValueError, match="must hold an array"):
        npy_batches(tmp_path / "one.npy")


def test_files_that_are_no_images_are_named(tmp_path):
    """One that ends early, one whose head claims 2.5 billion pixels, and one of text."""
    head = (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    )
    Image.fromarray(np.arange(4096, dtype=np.uint8).reshape(64, 64)).save(tmp_path / "whole.png")
    whole = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "whole.png").unlink()
    for content in (whole[: len(whole) // 2], head + struct.pack(">I", zlib.crc32(head[12:])), b"text"):
        (tmp_path / "bad.png").write_bytes(content)
        with pytest.raises(ValueError, match=r"bad\.png' cannot be read as an image"):
            list(folder_batches(tmp_path, binary=False)[1]())


def test_greys_of_16_bits_are_written_and_read_again(tmp_path):
    x = RNG.integers(0, 65536, (3, 6, 5, 1)).astype(np.uint16)
    save_images(tmp_path, iter([x]), binary=False)
    np.testing.assert_array_equal(next(folder_batches(tmp_path, binary=False)[1]()), x)


def test_images_that_a_model_does_not_take_are_named_before_pixels_are_read(tmp_path, monkeypatch):
    save_images(tmp_path, iter([np.zeros((2, 6, 5, 3), np.uint8)]), binary=False)
    monkeypatch.setattr(image_folder, "read_image", lambda file: pytest.fail("Pixels were read."))
    folder_batches(tmp_path, False, (6, 5, 3))
    with pytest.raises(ValueError, match=r"000000\.png' has shape \(6, 5, 3\); the model takes \(8, 8, 1\)"):
        folder_batches(tmp_path, False, (8, 8, 1))


def test_large_images_are_read_few_at_a_time(tmp_path, monkeypatch):
    x = RNG.integers(0, 256, (5, 6, 5, 1)).astype(np.uint8)
    save_images(tmp_path, iter([x]), binary=False)
    for most, sizes in ((60, [2, 2, 1]), (29, [1] * 5)):
        monkeypatch.setattr(image_files, "MOST_BYTES", most)
        batches = list(folder_batches(tmp_path, binary=False)[1]())
        assert [len(batch) for batch in batches] == sizes
        np.testing.assert_array_equal(np.concatenate(batches), x)
