import types

import matplotlib
import numpy as np
import pytest

from keras_vae.latent import Sweep, SweepPoint
from keras_vae.visualization import latent_sweep, pixels

SIZES = (8, 2, 32)
OF_VAES = Sweep(
    tuple(
        SweepPoint(size, 0.1 / size, 100.0 / size, size // 2, 3.0 + size, float(size), 50.0 + size) for size in SIZES
    ),
    8,
    "because",
)
OF_AUTOENCODERS = Sweep(tuple(SweepPoint(size, 0.1 / size, 100.0 / size, size, 3.0) for size in SIZES), 32, "because")
TITLES = [
    "squared error",
    "distortion, nats",
    "rate, nats",
    "negative ELBO, nats",
    "active units",
    "training, seconds",
]
CHOSEN = matplotlib.colors.to_rgba("#ee6677")


def panels(figure) -> dict:
    """Axes by their titles."""
    return {axes.get_title(loc="left"): axes for axes in figure.axes}


def curve(axes) -> np.ndarray:
    """Sizes and values that are drawn: `(points, 2)`."""
    return axes.lines[0].get_xydata()


def marked(axes) -> list:
    """Where the recommended size is marked: on the axis, and on the curve."""
    lines = [line for line in axes.lines if matplotlib.colors.to_rgba(line.get_color()) == CHOSEN]
    return [line.get_xydata().tolist() for line in lines]


def test_all_figures_of_vaes_against_the_size():
    shown = panels(latent_sweep(OF_VAES))
    assert list(shown) == TITLES
    for name, title in zip(
        ("squared_error", "distortion", "rate", "negative_elbo", "active_units", "seconds"), TITLES, strict=True
    ):
        values = {point.latent_dim: getattr(point, name) for point in OF_VAES.points}
        np.testing.assert_allclose(curve(shown[title]), [(size, values[size]) for size in (2, 8, 32)])
    assert {axes.get_xscale() for axes in shown.values()} == {"log"}
    assert [label.get_text() for label in shown["active units"].get_xticklabels()] == ["2", "8", "32"]


def test_autoencoders_have_no_rate():
    assert list(panels(latent_sweep(OF_AUTOENCODERS))) == [TITLES[0], TITLES[1], TITLES[4], TITLES[5]]


def test_the_recommended_size_is_marked_in_each_panel():
    for title, axes in panels(latent_sweep(OF_VAES)).items():
        line, point = marked(axes)
        assert [x for x, _ in line] == [8, 8]
        assert point == [curve(axes)[1].tolist()], title


def test_none_is_marked_where_none_is_recommended():
    figure = latent_sweep(Sweep(OF_VAES.points, None, "diverged"))
    assert [marked(axes) for axes in figure.axes] == [[]] * 6
    assert figure.get_suptitle() == "No latent size is recommended"


def test_a_line_says_how_many_units_there_are():
    axes = panels(latent_sweep(OF_VAES))["active units"]
    (every,) = (line for line in axes.lines if line.get_label() == "all")
    np.testing.assert_array_equal(every.get_xydata(), [(2, 2), (8, 8), (32, 32)])


def test_titles():
    assert latent_sweep(OF_VAES).get_suptitle() == "Recommended latent size: M = 8"
    assert latent_sweep(OF_VAES, "digits").get_suptitle() == "digits"


def test_values_that_are_not_finite_are_gaps():
    points = (OF_VAES.points[0], SweepPoint(2, np.nan, np.inf, 0, 1.0, -np.inf, np.nan))
    figure = latent_sweep(Sweep(points, 8, "because"))
    assert np.isnan(curve(panels(figure)["rate, nats"])[0, 1])
    assert pixels(figure).shape == (470, 870, 3)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_any_number_of_sizes(count):
    figure = latent_sweep(Sweep(OF_VAES.points[:count], 8, "because"))
    assert pixels(figure).shape == (470, 870, 3)
    assert len(curve(figure.axes[0])) == count


@pytest.mark.parametrize("sweep", [None, [], Sweep((), None, ""), types.SimpleNamespace(points=OF_VAES.points)])
def test_what_is_no_sweep(sweep):
    with pytest.raises(ValueError, match=r"Expected what `latent.sweep` returns, with at least one point. Received: "):
        latent_sweep(sweep)
