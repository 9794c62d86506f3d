"""What a run used."""

import platform
import sys

import keras
import numpy as np
import tensorflow as tf

import keras_vae.version


def peak_memory() -> int | None:
    """Largest resident memory of this process so far, in bytes; `None` where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def versions() -> dict[str, str]:
    """Versions of what the numbers of a run depend on."""
    return {
        "keras_vae": keras_vae.version.VERSION,
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
