import itertools

import matplotlib
import numpy as np
import pytest

from keras_vae.visualization import latent_kl, pixels
from keras_vae.visualization.figures import text_width

KL = np.array([0.5, 3.0, 0.001, 1.5])
BLUE, GREY = matplotlib.colors.to_rgba("#4477aa"), matplotlib.colors.to_rgba("#b8bec6")


def bars(figure) -> np.ndarray:
    """Heights of the bars from left to right."""
    patches = figure.axes[0].patches
    np.testing.assert_allclose([bar.get_x() + bar.get_width() / 2 for bar in patches], np.arange(len(patches)))
    return np.array([bar.get_height() for bar in patches])


def numbers(figure) -> list[str]:
    return [label.get_text() for label in figure.axes[0].get_xticklabels()]


def legend_of(figure) -> list[str]:
    legend = figure.axes[0].get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def test_a_bar_for_each_latent_the_largest_first():
    figure = latent_kl(KL)
    np.testing.assert_array_equal(bars(figure), [3.0, 1.5, 0.5, 0.001])
    assert numbers(figure) == ["2", "4", "1", "3"]
    assert {bar.get_facecolor() for bar in figure.axes[0].patches} == {BLUE}
    assert legend_of(figure) == []
    assert figure.axes[0].get_ylabel() == "KL divergence, nats"


def test_active_latents_are_marked():
    """By their own mark, not by their divergence."""
    figure = latent_kl(KL, np.array([True, True, False, False]))
    assert [bar.get_facecolor() for bar in figure.axes[0].patches] == [BLUE, GREY, BLUE, GREY]
    colours = [label.get_color() for label in figure.axes[0].get_xticklabels()]
    assert colours == ["black", "#8a919a", "black", "#8a919a"]
    assert legend_of(figure) == ["active: 2", "inactive: 2"]


def test_bars_are_drawn_where_they_are_said_to_be():
    figure = latent_kl(KL)
    drawn, axes = pixels(figure), figure.axes[0]

    def colour_at(x, y):
        column, row = axes.transData.transform((x, y))
        return drawn[len(drawn) - 1 - int(row), int(column)].tolist()

    blue = [0x44, 0x77, 0xAA]
    assert [colour_at(0, 2.9), colour_at(1, 1.4)] == [blue, blue]
    assert blue not in [colour_at(0, 3.1), colour_at(1, 1.6), colour_at(0.5, 0.25)]


@pytest.mark.parametrize("count", [1, 8, 36, 37, 50, 500])
def test_numbers_never_run_into_each_other(count):
    kl = np.linspace(1, 0, count)
    figure = latent_kl(kl)
    pixels(figure)
    np.testing.assert_array_equal(bars(figure), kl)
    boxes = [label.get_window_extent() for label in figure.axes[0].get_xticklabels()]
    assert all(left.x1 + 2 < right.x0 for left, right in itertools.pairwise(boxes))
    assert len(boxes) >= min(count, 680 // (text_width(str(count), 8) + 8) // 2)
    # Nothing is cut off, and one bar is no wall.
    assert boxes[-1].x1 < 760
    first = figure.axes[0].patches[0].get_window_extent()
    assert first.width < 80


def test_values_that_are_not_finite_have_no_bar_and_stand_last():
    figure = latent_kl([np.nan, 2.0, np.inf, 3.0])
    np.testing.assert_array_equal(bars(figure), [3.0, 2.0, np.nan, np.nan])
    assert numbers(figure) == ["4", "2", "1", "3"]
    assert pixels(figure).shape == (230, 760, 3)
    assert pixels(latent_kl([np.nan])).shape == (230, 760, 3)
    assert pixels(latent_kl(np.zeros(3))).shape == (230, 760, 3)


def test_an_estimate_below_zero_goes_down():
    figure = latent_kl([-0.5, 1.0])
    np.testing.assert_array_equal(bars(figure), [1.0, -0.5])
    assert figure.axes[0].get_ylim()[0] < -0.5


def test_title():
    assert latent_kl(KL, title="digits").axes[0].get_title(loc="left") == "digits"


@pytest.mark.parametrize("kl", [[], 3.0, np.ones((2, 2)), ["a"], [True]])
def test_what_are_no_divergences(kl):
    with pytest.raises(ValueError, match=r"`kl` must be numbers of shape \(latent_dim,\)"):
        latent_kl(kl)


@pytest.mark.parametrize("active", [[True], [1, 0, 1, 0], 2, np.ones((4, 1), bool)])
def test_what_marks_no_latents(active):
    with pytest.raises(ValueError, match="True or False for each of 4 latents"):
        latent_kl(KL, active)
