"""A plugin of pytest: how long its process spent tracing, compiling, exporting, in other processes, training, drawing.

A kind within another counts for itself alone: what is traced in a training is no training. Written when the tests have
ended, into the folder that KINDS_FOLDER names, by each process of its own.
"""

import collections
import functools
import json
import os
import pathlib
import subprocess
import time

import keras
import matplotlib.figure
import tensorflow as tf
from tensorflow.python.eager.polymorphic_function import tracing_compilation
from tensorflow.python.framework import func_graph
from tensorflow.python.saved_model import save

SECONDS = collections.Counter()
_running = []
_since = time.perf_counter()


def _settle():
    """Counts the time since the last change for the innermost kind."""
    global _since
    now = time.perf_counter()
    if _running:
        SECONDS[_running[-1]] += now - _since
    _since = now


def _count(owner, name: str, kind: str) -> None:
    """Has a function's time counted."""
    function = getattr(owner, name)

    @functools.wraps(function)
    def counted(*args, **kwargs):
        _settle()
        _running.append(kind)
        try:
            return function(*args, **kwargs)
        finally:
            _settle()
            _running.pop()

    setattr(owner, name, counted)


def pytest_configure(config):
    """Puts the clocks in place."""
    _count(func_graph, "func_graph_from_py_func", "tracing")
    _count(tracing_compilation, "_create_concrete_function", "tracing")
    _count(save, "_build_meta_graph", "exports")
    _count(tf.saved_model, "load", "exports")
    _count(subprocess.Popen, "communicate", "other processes")
    _count(subprocess.Popen, "wait", "other processes")
    _count(keras.Model, "fit", "trainings")
    _count(keras.Model, "evaluate", "trainings")
    _count(matplotlib.figure.Figure, "savefig", "figures")


def pytest_unconfigure(config):
    """Writes what was counted."""
    path = pathlib.Path(os.environ["KINDS_FOLDER"], f"{os.getpid()}.json")
    path.write_text(json.dumps(SECONDS), encoding="utf-8")
