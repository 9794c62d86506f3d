"""Images in `.npy` files and in folders."""

import math
import os
import re
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from PIL import Image

from keras_vae.datasets.array_files import load_npy
from keras_vae.datasets.image_folder import ImageFolder
from keras_vae.files.whole import whole_folder

# Examples that are read at once, and bytes of their pixels, if there are several.
AT_ONCE, MOST_BYTES = 500, 2**25
WHITE = 255
# Channels and dtype of images that PNG files hold.
WRITTEN = {(channels, "uint8") for channels in (1, 2, 3, 4)} | {(1, "uint16")}
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


def folder_batches(
    path, binary: bool, event_shape: tuple[int, ...] | None = None
) -> tuple[int, Callable[[], Iterator[np.ndarray]]]:
    """How many images a folder holds, and what makes an iterator over them, in the order of their names.

    The heads of all files are compared at once, before any pixels are read; these are read as they are asked for.

    Args:
        path: A folder of images of one size and mode; see `datasets.image_folder.ImageFolder`.
        binary: Whether black and white, 0 and 255, are to be zeros and ones.
        event_shape: The shape that they must have; `None` is any.

    Raises:
        ValueError: If there is no image, or one is of another shape than the first or than is asked for; and from the
            iterator, if its pixels cannot be read, or it is to be black and white, and is not.
    """
    folder = ImageFolder(path)
    if event_shape is not None and folder.head.shape != tuple(event_shape):
        raise ValueError(f"{folder.files[0]!r} has shape {folder.head.shape}; the model takes {tuple(event_shape)}.")
    return len(folder), lambda: _read(folder, binary)


def save_images(path, batches: Iterable[np.ndarray], binary: bool) -> int:
    """Writes images as PNG files, numbered from 000000.png on.

    Args:
        path: The folder. It appears when it is complete; what is there already stays, but for older numbered files.
        batches: Arrays uint8 `(n, height, width, channels)`, of 1 to 4 channels: grey or colour, the last of 2 or 4
            of them transparency; or uint16 of 1 channel.
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
        dtype = "uint8" if binary else batch.dtype.name
        if batch.ndim != 4 or (batch.shape[-1], dtype) not in WRITTEN:
            raise ValueError(
                f"Examples of shape {batch.shape[1:]} and dtype {batch.dtype} are not 8-bit images. Give a .npy file "
                "to write."
            )
        pixels = np.rint(batch * float(WHITE)).astype(np.uint8) if binary else batch
        for image in pixels[..., 0] if pixels.shape[-1] == 1 else pixels:
            Image.fromarray(image).save(os.path.join(folder, f"{count:06d}.png"))
            count += 1
    return count


def _read(folder, binary) -> Iterator[np.ndarray]:
    step = max(1, min(AT_ONCE, MOST_BYTES // math.prod(folder.head.shape)))
    for start in range(0, len(folder), step):
        pixels = folder[start : start + step]
        if binary:
            _check_black_and_white(folder.files[start:], pixels)
        yield pixels // WHITE if binary else pixels


def _check_black_and_white(files, pixels):
    for file, image in zip(files, pixels, strict=False):
        if not np.isin(image, (0, WHITE)).all():
            raise ValueError(
                f"{file!r} is not black and white: it holds other values than 0 and {WHITE}. Threshold it first, such "
                "as `pixels >= 128`; or use a model whose likelihood is for grey values."
            )
