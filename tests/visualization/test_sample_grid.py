import numpy as np
import pytest

from keras_vae.visualization import image_grid, pixels, sample_grid

from .layout import picture_of, texts

SAMPLES = np.random.default_rng(0).random((6, 8, 8, 1)) / 2


@pytest.mark.parametrize("arguments", [{}, {"columns": 2}, {"value_range": (0.0, 0.5)}])
def test_without_a_title_the_figure_is_the_grid(arguments):
    drawn = pixels(sample_grid(SAMPLES, **arguments))
    np.testing.assert_array_equal(drawn, image_grid(SAMPLES, **arguments))
    # Pixel (3, 5) of the second sample: a sharp square of 7x7.
    square = drawn[2 + 21 : 2 + 28, 60 + 35 : 60 + 42]
    scale = 255 if "value_range" not in arguments else 510
    np.testing.assert_array_equal(square, np.rint(SAMPLES[1, 3, 5, 0] * scale))


def test_the_title_stands_above_the_same_grid():
    figure = sample_grid(SAMPLES, title="epoch 3")
    assert texts(figure) == ["epoch 3"]
    np.testing.assert_array_equal(picture_of(figure), image_grid(SAMPLES))


def test_no_axes_are_shown():
    (axes,) = sample_grid(SAMPLES, title="epoch 3").axes
    assert not axes.axison


def test_no_samples():
    with pytest.raises(ValueError, match="at least one example"):
        sample_grid(SAMPLES[:0])


def test_a_text_left_of_each_row():
    samples = np.random.default_rng(0).random((6, 8, 8, 1))
    figure = sample_grid(samples, columns=3, row_labels=["cat", "dog"])
    assert texts(figure) == ["cat", "dog"]
    np.testing.assert_array_equal(picture_of(figure), image_grid(samples, 3))
    with pytest.raises(ValueError, match=r"`row_labels` must be as many as rows, 2. Received: 3"):
        sample_grid(samples, columns=4, row_labels=["a", "b", "c"])
