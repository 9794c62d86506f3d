import matplotlib
import numpy as np
import pytest

from keras_vae.visualization import (
    Panel,
    image_grid,
    latent_histogram,
    latent_kl,
    latent_scatter,
    learning_curves,
    page,
    pixels,
    rate_distortion,
    sample_grid,
)
from keras_vae.visualization.style import default_style

IMAGES = np.random.default_rng(0).random((4, 8, 8, 1))
CODES = np.random.default_rng(1).normal(size=(9, 2))
STYLES = [
    {"image.origin": "lower"},
    {"figure.facecolor": "black", "axes.facecolor": "black", "text.color": "white", "lines.linewidth": 9},
    {"figure.constrained_layout.use": True, "font.size": 30, "axes.titlesize": 30},
]


def pictures() -> list[np.ndarray]:
    figures = [
        sample_grid(IMAGES, title="title"),
        latent_scatter(CODES, np.arange(9) % 3),
        latent_histogram(CODES[:, :1], np.arange(9) % 3),
        latent_kl([2.0, 1.0], [True, False]),
        learning_curves({"loss": [2.0, 1.0]}),
        page("title", "subtitle", [("2 nats", "loss")], [[[Panel("heading", "caption", image_grid(IMAGES))]]]),
        rate_distortion([1.0, 2.0], [2.0, 1.0], (1.5, 1.5)),
    ]
    return [*map(pixels, figures), image_grid(CODES)]


@pytest.fixture(scope="module")
def expected():
    return pictures()


@pytest.mark.parametrize("style", STYLES)
def test_what_the_user_has_set_changes_no_picture(style, expected):
    with matplotlib.rc_context(style):
        for drawn, usual in zip(pictures(), expected, strict=True):
            np.testing.assert_array_equal(drawn, usual)


def test_a_figure_may_be_drawn_in_another_style_than_it_was_made_in():
    figure = latent_scatter(CODES)
    with matplotlib.rc_context({"text.antialiased": False, "text.hinting": "none", "path.simplify": False}):
        drawn = pixels(figure)
    np.testing.assert_array_equal(drawn, pixels(latent_scatter(CODES)))


def test_the_users_settings_are_there_again_afterwards():
    with matplotlib.rc_context({"figure.facecolor": "black"}):
        before = dict(matplotlib.rcParams)
        pictures()
        assert dict(matplotlib.rcParams) == before


def test_the_users_fonts_stay():
    with matplotlib.rc_context({"font.family": "monospace", "font.size": 3}):
        assert matplotlib.rcParams["font.size"] == 3
        with default_style():
            assert matplotlib.rcParams["font.family"] == ["monospace"]
            assert matplotlib.rcParams["font.size"] == 10
