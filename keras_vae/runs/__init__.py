"""A training from data to a folder that holds all that came of it."""

from keras_vae.runs.compress import compress, decompress
from keras_vae.runs.detect import detect
from keras_vae.runs.evaluate import evaluate
from keras_vae.runs.reconstruct import reconstruct
from keras_vae.runs.report import report
from keras_vae.runs.restore import restore
from keras_vae.runs.sweep import sweep
from keras_vae.runs.train import train
from keras_vae.runs.traverse import traverse

__all__ = [
    "compress",
    "decompress",
    "detect",
    "evaluate",
    "reconstruct",
    "report",
    "restore",
    "sweep",
    "train",
    "traverse",
]
