"""What a run used."""

import os
import pathlib
import platform
import re
import sys

import keras
import numpy as np
import tensorflow as tf

import keras_vae.version

STATUS, PROCESSORS = pathlib.Path("/proc/self/status"), pathlib.Path("/proc/cpuinfo")


def peak_memory() -> int | None:
    """Largest resident memory of this process so far, in bytes; `None` where the system does not say."""
    if STATUS.is_file():
        # Not `getrusage`: on Linux a process that another one started has that one's size at the start as its least.
        return 1024 * int(re.search(r"VmHWM:\s*(\d+) kB", STATUS.read_text(encoding="utf-8"))[1])
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


def machine() -> dict:
    """The number of `cores`, and the processor's name, `cpu`: what the times of a run depend on."""
    # Python names the processor's family alone on Linux.
    text = PROCESSORS.read_text(encoding="utf-8") if PROCESSORS.is_file() else ""
    name = re.search(r"^model name\s*:\s*(.*\S)", text, re.MULTILINE)
    return {"cores": os.cpu_count(), "cpu": name[1] if name else platform.processor()}
