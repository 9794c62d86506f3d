"""Pictures of examples."""

from keras_vae.visualization.grid import image_grid, save_png
from keras_vae.visualization.reconstruction_grid import reconstruction_grid

__all__ = ["image_grid", "reconstruction_grid", "save_png"]
