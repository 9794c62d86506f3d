import numpy as np
import pytest

from keras_vae.visualization import pixels
from keras_vae.visualization.figures import text_width
from keras_vae.visualization.frame import framed, margins, number_label

from .layout import picture_of, texts

MINUS = "\N{MINUS SIGN}"
PICTURE = np.random.default_rng(0).integers(0, 256, (90, 117, 3), dtype=np.uint8)


def ink(drawn) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns where a white picture is written on."""
    return tuple((drawn < 255).any(axis=axes).nonzero()[0] for axes in ((1, 2), (0, 2)))


def test_alone_the_figure_is_the_picture():
    np.testing.assert_array_equal(pixels(framed(PICTURE)), PICTURE)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (61, 466), (333, 29), (118, 1001)])
def test_pictures_of_any_size_are_shown_pixel_for_pixel(height, width):
    picture = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    np.testing.assert_array_equal(pixels(framed(picture)), picture)
    np.testing.assert_array_equal(picture_of(framed(picture, "a", ["b"], ["c"])), picture)


def test_the_title_stands_above_the_picture():
    drawn = pixels(framed(PICTURE, "title"))
    assert drawn.shape == (34 + 90 + 8, 8 + 117 + 8, 3)
    np.testing.assert_array_equal(drawn[34:124, 8:125], PICTURE)
    rows, columns = ink(drawn[:34])
    assert rows[0] > 5
    assert rows[-1] < 28
    assert columns[0] == pytest.approx(8, abs=2)


def test_a_long_title_makes_the_figure_wider():
    title = "epoch 12 · validation negative ELBO 95.3 nats"
    drawn = pixels(framed(PICTURE, title))
    assert drawn.shape[1] == 16 + np.ceil(text_width(title, 9))
    np.testing.assert_array_equal(drawn[34:124, 8:125], PICTURE)
    # Nothing is cut off.
    assert ink(drawn[:34])[1][-1] < drawn.shape[1] - 4


def test_labels_stand_beside_their_rows_and_under_their_columns():
    picture = np.full((120, 150, 3), 255, np.uint8)
    figure = framed(picture, None, ["a", "", "c"], ["1", "2"])
    drawn = pixels(figure)
    left, right, bottom, top = margins(None, ["a", "", "c"], ["1", "2"])
    assert drawn.shape == (top + 120 + bottom, left + 150 + right, 3)
    for row, written in enumerate((True, False, True)):
        label = drawn[top + 40 * row : top + 40 * (row + 1), :left]
        assert np.any(label < 255) == written
        if written:
            assert np.mean(ink(label)[0][[0, -1]]) == pytest.approx(19.5, abs=4)
    for column in range(2):
        label = drawn[-bottom:, left + 75 * column : left + 75 * (column + 1)]
        assert np.mean(ink(label)[1][[0, -1]]) == pytest.approx(37, abs=2)
    assert texts(figure) == ["a", "", "c", "1", "2"]


def test_column_labels_that_would_run_into_each_other_are_left_out():
    picture = np.full((20, 150, 3), 255, np.uint8)
    labels = [f"1.0{number}e+05" for number in range(5)]
    assert texts(framed(picture, None, None, labels)) == ["1.00e+05", "1.03e+05"]
    assert texts(framed(picture, None, None, list("abcde"))) == list("abcde")


@pytest.mark.parametrize(
    ("value", "label"),
    [(-3.0, f"{MINUS}3"), (0.0, "0"), (2.25, "2.25"), (-1.9599, f"{MINUS}1.96"), (1234.0, "1.23e+03")],
)
def test_numbers(value, label):
    assert number_label(value) == label
