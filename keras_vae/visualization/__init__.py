"""Pictures of what was learned: plain functions that return matplotlib figures, and what they are made of."""

from keras_vae.visualization._contributions import contributions
from keras_vae.visualization._latent_histogram import latent_histogram
from keras_vae.visualization._latent_kl import latent_kl
from keras_vae.visualization._latent_manifold import latent_manifold
from keras_vae.visualization._latent_scatter import latent_scatter
from keras_vae.visualization._latent_sweep import latent_sweep
from keras_vae.visualization._latent_traversals import latent_traversals
from keras_vae.visualization._learning_curves import learning_curves
from keras_vae.visualization._linear_weights import linear_weights
from keras_vae.visualization._page import Panel, page
from keras_vae.visualization._rate_distortion import rate_distortion
from keras_vae.visualization._reconstruction_grid import reconstruction_grid
from keras_vae.visualization._restoration_grid import restoration_grid
from keras_vae.visualization._sample_grid import sample_grid
from keras_vae.visualization._score_timeline import score_timeline
from keras_vae.visualization._translation_grid import translation_grid
from keras_vae.visualization._write_embedding import write_embedding
from keras_vae.visualization.grid import image_grid
from keras_vae.visualization.png import pixels, save_png

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
    "translation_grid",
    "write_embedding",
]
