"""Folders of images: their files, their labels, and their pixels as they are asked for."""

import math
import os
import pathlib
from collections.abc import Iterator

import numpy as np

from keras_vae.datasets.image_files import EXPECTED, KINDS, ImageHead, read_head, read_image

# Modes whose pixels are as those of another.
READ_AS = {"1": "L", "I;16B": "I;16", "I;16L": "I;16"}


def files_within(path) -> Iterator[pathlib.Path]:
    """The files in a folder and its sub-folders, in the order of their names, but for what is hidden by a dot.

    Links are followed; one that leads into a folder that it is in is not, and one that leads nowhere is a file.
    """
    return iter(sorted(_files_within(pathlib.Path(path), {os.path.realpath(path)})))


class ImageFolder:
    """The images of a folder and of its sub-folders, in the order of their names, read as they are asked for.

    Sub-folders are labels. What is hidden (a name that begins with a dot) and files that are no images by their ending
    are left out. All heads are read and compared at once, and no pixel.

    Args:
        path: The folder.

    Attributes:
        files: Paths of the images.
        head: What the heads say, the same of all.
        labels: Names of sub-folders `(n,)`, or `None` unless all images are in some.
        num_left_out: How many other files there are, hidden ones not counted.

    Raises:
        ValueError: If there is no image, a file cannot be read, or its image has another size or mode than the first:
            the message names the file.
    """

    def __init__(self, path):
        self.path = os.fspath(path)
        found = list(files_within(path))
        images = [file for file in found if file.name.lower().endswith(KINDS)]
        if not images:
            raise ValueError(f"There is no image in {self.path!r}. Expected files such as 0001.png.")
        self.files = [os.fspath(file) for file in images]
        self.num_left_out = len(found) - len(images)
        folders = [file.relative_to(path).parts[:-1] for file in images]
        self.labels = np.array([folder[0] for folder in folders]) if all(folders) else None
        self.head = self._common_head()

    def __len__(self):
        return len(self.files)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """`(n, height, width, channels)`."""
        return (len(self.files), *self.head.shape)

    @property
    def dtype(self) -> np.dtype:
        """Of the pixels."""
        return np.dtype(self.head.dtype)

    @property
    def size(self) -> int:
        """How many values all images hold."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """How many bytes they take in memory."""
        return self.size * self.dtype.itemsize

    def __getitem__(self, chosen) -> np.ndarray:
        """Pixels of the images of a slice or of an array of indices, `(batch, height, width, channels)`."""
        files = np.array(self.files)[chosen]
        pixels = np.empty((len(files), *self.head.shape), self.dtype)
        for place, file in zip(pixels, files, strict=True):
            place[:] = read_image(file)
        return pixels

    def _common_head(self) -> ImageHead:
        first = None
        for file in self.files:
            head = read_head(file)
            first = first or head
            if _read_as(head.mode) != _read_as(first.mode):
                raise ValueError(
                    f"{file!r} is an image of mode {head.mode!r}. {EXPECTED}, in all files as in the first, "
                    f"{self.files[0]!r}: mode {first.mode!r}."
                )
            if head.shape != first.shape:
                raise ValueError(
                    f"{file!r} has shape {head.shape}, and the first image {first.shape}: {self.files[0]!r}. Expected "
                    "images of one size: crop or enlarge them first."
                )
        return first


def _files_within(folder, above):
    for entry in os.scandir(folder):
        path = folder / entry.name
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            place = os.path.realpath(path)
            if place not in above:
                yield from _files_within(path, above | {place})
        elif entry.is_file() or (entry.is_symlink() and not os.path.exists(path)):
            yield path


def _read_as(mode) -> str:
    return READ_AS.get(mode, mode)
