"""Autoencoders and variational autoencoders for Keras 3.

All public names are there, and all parts are registered with Keras, once this is imported. The command line alone comes
without them, and brings them when it has understood its words: TensorFlow takes seconds, help and mistakes do not.
"""

import importlib
import sys

from keras_vae.version import VERSION

__version__ = VERSION


def _is_for_the_command_line() -> bool:
    """Whether this is imported on the way to `keras_vae.cli` or, by `python -m keras_vae`, to `keras_vae.__main__`."""
    frame = sys._getframe()
    while frame is not None:
        # Python imports a package before what is in it: what it is after is known to the frames that wait.
        module = frame.f_globals.get("__name__")
        sought = {"importlib._bootstrap": "name", "runpy": "mod_name"}.get(module)
        name = str(frame.f_locals.get(sought))
        if name.startswith("keras_vae.cli") or (module == "runpy" and name == "keras_vae.__main__"):
            return True
        frame = frame.f_back
    return False


if not _is_for_the_command_line():
    from keras_vae.public import *  # noqa: F403
    from keras_vae.public import __all__ as __all__
else:

    def __getattr__(name):
        public = importlib.import_module("keras_vae.public")
        if name != "__all__" and name not in public.__all__:
            raise AttributeError(f"module 'keras_vae' has no attribute {name!r}")
        return getattr(public, name)

    def __dir__():
        return sorted({*globals(), *importlib.import_module("keras_vae.public").__all__})
