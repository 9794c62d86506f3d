import numpy as np
import pytest

from keras_vae.visualization import contributions, pixels
from keras_vae.visualization._contributions import diverging

from .layout import picture_of, texts

RED, BLUE = (204, 51, 17), (68, 119, 170)


def colours(picture, row, column, rows, columns, pixel, size=8):
    """The colour of a pixel of a cell of a grid of examples with `size` pixels on a side."""
    height, width = ((side - 2) // count for side, count in zip(picture.shape[:2], (rows, columns), strict=True))
    factor = (height - 2) // size
    top, left = row * height + 2 + pixel[0] * factor, column * width + 2 + pixel[1] * factor
    return tuple(picture[top + factor // 2, left + factor // 2].tolist())


def test_colours_are_white_at_nothing_and_full_at_the_strongest():
    parts = np.array([[0.0, 4.0, -4.0, 2.0]])
    expected = np.array([[255, 255, 255], RED, BLUE, (229.5, 153, 136)]) / 255
    np.testing.assert_allclose(diverging(parts)[0], expected)
    np.testing.assert_array_equal(diverging(np.zeros((2, 2))), np.ones((2, 2, 3)))


def test_images_stand_above_what_their_pixels_add():
    images, parts = np.zeros((2, 8, 8, 1)), np.zeros((2, 8, 8, 1))
    images[0, 1, 2], images[1, 5, 5] = 1, 1
    parts[0, 1, 2], parts[1, 6, 6] = 3.0, -3.0
    figure = contributions(images, parts, scores=[1.25, -7])
    picture = picture_of(figure)
    assert colours(picture, 0, 0, 2, 2, (1, 2)) == (255, 255, 255)
    assert colours(picture, 0, 0, 2, 2, (5, 5)) == (0, 0, 0)
    assert colours(picture, 0, 1, 2, 2, (5, 5)) == (255, 255, 255)
    assert colours(picture, 1, 0, 2, 2, (1, 2)) == RED
    assert colours(picture, 1, 0, 2, 2, (6, 6)) == (255, 255, 255)
    assert colours(picture, 1, 1, 2, 2, (6, 6)) == BLUE
    assert texts(figure) == ["x", "adds", "1.25", "\N{MINUS SIGN}7"]


def test_channels_are_added_up():
    images, parts = np.full((1, 8, 8, 3), 0.5), np.zeros((1, 8, 8, 3))
    parts[0, 0, 0], parts[0, 7, 7] = (1, 1, 2), (2, 0, 0)
    picture = picture_of(contributions(images, parts))
    assert colours(picture, 1, 0, 2, 1, (0, 0)) == RED
    # Half as much: half the way to white.
    assert colours(picture, 1, 0, 2, 1, (7, 7)) == (230, 153, 136)


def test_scores_are_the_sums_where_none_are_given():
    parts = np.arange(2 * 64.0).reshape(2, 8, 8, 1) / 1000
    figure = contributions(np.zeros((2, 8, 8, 1)), parts, title="why")
    assert texts(figure) == ["why", "x", "adds", "2.02", "6.11"]


@pytest.mark.parametrize("shape", [(2, 30, 1), (2, 30, 2), (1, 4, 8, 8, 1), (2, 8, 8, 2)])
def test_signals_volumes_and_other_channels(shape):
    parts = np.random.default_rng(0).normal(size=shape)
    drawn = pixels(contributions(np.random.default_rng(1).normal(size=shape), parts))
    assert drawn.std() > 0


class TestTables:
    ROWS = np.array([[1.0, 20.0, -3.0, 0.0], [5.0, 6.0, 7.0, 8.0]])
    PARTS = np.array([[0.5, -2.0, 4.0, 0.1], [1.0, 0.0, 0.0, 3.0]])

    def test_bars_of_the_columns_that_matter_most(self):
        figure = contributions(self.ROWS, self.PARTS, columns=["age", "height", "mass", "sex"], most_columns=3)
        first, second = figure.axes
        labels = [label.get_text() for label in first.get_yticklabels()]
        assert labels == ["mass = \N{MINUS SIGN}3", "height = 20", "age = 1"]
        np.testing.assert_allclose([bar.get_width() for bar in first.patches], [4.0, -2.0, 0.5])
        shown = [tuple(round(255 * part) for part in bar.get_facecolor()[:3]) for bar in first.patches]
        assert shown == [RED, BLUE, RED]
        assert [label.get_text() for label in second.get_yticklabels()][:2] == ["sex = 8", "age = 5"]
        assert first.get_title(loc="left") == "score 2.6"
        # The strongest stands above.
        assert first.get_ylim()[0] > first.get_ylim()[1]

    def test_columns_are_numbered_where_they_have_no_names(self):
        figure = contributions(self.ROWS, self.PARTS, scores=np.array([10, 20]), title="rows")
        assert figure.axes[1].get_yticklabels()[0].get_text() == "column 4 = 8"
        assert [axes.get_title(loc="left") for axes in figure.axes] == ["score 10", "score 20"]
        assert figure.get_suptitle() == "rows"
        assert pixels(figure).shape[1] == 2 * 400

    def test_names_for_other_columns(self):
        with pytest.raises(ValueError, match=r"one name for each of 4 columns\. Received: 2"):
            contributions(self.ROWS, self.PARTS, columns=["a", "b"])


def test_what_does_not_go_together():
    images = np.zeros((2, 8, 8, 1))
    with pytest.raises(ValueError, match=r"shape of the examples, \(2, 8, 8, 1\).*Received shape \(2, 8, 8\)"):
        contributions(images, images[..., 0])
    with pytest.raises(ValueError, match=r"`scores` must be one number for each of 2 examples"):
        contributions(images, images, scores=[1.0])
    with pytest.raises(ValueError, match="`most_columns`"):
        contributions(np.zeros((2, 3)), np.zeros((2, 3)), most_columns=0)
