"""What watches and guides a training: pictures on disk and in TensorBoard, figures, and a schedule for beta."""

from keras_vae.callbacks.beta_schedule import BetaSchedule
from keras_vae.callbacks.collapse_monitor import CollapseMonitor
from keras_vae.callbacks.held_out_evaluation import HeldOutEvaluation
from keras_vae.callbacks.latent_scatter import LatentScatter
from keras_vae.callbacks.latent_traversal import LatentTraversal
from keras_vae.callbacks.reconstruction_grid import ReconstructionGrid
from keras_vae.callbacks.sample_grid import SampleGrid
from keras_vae.callbacks.translation_grid import TranslationGrid

__all__ = [
    "BetaSchedule",
    "CollapseMonitor",
    "HeldOutEvaluation",
    "LatentScatter",
    "LatentTraversal",
    "ReconstructionGrid",
    "SampleGrid",
    "TranslationGrid",
]
