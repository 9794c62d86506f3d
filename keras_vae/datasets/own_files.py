"""Data sets of one's own: an array, a table or a folder of images, by its path."""

import dataclasses
import os
import pathlib
import weakref

import numpy as np

from keras_vae.datasets.array_files import ArrayOnDisk, load_npz
from keras_vae.datasets.embedded import EMBEDDED
from keras_vae.datasets.facts import Facts, facts_of
from keras_vae.datasets.image_folder import ImageFolder, files_within
from keras_vae.datasets.tables import read_csv, read_labelled_csv, read_labelled_parquet, read_parquet

ARRAYS, TABLES = (".npy", ".npz"), (".csv", ".parquet")
# Up to so many bytes of values are held in memory; more stay on the disk, and are read as they are asked for.
MOST_BYTES_IN_MEMORY = 2**30
SPLIT_SEED = 0
# What people call the parts of their data, which are given one by one.
PARTS = {"train", "training", "test", "testing", "val", "valid", "validation"}
EXPECTED = "a .npy or .npz array, a .csv or .parquet table, or a folder of images"
# Values that were read are read once, as long as somebody holds them.
_opened = weakref.WeakValueDictionary()


@dataclasses.dataclass(frozen=True, eq=False)
class OwnData:
    """A data set at a path.

    Attributes:
        path: Where it was read.
        rows: `(n, *event_shape)`: an array in memory, or what gives one for an array of indices.
        facts: Of all its values.
        labels: `(n,)`, or `None`.
        note: What else to say of how it was read, or nothing.
    """

    path: str
    rows: np.ndarray | ArrayOnDisk | ImageFolder
    facts: Facts
    labels: np.ndarray | None
    note: str = ""

    @property
    def event_shape(self) -> tuple[int, ...]:
        """The shape of one example."""
        return tuple(self.rows.shape[1:])

    def split(self, split: str, held_out: float) -> np.ndarray | None:
        """Indices of the examples of a split, in their order; `None` for all of them.

        Args:
            split: `"all"`, or `"train"` or `"test"`: the latter is drawn once and for all by a fixed seed.
            held_out: The share of `"test"`, from 0 to below 1; of more than one example at least one is in each split.

        Raises:
            ValueError: If the split is another, or empty.
        """
        count = len(self.rows)
        if split not in ("all", "train", "test"):
            raise ValueError(f"{self.path!r} has the splits 'all', 'train' and 'test'. Received: split={split!r}.")
        if split == "all" or (split == "train" and held_out == 0):
            return None
        num_test = min(max(1, round(held_out * count)), count - 1) if held_out else 0
        if num_test == 0:
            raise ValueError(
                f"{self.path!r} holds {count} example{'s' * (count > 1)}, of which a share of {held_out:g} cannot be "
                "held back for the validation."
            )
        order = np.random.default_rng(SPLIT_SEED).permutation(count)
        return np.sort(order[:num_test] if split == "test" else order[num_test:])

    def __str__(self) -> str:
        """What was read, in a line."""
        count = len(self.rows)
        return f"{count:,} {_things(self.event_shape, count != 1)} in {self.path!r}: {self.facts}{self.note}"


def is_path(name) -> bool:
    """Whether a name of a dataset is a path: that of something that is there, or what can be nothing else.

    A folder in which TensorFlow Datasets has prepared the dataset of that name is that dataset.
    """
    if isinstance(name, os.PathLike):
        return True
    if name in EMBEDDED:
        return False
    if name.lower().endswith(ARRAYS + TABLES) or name.endswith(("/", os.sep)) or name.startswith((".", "~")):
        return True
    return os.path.isabs(name) or (os.path.exists(name) and not any(pathlib.Path(name).rglob("dataset_info.json")))


def name_of(dataset) -> str:
    """What a dataset is called for short: its name, or the last part of its path."""
    if not is_path(dataset):
        return dataset
    path = pathlib.Path(os.path.abspath(dataset))
    return path.stem if path.suffix.lower() in ARRAYS + TABLES else path.name


def open_own(path, column: str | None = None) -> OwnData:
    """Reads a data set of one's own; what is larger than a gigabyte is looked at, and stays on the disk.

    Integers, booleans and floats are taken as they are. uint8, uint16 and boolean arrays `(n, height, width)` are taken
    for grey images and get an axis of channels. Images that are in sub-folders have their names for labels.

    Args:
        path: A `.npy` or `.npz` file with an array `(n, *event_shape)`, a `.csv` or `.parquet` table of numbers, or a
            folder of images of one size and mode.
        column: Of a table, the name of the column that holds the labels, numbers or texts; it is left out of the rows.

    Raises:
        ImportError: If what reads Parquet is not installed.
        ValueError: If there is no such file or column, or it does not hold numbers of examples that are finite, or NaN
            where they are missing. The message names the file.
    """
    path = os.path.expanduser(os.fspath(path))
    if not os.path.exists(path):
        raise ValueError(f"There is nothing at {path!r}. Expected {EXPECTED}.")
    if column is not None and not path.lower().endswith(TABLES):
        raise ValueError(
            f"{path!r} is no table, and has no column {column!r}. Labels of a folder are its sub-folders, those of a "
            ".npz file an array (n,): give conditional=True (--conditional alone, after the data)."
        )
    stamp = (*_stamp(path), column)
    data = _opened.get(stamp)
    if data is None:
        data = _opened[stamp] = _read(path, column)
    return data


def _stamp(path):
    """What changes when the files do."""
    files = files_within(path) if os.path.isdir(path) else [path]
    stats = [(os.fspath(file), os.stat(file)) for file in files if os.path.exists(file)]
    return path, os.getcwd(), tuple((file, stat.st_mtime_ns, stat.st_size) for file, stat in stats)


def _read(path, column) -> OwnData:
    if os.path.isdir(path):
        return _of_folder(path)
    kind, labels, note = os.path.splitext(path)[1].lower(), None, ""
    if kind == ".npy":
        rows = ArrayOnDisk(path)
    elif kind == ".npz":
        rows, labels = load_npz(path)
    elif kind == ".csv":
        rows, labels = (read_csv(path), None) if column is None else read_labelled_csv(path, column)
    elif kind == ".parquet":
        rows, labels = (read_parquet(path), None) if column is None else read_labelled_parquet(path, column)
    else:
        raise ValueError(f"{path!r} is not a file that can be read. Expected {EXPECTED}.")
    _check_array(path, rows)
    if len(rows.shape) == 3 and rows.dtype in (np.uint8, np.uint16, np.bool_):
        rows = ArrayOnDisk(path, with_channels=True) if kind == ".npy" else rows[..., np.newaxis]
        note = ", taken for grey images"
    if rows.nbytes <= MOST_BYTES_IN_MEMORY:
        rows = rows[:]
    facts = facts_of(rows)
    _check_finite(path, rows, facts)
    return OwnData(path, rows, facts, labels, note)


def _check_array(path, rows):
    if rows.dtype.kind not in "biuf":
        raise ValueError(f"{path!r} must hold an array of numbers. Received dtype {rows.dtype}.")
    if len(rows.shape) < 2 or rows.size == 0:
        raise ValueError(
            f"{path!r} must hold at least one example, in an array such as (n, height, width, channels) or "
            f"(n, columns). Received shape {rows.shape}."
        )


def _check_finite(path, rows, facts):
    largest = max(abs(facts.smallest), abs(facts.largest))
    if facts.num_infinite or largest > float(np.finfo(np.float32).max):
        raise ValueError(
            f"{path!r} must hold finite numbers that float32 can hold. Received: "
            f"{f'{facts.num_infinite:,} infinite values' if facts.num_infinite else f'{largest:.3g}'}."
        )
    if facts.num_missing == rows.size:
        raise ValueError(f"{path!r} holds no number: everything is NaN.")


def _of_folder(path) -> OwnData:
    parts = sorted(entry.name for entry in os.scandir(path) if entry.is_dir() and entry.name.lower() in PARTS)
    if parts:
        raise ValueError(
            f"{path!r} has the folders {', '.join(map(repr, parts))}. Give one of them, such as "
            f"{os.path.join(path, parts[0])!r}, and another by `validation` (--validation)."
        )
    rows = ImageFolder(path)
    note = f", {rows.num_left_out:,} other files left out" if rows.num_left_out else ""
    bits, labels = 8 * rows.dtype.itemsize, rows.labels
    if rows.nbytes <= MOST_BYTES_IN_MEMORY:
        rows = rows[:]
    return OwnData(path, rows, dataclasses.replace(facts_of(rows), bits=bits), labels, note)


def _things(event_shape, several) -> str:
    """What examples of a shape are, in words."""
    plural = "s" * several
    if len(event_shape) == 1:
        return f"row{plural} of {event_shape[0]:,} columns"
    if len(event_shape) == 2:
        return f"signal{plural} of length {event_shape[0]:,} and {event_shape[1]:,} channels"
    sides = "x".join(map(str, event_shape[:-1]))
    if len(event_shape) == 3:
        colours = {1: "grey", 3: "colour", 4: "colour and transparency"}
        return f"image{plural} of {sides}, {colours.get(event_shape[-1], f'{event_shape[-1]} channels')}"
    return f"example{plural} of {sides}, {event_shape[-1]} channels"
