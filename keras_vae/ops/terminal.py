"""What may be drawn where people look on."""

import os
import sys


def shows_bars(stream=None) -> bool:
    """Whether a stream is a terminal or a notebook, which take what is drawn over itself, and colours are welcome.

    A file or a pipe would hold every state of a bar, and the control characters between them. Keras draws its bars in
    colours, which the environment's `NO_COLOR` (https://no-color.org) asks to leave out.

    Args:
        stream: The stream, or `None` for `sys.stdout`.
    """
    stream = sys.stdout if stream is None else stream
    in_notebook = type(stream).__module__.split(".")[0] == "ipykernel"
    is_terminal = hasattr(stream, "isatty") and stream.isatty()
    return (in_notebook or is_terminal) and not os.environ.get("NO_COLOR")
