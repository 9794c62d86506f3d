import io

import matplotlib.image
import numpy as np
from IPython.core.formatters import DisplayFormatter

from keras_vae.visualization import pixels, sample_grid

IMAGES = np.random.default_rng(0).random((4, 8, 8, 1))


def test_a_notebook_shows_the_very_pixels():
    figure = sample_grid(IMAGES, title="four")
    shown, _ = DisplayFormatter().format(figure)
    read = matplotlib.image.imread(io.BytesIO(shown["image/png"]))
    np.testing.assert_array_equal(np.rint(read[..., :3] * 255), pixels(figure))


def test_a_figure_can_be_saved_by_matplotlib_too(tmp_path):
    figure = sample_grid(IMAGES, title="four")
    figure.savefig(tmp_path / "figure.png")
    read = matplotlib.image.imread(tmp_path / "figure.png")
    np.testing.assert_array_equal(np.rint(read[..., :3] * 255), pixels(figure))
