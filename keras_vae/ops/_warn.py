"""Warnings that point at the user's line."""

import sys
import warnings

# What lies between a user's call and the place that warns.
OF_LIBRARIES = ("keras_vae", "keras", "tensorflow", "sklearn", "contextlib", "functools")


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warns as of the line outside of this package, and of the libraries that it runs in, that led here."""
    level, frame = 2, sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").split(".")[0] in OF_LIBRARIES:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level if frame is not None else 2)
