"""A training from data to a folder that holds all that came of it."""

from keras_vae.runs.compress import compress, decompress
from keras_vae.runs.evaluate import evaluate
from keras_vae.runs.reconstruct import reconstruct
from keras_vae.runs.report import report
from keras_vae.runs.train import train

__all__ = ["compress", "decompress", "evaluate", "reconstruct", "report", "train"]
