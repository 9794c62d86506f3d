"""Matplotlib's own style, whatever the user has set: the same model gives the same picture everywhere."""

import contextlib

# A user's fonts stay: theirs may be the only ones that have the letters of a title or of a label.
KEPT = ("font.family", "font.sans-serif", "font.serif", "font.monospace")


@contextlib.contextmanager
def default_style():
    """For what is done inside, matplotlib's settings are its defaults but for fonts; also a decorator."""
    # Matplotlib takes a third of a second to import.
    import matplotlib.style

    kept = {name: matplotlib.rcParams[name] for name in KEPT}
    with matplotlib.style.context(["default", kept]):
        yield
