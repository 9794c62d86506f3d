"""Images in `.npy` files and in folders."""

import os
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from PIL import Image

from keras_vae.files.whole import whole_folder

AT_ONCE = 500
KINDS = (".png", ".bmp", ".gif", ".jpg", ".jpeg", ".pgm", ".ppm", ".tif", ".tiff", ".webp")
WHITE = 255
NUMBERED = re.compile(r"\d{6,}\.png")


def npy_batches(path) -> tuple[int, Callable[[], Iterator[np.ndarray]]]:
    """How many examples a `.npy` file holds, and what makes an iterator over them; they stay on the disk.

    Raises:
        ValueError: If it is no such file, or holds no array of examples.
    """
    array = load_npy(path, mmap_mode="r")
    if not isinstance(array, np.ndarray) or array.ndim < 2:
        raise ValueError(f"{os.fspath(path)!r} must hold an array (examples, ...).")
    count = len(array)
    return count, lambda: (_part(path, start) for start in range(0, max(count, 1), AT_ONCE))


def _part(path, start) -> np.ndarray:
    """Some of a file's examples. It is mapped for them alone: what has been read of a mapped file stays in memory."""
    return np.array(load_npy(path, mmap_mode="r")[start : start + AT_ONCE])


def load_npy(path, mmap_mode: str | None = None) -> np.ndarray:
    """The array of a `.npy` file; `mmap_mode` is NumPy's, such as "r" to leave it on the disk.

    Raises:
        ValueError: If it is no such file.
    """
    try:
        return np.load(path, mmap_mode=mmap_mode, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{os.fspath(path)!r} is no .npy file of numbers: {error}") from error


def folder_batches(path, binary: bool) -> tuple[int, Callable[[], Iterator[np.ndarray]]]:
    """How many images a folder holds, and what makes an iterator over them, in the order of their names.

    Args:
        path: A folder of 8-bit images of one size, in grey or in colour.
        binary: Whether black and white, 0 and 255, are to be zeros and ones.

    Raises:
        ValueError: If there is no image; and from the iterator, if an image is of another shape than the first, or
            is to be black and white, and is not.
    """
    files = sorted(file.path for file in os.scandir(path) if file.name.lower().endswith(KINDS))
    if not files:
        raise ValueError(f"There is no image in {os.fspath(path)!r}. Expected files such as 0001.png.")
    return len(files), lambda: _read(files, binary)


def save_images(path, batches: Iterable[np.ndarray], binary: bool) -> int:
    """Writes images as PNG files, numbered from 000000.png on.

    Args:
        path: The folder. It appears when it is complete; what is there already stays, but for older numbered files.
        batches: Arrays uint8 `(n, height, width, channels)`, of 1 or 3 channels.
        binary: Whether they are zeros and ones, to be black and white; what lies between, as a mean, is grey.

    Returns:
        How many.

    Raises:
        ValueError: If the examples are no images.
    """
    with whole_folder(path, lambda file: NUMBERED.fullmatch(file) is not None) as folder:
        return _write(folder, batches, binary)


def _write(folder, batches, binary) -> int:
    count = 0
    for batch in batches:
        if batch.ndim != 4 or batch.shape[-1] not in (1, 3) or (batch.dtype != np.uint8 and not binary):
            raise ValueError(
                f"Examples of shape {batch.shape[1:]} and dtype {batch.dtype} are no 8-bit images. Give a .npy file to "
                "write."
            )
        pixels = np.rint(batch * float(WHITE)).astype(np.uint8) if binary else batch
        for image in pixels[..., 0] if pixels.shape[-1] == 1 else pixels:
            Image.fromarray(image).save(os.path.join(folder, f"{count:06d}.png"))
            count += 1
    return count


def _read(files, binary) -> Iterator[np.ndarray]:
    shape = None
    for start in range(0, len(files), AT_ONCE):
        images = [_pixels(file) for file in files[start : start + AT_ONCE]]
        shape = shape or images[0].shape
        for file, image in zip(files[start:], images, strict=False):
            if image.shape != shape:
                raise ValueError(f"{file!r} is of shape {image.shape}, and the first image of {shape}.")
            if binary and not np.isin(image, (0, WHITE)).all():
                raise ValueError(
                    f"{file!r} is not black and white: it holds other values than 0 and {WHITE}. Draw a line first, "
                    "such as `pixels >= 128`; or take a model whose likelihood is of grey values."
                )
        pixels = np.stack(images)
        yield pixels // WHITE if binary else pixels


def _pixels(file) -> np.ndarray:
    try:
        return _read_pixels(file)
    except (OSError, SyntaxError, struct.error, zlib.error, Image.DecompressionBombError) as error:
        # Whatever Pillow makes of a broken file.
        raise ValueError(f"{file!r} cannot be read as an image: {error}") from error


def _read_pixels(file) -> np.ndarray:
    with Image.open(file) as image:
        if image.mode not in ("1", "L", "RGB"):
            raise ValueError(f"{file!r} is an image of mode {image.mode!r}. Expected 8-bit grey or RGB.")
        pixels = np.asarray(image.convert("L") if image.mode == "1" else image)
    return pixels if pixels.ndim == 3 else pixels[..., np.newaxis]
