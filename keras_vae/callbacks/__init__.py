"""What watches a training: pictures on disk and in TensorBoard."""

from keras_vae.callbacks.reconstruction_grid import ReconstructionGrid
from keras_vae.callbacks.sample_grid import SampleGrid

__all__ = ["ReconstructionGrid", "SampleGrid"]
