"""Writes a file or a folder anew, and kills itself at a point. Run as a process.

Usage: python killed.py WHOLE_PY file|folder PATH writing|moving|moved
"""

import os
import pathlib
import signal
import sys
import types

# The room alone, which needs nothing of the package and no TensorFlow.
package = types.ModuleType("keras_vae")
package.__path__ = [str(pathlib.Path(sys.argv[1]).parents[1])]
sys.modules["keras_vae"] = package
from keras_vae.files import whole  # noqa: E402

kind, path, point = sys.argv[2:]


def die(*args):
    os.kill(os.getpid(), signal.SIGKILL)


if point == "moving":
    os.replace = os.rename = whole._exchange = die
if point == "moved":
    whole._keep_others = die
if kind == "file":
    with whole.whole_file(path) as name:
        pathlib.Path(name).write_text("half")
        if point == "writing":
            die()
        pathlib.Path(name).write_text("new and whole")
else:
    with whole.whole_folder(path, lambda file: file == "a.txt") as name:
        pathlib.Path(name, "a.txt").write_text("new")
        if point == "writing":
            die()
        pathlib.Path(name, "b.txt").write_text("new")
