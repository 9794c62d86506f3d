"""Folders that are worked on for long, by one process at a time."""

import contextlib
import fcntl
import os
import pathlib
from collections.abc import Callable, Iterator

from keras_vae.files.full_disk import full_disk_explained
from keras_vae.files.whole import files_of, is_held, remove, take_place

# By this file the remains of a work are told from anything else.
MARKER = ".keras_vae_unfinished"


@contextlib.contextmanager
def workplace(path, overwrite: bool, is_replaced: Callable[[str], bool]) -> Iterator[str]:
    """Gives a folder `PATH.unfinished` to work in, which takes the place of `path` at the end.

    Where `path` is the root of a disk, or in a folder that may not be written, the work is done in `path` itself.

    The folder at `path` is as it was until then. After an error what was written stays, such as curves of a training,
    which show what went wrong: beside `path`, or at it where nothing is there; the error says where.

    Args:
        path: The folder, which need not be there. Whether what is there may be replaced is for the caller to say.
        overwrite: Remove the remains of a work that did not end.
        is_replaced: Whether a file at `path` is of the kind that is replaced; all others stay. As for `whole_folder`.

    Raises:
        ValueError: If another process works there, or something is there that may not be removed.
        OSError: If the disk is full, whoever was writing; see `files.full_disk`.
    """
    target = os.path.realpath(path)
    work = os.path.join(target, MARKER) if is_held(target) else f"{target}.unfinished"
    marker = os.path.join(work, MARKER)
    with _locked(work):
        if os.listdir(work):
            _check_remains(work, overwrite, is_replaced)
            _empty(work)
        try:
            with full_disk_explained(path, work):
                with open(marker, "w", encoding="utf-8") as file:
                    file.write("keras_vae is at work here, or was stopped before it had finished.\n")
                yield work
                os.remove(marker)
                take_place(work, target, is_replaced)
        except BaseException as error:
            if set(os.listdir(work)) <= {MARKER}:
                remove(marker)
            elif os.path.lexists(target):
                error.add_note(f"What was written so far is in {work!r}. {os.fspath(path)!r} is unchanged.")
            else:
                os.rename(work, target)
                error.add_note(f"What was written so far is in {os.fspath(path)!r}.")
            raise


@contextlib.contextmanager
def _locked(folder):
    """Makes a folder, and keeps others out of it as long as this process lives."""
    missing = [parent for parent in (folder, *map(str, pathlib.Path(folder).parents)) if not os.path.exists(parent)]
    os.makedirs(folder, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(
                f"Another process is working in {folder!r}. Wait for it, or give another output."
            ) from None
        except OSError:
            # A file system without locks: nobody can be told to wait.
            pass
        if not _is_at(descriptor, folder):
            # Its process has just put it in its place.
            raise ValueError(f"Another process has just finished in {folder!r}. Look at its results, and try again.")
        yield
    finally:
        os.close(descriptor)
        with contextlib.suppress(OSError):
            # Where nothing was written nothing is left.
            for made in missing:
                os.rmdir(made)


def _check_remains(work, overwrite, is_replaced):
    # A work that was killed on the way to its place has no marker any more, and nothing that it has not written.
    if not os.path.exists(os.path.join(work, MARKER)) and not all(map(is_replaced, files_of(work))):
        raise ValueError(f"The folder {work!r} is needed to work in, but holds something else. Give another output.")
    if not overwrite:
        raise ValueError(
            f"The folder {work!r} holds what is left of a run that did not finish. Look at it and move it away, or "
            "give `overwrite` (--overwrite) to start again."
        )


def _is_at(descriptor, folder) -> bool:
    return os.path.exists(folder) and os.path.samestat(os.fstat(descriptor), os.stat(folder))


def _empty(folder):
    for name in os.listdir(folder):
        remove(os.path.join(folder, name))
