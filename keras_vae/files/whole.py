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

# Of Linux: paths are relative to the working folder; both names are exchanged in one step.
AT_FDCWD, RENAME_EXCHANGE = -100, 2
# Characters; file systems allow 255 bytes.
MOST_OF_NAME = 50


@contextlib.contextmanager
def whole_file(path) -> Iterator[str]:
    """Gives a name to write a file to, which takes the place of `path` at the end; after an error nothing is left.

    The name ends as `path` does. What is no ordinary file, such as a pipe, is written to as it is.

    Args:
        path: The file, in a folder that is there. A link is followed.

    Raises:
        FileNotFoundError: If there is no such folder.
        IsADirectoryError: If `path` is a folder.
    """
    target = os.path.realpath(path)
    if os.path.isdir(target):
        raise IsADirectoryError(f"{os.fspath(path)!r} is a folder. Give a file.")
    if os.path.exists(target) and not os.path.isfile(target):
        yield os.fspath(path)
        return
    name = _beside(target)
    try:
        yield name
        if os.path.exists(target):
            shutil.copymode(target, name)
        flush(name)
        os.replace(name, target)
        flush(os.path.dirname(target))
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(name)


@contextlib.contextmanager
def whole_folder(path, is_replaced: Callable[[str], bool]) -> Iterator[str]:
    """Gives a new folder to write to, which takes the place of `path` at the end; after an error nothing is left.

    Args:
        path: The folder, which need not be there, nor what it is in. A link is followed.
        is_replaced: Whether a file of the older folder is what is being replaced, by its path in it. All others, which
            somebody else has put there, are in the new folder as well.

    Raises:
        NotADirectoryError: If `path` is a file.
    """
    target = os.path.realpath(path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    name = _beside(target)
    os.mkdir(name)
    try:
        yield name
        take_place(name, target, is_replaced)
    finally:
        shutil.rmtree(name, ignore_errors=True)


def take_place(folder: str, target: str, is_replaced: Callable[[str], bool]) -> None:
    """Puts a folder in the place of another, which is gone then, but for what is not replaced.

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


def flush(path: str) -> None:
    """Waits until a file, or the names in a folder, are on the disk."""
    if os.path.isdir(path) and sys.platform == "win32":
        # Folders cannot be opened there.
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_all(folder: str) -> None:
    """Waits until a folder with all that is in it is on the disk."""
    for parent, _, files in os.walk(folder, topdown=False):
        for file in files:
            flush(os.path.join(parent, file))
        flush(parent)


def has_scheme(path) -> bool:
    """Whether a path names a place that is on no disk of this machine, such as `gs://bucket/model.keras`."""
    return "://" in os.fspath(path)


def _beside(target: str) -> str:
    """A name of its own in the folder of a file, which ends as the file does."""
    folder, name = os.path.split(target)
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"There is no folder {folder!r} for {name!r}. Make it first.")
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


def _keep_others(older: str, newer: str, is_replaced) -> None:
    for parent, folders, files in os.walk(older):
        inside = os.path.relpath(parent, older)
        # Links to folders are files to us: what they lead to is elsewhere.
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        for name in (*files, *links):
            path = os.path.normpath(os.path.join(inside, name))
            if not is_replaced(path) and not os.path.lexists(os.path.join(newer, path)):
                os.makedirs(os.path.dirname(os.path.join(newer, path)), exist_ok=True)
                os.rename(os.path.join(older, path), os.path.join(newer, path))
