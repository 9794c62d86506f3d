"""Pictures of what was learned: plain functions that return matplotlib figures, and what they are made of."""

from keras_vae.visualization.contributions import contributions
from keras_vae.visualization.grid import image_grid
from keras_vae.visualization.latent_histogram import latent_histogram
from keras_vae.visualization.latent_kl import latent_kl
from keras_vae.visualization.latent_manifold import latent_manifold
from keras_vae.visualization.latent_scatter import latent_scatter
from keras_vae.visualization.latent_sweep import latent_sweep
from keras_vae.visualization.latent_traversals import latent_traversals
from keras_vae.visualization.learning_curves import learning_curves
from keras_vae.visualization.linear_weights import linear_weights
from keras_vae.visualization.page import Panel, page
from keras_vae.visualization.png import pixels, save_png
from keras_vae.visualization.rate_distortion import rate_distortion
from keras_vae.visualization.reconstruction_grid import reconstruction_grid
from keras_vae.visualization.restoration_grid import restoration_grid
from keras_vae.visualization.sample_grid import sample_grid
from keras_vae.visualization.score_timeline import score_timeline
from keras_vae.visualization.write_embedding import write_embedding

__all__ = [
    "Panel",
    "contributions",
    "image_grid",
    "latent_histogram",
    "latent_kl",
    "latent_manifold",
    "latent_scatter",
    "latent_sweep",
    "latent_traversals",
    "learning_curves",
    "linear_weights",
    "page",
    "pixels",
    "rate_distortion",
    "reconstruction_grid",
    "restoration_grid",
    "sample_grid",
    "save_png",
    "score_timeline",
    "write_embedding",
]
