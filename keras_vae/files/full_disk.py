"""Disks that are full, in words that do not depend on who was writing."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Whoever fails for want of room has left less than this.
PROBE_BYTES = 2**20


@contextlib.contextmanager
def full_disk_explained(path, folder: str) -> Iterator[None]:
    """Raises an OSError in one line, with the number of the system, where what is within fails for want of room.

    TensorFlow and HDF5 have errors of their own for it, of several lines and of other classes.

    Args:
        path: What is being written, by the name that the user gave.
        folder: A folder on the disk that is written to.

    Raises:
        OSError: With `errno` and `filename`, if the disk is full, a quota is used up or a file may not be so large.
    """
    try:
        yield
    except ValueError:
        # It is about what was to be written.
        raise
    except Exception as error:
        number = _reason(error, folder)
        if number is None:
            raise
        text = f"{os.strerror(number)}; what was there is unchanged. Free some space, and try again"
        raise OSError(number, text, os.fspath(path)) from error


def check_room(path: str, num_bytes: int) -> None:
    """Leaves a file of no bytes at a place where there is room for so many.

    HDF5 may end the process where a disk is full, and is not let near one. Systems that cannot set room aside are
    taken at their word.

    Raises:
        OSError: If there is none.
    """
    with open(path, "wb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, num_bytes)
            file.truncate(0)


def _reason(error, folder) -> int | None:
    """The number of the system's error if it is for want of room, else `None`."""
    if isinstance(error, OSError):
        return error.errno if error.errno in FULL else None
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            written = file.write(bytes(PROBE_BYTES))
            # A write may end early; the next one then says why.
            file.write(bytes(PROBE_BYTES - written))
    except OSError as found:
        return found.errno if found.errno in FULL else None
    return None
