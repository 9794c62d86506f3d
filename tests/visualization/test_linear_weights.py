import numpy as np
import pytest
from mpl_toolkits.mplot3d import proj3d
from mpl_toolkits.mplot3d.art3d import Line3DCollection, Path3DCollection

from keras_vae.visualization import linear_weights, pixels
from tests.visualization.layout import texts

RNG = np.random.default_rng(0)
TURN = np.linalg.qr(RNG.normal(size=(3, 3)))[0]
DEVIATIONS = np.array([2.0, 1.0, 0.4])
MEAN = np.array([10.0, -20.0, 5.0])


def data(count=300) -> np.ndarray:
    """Points whose principal axes are the columns of TURN, to the last digit."""
    points = RNG.normal(size=(count, 3))
    points = (points - points.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(points.T, ddof=0)).T)
    return points * DEVIATIONS @ TURN.T + MEAN


def arrows(panel) -> dict[str, np.ndarray]:
    """The shafts' ends of the arrows of each name, in the coordinates of the principal axes: `(n, 3)`."""
    found = {}
    for lines in panel.collections:
        if isinstance(lines, Line3DCollection):
            # A shaft goes from its tip to the origin, the two lines of its head do not.
            segments = [segment for segment in lines._segments3d if np.array_equal(segment[1], np.zeros(3))]
            found[lines.get_label()] = np.array(segments)[:, 0]
    return found


def angle(first, second) -> float:
    """Degrees between two lines through the origin."""
    cosine = abs(first @ second) / np.linalg.norm(first) / np.linalg.norm(second)
    return float(np.rad2deg(np.arccos(min(cosine, 1.0))))


def test_the_axes_are_the_data_s_and_two_and_a_half_deviations_long():
    figure = linear_weights(data(), TURN.T[:2])
    for panel in figure.axes:
        drawn = arrows(panel)["principal axes"]
        np.testing.assert_allclose(np.abs(drawn), 2.5 * np.diag(DEVIATIONS)[:2], atol=1e-6)
        left_out = arrows(panel)["axis that is left out"]
        np.testing.assert_allclose(np.abs(left_out), [[0, 0, 2.5 * DEVIATIONS[2]]], atol=1e-6)


def test_weights_in_the_plane_lie_in_the_plane_and_others_leave_it():
    inside = np.array([[1.0, 2.0], [3.0, -0.5]]) @ TURN.T[:2]
    drawn = arrows(linear_weights(data(), inside).axes[0])["weights of the decoder"]
    assert np.abs(drawn[:, 2]).max() < 1e-6
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), 2.5 * DEVIATIONS[0])
    # Their angle to each other is kept, whatever their lengths.
    assert angle(*drawn) == pytest.approx(angle(*inside), abs=1e-6)
    outside = arrows(linear_weights(data(), TURN.T[2:]).axes[0])["weights of the decoder"]
    np.testing.assert_allclose(np.abs(outside), [[0, 0, 2.5 * DEVIATIONS[0]]], atol=1e-6)


def test_the_second_panel_looks_along_the_plane():
    figure = linear_weights(data(), TURN.T[:2])
    pixels(figure)
    above, along = figure.axes
    plane = np.array([[0, 0, 0], [2, 0, 0], [0, 2, 0], [2, 2, 0.0]])

    def heights(panel):
        # Seen from afar parallels of the floor are level but for the perspective.
        return np.ptp(proj3d.proj_transform(*plane.T, panel.get_proj())[1])

    assert heights(along) < 0.05 * heights(above)


def test_points_are_the_data_in_those_coordinates_and_at_most_a_thousand():
    x = data(1500)
    figure = linear_weights(x, TURN.T[:1])
    (scatter,) = [part for part in figure.axes[0].collections if isinstance(part, Path3DCollection)]
    points = np.array(scatter._offsets3d).T
    assert points.shape == (1000, 3)
    np.testing.assert_allclose(np.abs(points), np.abs((x - MEAN) @ TURN)[:1000], atol=1e-5)
    assert {len(drawn) for drawn in arrows(figure.axes[0]).values()} == {1}


def test_one_legend_and_a_title():
    figure = linear_weights(data(), TURN.T[:2], title="3-D data")
    assert pixels(figure).shape == (420, 860, 3)
    assert "3-D data" in texts(figure)
    (legend,) = figure.legends
    names = ["principal axes", "axis that is left out", "weights of the decoder"]
    assert [text.get_text() for text in legend.get_texts()] == names


def test_weights_of_zero_are_drawn_as_a_point():
    drawn = linear_weights(data(), np.zeros((2, 3)))
    assert pixels(drawn).shape == (420, 860, 3)


@pytest.mark.parametrize("x", [np.ones((5, 2)), np.ones((2, 3)), np.ones(3), [["a"] * 3] * 3])
def test_what_is_no_data(x):
    with pytest.raises(ValueError, match=r"`x` must be numbers of shape \(n, 3\)"):
        linear_weights(x, TURN.T[:2])


@pytest.mark.parametrize("weights", [TURN, TURN[:, :2], TURN[0], np.ones((0, 3))])
def test_what_are_no_weights(weights):
    with pytest.raises(ValueError, match="`weights` must be the kernel of a decoder"):
        linear_weights(data(), weights)


def test_what_has_no_plane_or_no_numbers():
    with pytest.raises(ValueError, match="lies on a line"):
        linear_weights(np.outer(np.arange(9.0), [1, 2, 3]), TURN.T[:2])
    with pytest.raises(ValueError, match="must hold finite numbers"):
        linear_weights(np.where(data() > 10, np.nan, 1), TURN.T[:2])
