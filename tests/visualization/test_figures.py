import sys

import matplotlib
import pytest

from keras_vae.visualization import pixels
from keras_vae.visualization.figures import new_figure, text_width


@pytest.mark.parametrize(("width", "height"), [(1, 1), (29, 57), (113, 115), (466, 1001)])
def test_figures_have_so_many_pixels(width, height):
    assert pixels(new_figure(width, height)).shape == (height, width, 3)


def test_pyplot_knows_nothing_of_a_figure():
    backend = matplotlib.rcParams._get("backend")
    pixels(new_figure(10, 10))
    assert matplotlib.rcParams._get("backend") == backend
    if "matplotlib.pyplot" in sys.modules:
        assert sys.modules["matplotlib.pyplot"].get_fignums() == []


def test_width_of_text_is_what_ink_takes():
    figure = new_figure(300, 40)
    figure.text(0, 0.5, "negative ELBO", fontsize=9)
    ink = (pixels(figure) < 255).any(axis=(0, 2)).nonzero()[0]
    assert text_width("negative ELBO", 9) == pytest.approx(ink[-1] + 1, abs=3)
    assert text_width("negative ELBO", 18) == pytest.approx(2 * text_width("negative ELBO", 9), rel=0.05)
