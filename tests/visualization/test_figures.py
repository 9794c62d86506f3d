import sys

import matplotlib
import numpy as np
import pytest

from keras_vae.visualization import pixels
from keras_vae.visualization.figures import new_figure, show_pixels, text_width


@pytest.mark.parametrize(("width", "height"), [(1, 1), (29, 57), (113, 115), (466, 1001)])
def test_figures_have_so_many_pixels(width, height):
    assert pixels(new_figure(width, height)).shape == (height, width, 3)


def test_pyplot_knows_nothing_of_a_figure():
    backend = matplotlib.rcParams._get("backend")
    pixels(new_figure(10, 10))
    assert matplotlib.rcParams._get("backend") == backend
    if "matplotlib.pyplot" in sys.modules:
        assert sys.modules["matplotlib.pyplot"].get_fignums() == []


@pytest.mark.parametrize(("left", "bottom"), [(0, 0), (3, 11), (170, 59)])
def test_pictures_are_shown_pixel_for_pixel(left, bottom):
    figure, picture = new_figure(301, 127), np.random.default_rng(0).integers(0, 256, (68, 131, 3), dtype=np.uint8)
    show_pixels(figure, picture, left, bottom)
    expected = np.full((127, 301, 3), 255, np.uint8)
    expected[127 - bottom - 68 : 127 - bottom, left : left + 131] = picture
    np.testing.assert_array_equal(pixels(figure), expected)


def test_bold_text_is_wider():
    assert text_width("negative ELBO", 9, weight="bold") > text_width("negative ELBO", 9) + 5


def test_width_of_text_is_what_ink_takes():
    figure = new_figure(300, 40)
    figure.text(0, 0.5, "negative ELBO", fontsize=9)
    ink = (pixels(figure) < 255).any(axis=(0, 2)).nonzero()[0]
    assert text_width("negative ELBO", 9) == pytest.approx(ink[-1] + 1, abs=3)
    assert text_width("negative ELBO", 18) == pytest.approx(2 * text_width("negative ELBO", 9), rel=0.05)
