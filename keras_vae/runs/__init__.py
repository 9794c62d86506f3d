"""A training from data to a folder that holds all that came of it."""

from keras_vae.runs.detect import detect
from keras_vae.runs.evaluate import evaluate
from keras_vae.runs.reconstruct import reconstruct
from keras_vae.runs.report import report
from keras_vae.runs.train import train

__all__ = ["detect", "evaluate", "reconstruct", "report", "train"]
