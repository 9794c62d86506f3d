"""Files and folders that are written beside their place, flushed to the disk, and then take it: whole, or not at all.

Until then what was there stays as it is. A process that is killed leaves a hidden `.….unfinished.NAME` beside it.
"""

import contextlib
import ctypes
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator

from keras_vae.files.full_disk import full_disk_explained

# Of Linux: paths are relative to the working folder; both names are exchanged in one step.
AT_FDCWD, RENAME_EXCHANGE = -100, 2
# Characters; file systems allow 255 bytes.
MOST_OF_NAME = 50


@contextlib.contextmanager
def whole_file(path) -> Iterator[str]:
    """Gives a name to write a file to, which takes the place of `path` at the end; after an error nothing is left.

    The name ends as `path` does. What is no ordinary file, such as a pipe or a place with a scheme, is written to as it
    is.

    Args:
        path: The file, in a folder that is there. A link is followed.

    Raises:
        FileNotFoundError: If there is no such folder.
        IsADirectoryError: If `path` is a folder.
        OSError: If the disk is full, whoever was writing; see `files.full_disk`.
    """
    if has_scheme(path):
        yield os.fspath(path)
        return
    target = os.path.realpath(path)
    if os.path.isdir(target):
        raise IsADirectoryError(f"{os.fspath(path)!r} is a folder. Give a file.")
    if os.path.exists(target) and not os.path.isfile(target):
        yield os.fspath(path)
        return
    name = _beside(target)
    try:
        with full_disk_explained(path, os.path.dirname(target)):
            yield name
            if os.path.exists(target):
                shutil.copymode(target, name)
            flush(name)
            os.replace(name, target)
            flush(os.path.dirname(target))
    finally:
        remove(name)


@contextlib.contextmanager
def whole_folder(path, is_replaced: Callable[[str], bool]) -> Iterator[str]:
    """Gives a new folder to write to, which takes the place of `path` at the end; after an error nothing is left.

    Args:
        path: The folder, which need not be there, nor what it is in. A link is followed; a place with a scheme is
            written to as it is.
        is_replaced: Whether a file of the older folder is what is being replaced, by its path in it. All others, which
            somebody else has put there, are in the new folder as well.

    Raises:
        NotADirectoryError: If `path` is a file.
        OSError: If the disk is full, whoever was writing; see `files.full_disk`.
    """
    if has_scheme(path):
        yield os.fspath(path)
        return
    target = os.path.realpath(path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    name = os.path.join(target, f".{secrets.token_hex(4)}.unfinished") if is_held(target) else _beside(target)
    try:
        with full_disk_explained(path, os.path.dirname(target)):
            os.mkdir(name)
            yield name
            take_place(name, target, is_replaced)
    finally:
        remove(name)


def write_text(path, text: str) -> None:
    """Writes a text file in UTF-8, whole or not at all; see `whole_file`."""
    with whole_file(path) as name, open(name, "w", encoding="utf-8") as file:
        file.write(text)


def take_place(folder: str, target: str, is_replaced: Callable[[str], bool]) -> None:
    """Puts a folder in the place of another, which is gone then, but for what is not replaced.

    Where the older one is held in its place (`is_held`), the new one lies in it, and its files take theirs one by one.

    Args:
        folder: What is to be there, on the same disk.
        target: Where it is to be.
        is_replaced: As for `whole_folder`.

    Raises:
        NotADirectoryError: If `target` is a file.
    """
    if os.path.exists(target) and not os.path.isdir(target):
        raise NotADirectoryError(f"{target!r} is a file. Give a folder.")
    flush_all(folder)
    if os.path.dirname(folder) == target:
        _move_into(folder, target, is_replaced)
        return
    if not os.path.isdir(target):
        os.rename(folder, target)
        flush(os.path.dirname(target))
        return
    shutil.copymode(target, folder)
    _exchange(folder, target)
    # The older folder has the name of the new one now.
    _keep_others(folder, target, is_replaced)
    flush(os.path.dirname(target))
    shutil.rmtree(folder)


def is_held(target: str) -> bool:
    """Whether a folder is there that cannot be renamed: the root of a disk, or in a folder that may not be written."""
    held = os.path.ismount(target) or not os.access(os.path.dirname(target), os.W_OK)
    return os.path.isdir(target) and held


def flush(path: str) -> None:
    """Waits until a file, or the names in a folder, are on the disk."""
    # Not every system opens folders, or waits for them.
    with contextlib.suppress(OSError) if os.path.isdir(path) else contextlib.nullcontext():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove(path: str) -> None:
    """Removes a file, or a folder with all that is in it, if it is there."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def flush_all(folder: str) -> None:
    """Waits until a folder with all that is in it is on the disk."""
    for parent, _, files in os.walk(folder, topdown=False):
        for file in files:
            flush(os.path.join(parent, file))
        flush(parent)


def has_scheme(path) -> bool:
    """Whether a path names a place that is on no disk of this machine, such as `gs://bucket/model.keras`."""
    return "://" in os.fspath(path)


def files_of(folder) -> Iterator[str]:
    """The paths of all files in a folder, links among them."""
    for parent, folders, files in os.walk(folder):
        # Links to folders are files to us: what they lead to is elsewhere.
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        for name in (*files, *links):
            yield os.path.relpath(os.path.join(parent, name), folder)


def _beside(target: str) -> str:
    """A name of its own in the folder of a file, which ends as the file does."""
    folder, name = os.path.split(target)
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"There is no folder {folder!r} for {name!r}. Create it first.")
    # Keras goes by how a name ends: `.weights.h5`, `.keras`.
    return os.path.join(folder, f".{secrets.token_hex(4)}.unfinished.{name[-MOST_OF_NAME:]}")


def _exchange(first: str, second: str) -> None:
    """Exchanges two folders: in one step where the system can do that, else with a moment in which `second` is gone."""
    if _exchanged_at_once(first, second):
        return
    aside = _beside(second)
    os.rename(second, aside)
    try:
        os.rename(first, second)
    except OSError:
        os.rename(aside, second)
        raise
    os.rename(aside, first)


def _exchanged_at_once(first: str, second: str) -> bool:
    exchange = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    if exchange is None:
        return False
    return exchange(AT_FDCWD, os.fsencode(first), AT_FDCWD, os.fsencode(second), RENAME_EXCHANGE) == 0


def _move_into(folder, target, is_replaced):
    """Puts what is in a folder into the one that it lies in, and removes what is replaced there."""
    new = set(files_of(folder))
    for path in new:
        os.makedirs(os.path.dirname(os.path.join(target, path)), exist_ok=True)
        os.replace(os.path.join(folder, path), os.path.join(target, path))
    inside = os.path.basename(folder)
    for path in files_of(target):
        if path.split(os.sep)[0] != inside and path not in new and is_replaced(path):
            os.remove(os.path.join(target, path))
    flush_all(target)
    shutil.rmtree(folder)


def _keep_others(older: str, newer: str, is_replaced) -> None:
    for path in files_of(older):
        if not is_replaced(path) and not os.path.lexists(os.path.join(newer, path)):
            os.makedirs(os.path.dirname(os.path.join(newer, path)), exist_ok=True)
            os.rename(os.path.join(older, path), os.path.join(newer, path))
