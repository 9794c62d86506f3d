"""Files that are not as they were written."""

import os
import zipfile
import zlib

# How much larger the parts of an archive may be, unpacked: weights do not pack well, and nothing else is large.
MOST_UNPACKED, ALWAYS_ALLOWED = 20, 2**20


class DamagedFileError(ValueError):
    """A file that is not as it was written; nothing of the damaged part is returned."""


def is_archive(path) -> bool:
    """Whether a file begins as a zip archive does, be it whole or not."""
    with open(path, "rb") as file:
        return file.read(2) == b"PK"


def check_archive(path) -> None:
    """Reads all of a zip archive, such as a `.keras` file, and compares it with its checksums.

    From Python 3.12 on, what is read in an order of the reader's own is not compared by itself.

    Raises:
        DamagedFileError: If the file is no archive, a checksum does not fit, or its parts claim to be far larger than
            the file is.
    """
    path = os.fspath(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(path, archive)
            bad = archive.testzip()
    except DamagedFileError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        # What zipfile makes of a damaged table of contents is of many kinds.
        raise DamagedFileError(f"{path!r} is damaged, or not an archive: {error}.") from error
    if bad is not None:
        raise DamagedFileError(f"{path!r} is damaged: the checksum of its part {bad!r} does not match.")


def _check_sizes(path, archive):
    unpacked, size = sum(part.file_size for part in archive.infolist()), os.path.getsize(path)
    if unpacked > MOST_UNPACKED * size + ALWAYS_ALLOWED:
        raise DamagedFileError(f"{path!r} has {size:,} bytes but claims to hold {unpacked:,}: it is not unpacked.")
