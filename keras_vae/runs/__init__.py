"""A training from data to a folder that holds all that came of it."""

from keras_vae.runs._compress import compress, decompress
from keras_vae.runs._detect import detect
from keras_vae.runs._evaluate import evaluate
from keras_vae.runs._reconstruct import reconstruct
from keras_vae.runs._report import report
from keras_vae.runs._restore import restore
from keras_vae.runs._sample import sample
from keras_vae.runs._sweep import sweep
from keras_vae.runs._train import train
from keras_vae.runs._traverse import traverse

__all__ = [
    "compress",
    "decompress",
    "detect",
    "evaluate",
    "reconstruct",
    "report",
    "restore",
    "sample",
    "sweep",
    "train",
    "traverse",
]
