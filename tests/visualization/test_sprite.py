import numpy as np
import pytest

from keras_vae.visualization._sprite import sprite


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (4, 2), (5, 3), (10, 4)])
def test_each_picture_at_its_place(count, columns):
    images = np.random.default_rng(0).integers(0, 256, (count, 6, 4, 1))
    drawn = sprite(images, (0, 255))
    assert drawn.shape == (6 * columns, 4 * columns, 3)
    assert drawn.dtype == np.uint8
    for place in range(columns * columns):
        row, column = divmod(place, columns)
        cell = drawn[6 * row : 6 * row + 6, 4 * column : 4 * column + 4]
        expected = np.repeat(images[place], 3, axis=-1) if place < count else np.zeros((6, 4, 3))
        np.testing.assert_array_equal(cell, expected)


def test_colours():
    images = np.zeros((1, 2, 2, 3))
    images[..., 1] = 1.0
    np.testing.assert_array_equal(sprite(images)[0, 0], [0, 255, 0])


def test_too_many_for_a_browser():
    images = np.zeros((257, 512, 512, 1), np.uint8)
    with pytest.raises(ValueError, match=r"hold 256 pictures of 512x512\. Received: 257"):
        sprite(images, (0, 1))
