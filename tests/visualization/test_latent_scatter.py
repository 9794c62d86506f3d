import matplotlib
import numpy as np
import pytest

from keras_vae.visualization import latent_scatter, pixels
from keras_vae.visualization._latent_scatter import class_colours
from keras_vae.visualization._principal_components import principal_components

CORNERS = np.array([[-1.0, -1.0], [1.0, -1.0], [-1.0, 2.0], [1.0, 2.0]])


def points_of(figure) -> np.ndarray:
    return np.asarray(figure.axes[0].collections[0].get_offsets())


def colour_at(figure, point) -> list[int]:
    """The colour of a figure where its axes show a point."""
    drawn = pixels(figure)
    x, y = figure.axes[0].transData.transform(point)
    return drawn[len(drawn) - 1 - int(y), int(x)].tolist()


def on_paper(colour) -> list[int]:
    """A colour that lets a quarter of white through."""
    return np.rint(255 * (0.75 * np.asarray(matplotlib.colors.to_rgb(colour)) + 0.25)).tolist()


def legend_of(figure) -> list[str]:
    legend = figure.axes[0].get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def test_two_latents_are_drawn_as_they_are_and_without_labels_in_one_colour():
    figure = latent_scatter(CORNERS)
    np.testing.assert_array_equal(points_of(figure), CORNERS)
    for corner in CORNERS:
        np.testing.assert_allclose(colour_at(figure, corner), on_paper("#4477aa"), atol=1)
    assert colour_at(figure, (0.0, 0.5)) == [255, 255, 255]
    assert legend_of(figure) == []
    assert (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()) == ("$z_1$", "$z_2$")


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ([3, 7, 3, 5], ["3", "5", "7"]),
        (np.array([[3], [7], [3], [5]], np.uint8), ["3", "5", "7"]),
        (["cat", "dog", "cat", "cow"], ["cat", "cow", "dog"]),
        (np.array([3, 7, 3, 5], np.float32), ["3", "5", "7"]),
        (np.array([b"cat", b"dog", b"cat", b"cow"], object), ["cat", "cow", "dog"]),
        # No formulas, and nothing that matplotlib leaves out.
        (["$a_$", "b$c$", "$a_$", "_b"], ["$a_$", "_b", "b$c$"]),
        (
            [" ", "the quick brown fox jumps over the lazy dog", " ", "cat\n"],
            ["-", "cat", "the quick brow… the lazy dog"],
        ),
    ],
)
def test_classes_have_colours_and_a_legend(labels, names):
    figure = latent_scatter(CORNERS, labels)
    assert legend_of(figure) == names
    tab10 = matplotlib.colormaps["tab10"]
    for corner, index in zip(CORNERS, (0, 2, 0, 1), strict=True):
        np.testing.assert_allclose(colour_at(figure, corner), on_paper(tab10(index)), atol=1)


def test_numbers_have_a_scale_of_colours():
    figure = latent_scatter(CORNERS, np.array([0.0, 0.5, 1.0, 0.25]))
    viridis = matplotlib.colormaps["viridis"]
    for corner, value in zip(CORNERS, (0.0, 0.5, 1.0, 0.25), strict=True):
        np.testing.assert_allclose(colour_at(figure, corner), on_paper(viridis(value)), atol=1)
    assert len(figure.axes) == 2
    assert legend_of(figure) == []


@pytest.mark.parametrize("labels", [np.arange(41), np.arange(41.0)])
def test_too_many_classes_of_numbers_have_a_scale(labels):
    codes = np.random.default_rng(0).normal(size=(41, 2))
    figure = latent_scatter(codes, labels)
    assert len(figure.axes) == 2
    assert legend_of(figure) == []
    assert len(legend_of(latent_scatter(codes[:40], labels[:40]))) == 40


def test_too_many_classes_of_texts_have_colours_without_a_legend():
    codes = np.random.default_rng(0).normal(size=(41, 2))
    figure = latent_scatter(codes, [f"class {number}" for number in range(41)])
    assert len(figure.axes) == 1
    assert legend_of(figure) == []
    assert len(np.unique(figure.axes[0].collections[0].get_facecolors(), axis=0)) == 41


def test_colours_of_classes_are_all_different():
    for count in (1, 10, 11, 20, 21, 100):
        colours = class_colours(count)
        assert colours.shape == (count, 4)
        assert len(np.unique(colours, axis=0)) == count


def test_more_latents_are_projected_on_their_principal_components():
    codes = np.random.default_rng(0).normal(size=(50, 4)) * [1, 4, 2, 0.5]
    figure = latent_scatter(codes)
    points, fractions = principal_components(codes)
    np.testing.assert_allclose(points_of(figure), points)
    assert figure.axes[0].get_xlabel() == f"first principal component ({fractions[0]:.0%} of the variance)"
    assert figure.axes[0].get_ylabel() == f"second principal component ({fractions[1]:.0%} of the variance)"


def test_both_axes_have_one_scale():
    figure = latent_scatter(CORNERS * [1, 5])
    pixels(figure)
    one = figure.axes[0].transData.transform([[0, 0], [1, 1]])
    # The layout moves a last time after the scales were made equal.
    np.testing.assert_allclose(*(one[1] - one[0]), rtol=2e-3)


def test_codes_that_are_not_finite_are_left_out_with_their_labels():
    codes = np.concatenate([CORNERS, [[np.nan, 0.0], [0.0, np.inf]]])
    figure = latent_scatter(codes, [1, 1, 2, 2, 3, 3])
    np.testing.assert_array_equal(points_of(figure), CORNERS)
    assert legend_of(figure) == ["1", "2"]
    nothing = pixels(latent_scatter(np.full((3, 5), np.nan), [1, 2, 3]))
    assert nothing.shape == (640, 760, 3)


def test_title():
    assert latent_scatter(CORNERS, title="epoch 3").axes[0].get_title(loc="left") == "epoch 3"


def test_a_long_title_makes_the_figure_wider_and_is_not_cut_off():
    drawn = pixels(latent_scatter(CORNERS, title="epoch 3 · validation negative ELBO 95.3 nats, " * 3))
    assert drawn.shape[1] > 760
    ink = (drawn[:22] < 255).any(axis=(0, 2)).nonzero()[0]
    assert 760 < ink[-1] < drawn.shape[1] - 4


@pytest.mark.parametrize(
    ("codes", "labels", "message"),
    [
        (np.zeros((4, 1)), None, r"two latents. Received shape \(4, 1\)"),
        (np.zeros((0, 2)), None, r"at least one code"),
        (np.zeros(4), None, r"Received shape \(4,\)"),
        (3.0, None, r"Received shape \(\)"),
        ([["a", "b"]], None, "`codes` must be numbers"),
        (CORNERS, [None, 1, 2, 3], "all numbers or all texts"),
        (CORNERS, [1, 2, 3], r"one label for each of 4 examples, of shape \(4,\). Received shape \(3,\)"),
        (CORNERS, np.eye(4), r"Received shape \(4, 4\)"),
    ],
)
def test_what_cannot_be_drawn(codes, labels, message):
    with pytest.raises(ValueError, match=message):
        latent_scatter(codes, labels)
