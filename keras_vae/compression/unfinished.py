"""Files that appear when they are complete."""

import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def unfinished(path: str) -> Iterator[str]:
    """Gives a name to write to, beside a file that it becomes at the end; after an error nothing is left of it."""
    name = f"{path}.unfinished"
    try:
        yield name
        os.replace(name, path)
    finally:
        if os.path.exists(name):
            os.remove(name)
