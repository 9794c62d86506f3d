"""Saves a model over another one, and kills itself at a point. Run as a process.

Usage: python killed_save.py FOLDER POINT...

For each point a process of its own, forked before TensorFlow works, saves over `FOLDER/POINT.keras`, which is a model
that was saved with beta at 1, another one with beta at 2.
"""

import os
import pathlib
import signal
import sys
import zipfile

from keras_vae import VAE
from keras_vae.files import whole


def die(*args, **settings):
    os.kill(os.getpid(), signal.SIGKILL)


def save(path, point):
    vae = VAE.for_shape((2,), 1)
    vae.build((None, 2))
    vae.save(path)
    (path.parent / f"{path.stem}.good").write_bytes(path.read_bytes())
    vae.beta = 2.0
    if point == "writing":
        # The first of the archive's parts is there.
        zipfile.ZipFile.open = die
    else:
        os.replace = die
    vae.save(path)


if __name__ == "__main__":
    assert whole.os is os
    for point in sys.argv[2:]:
        child = os.fork()
        if not child:
            save(pathlib.Path(sys.argv[1], f"{point}.keras"), point)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL, point
