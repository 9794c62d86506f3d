"""Colour images whose every pixel is known."""

import numpy as np
import pytest
import scipy.interpolate

from keras_vae.datasets import colour_digits
from keras_vae.datasets.colour_digits import load_colour_digits
from keras_vae.datasets.digits import load_digits


@pytest.fixture(scope="module")
def splits() -> dict:
    return {split: load_colour_digits(split) for split in ("train", "test")}


def test_splits_are_those_of_the_digits_with_their_labels(splits):
    for split, count in (("train", 1500), ("test", 297)):
        images = splits[split]
        assert images.pixels.shape == (count, 32, 32, 3)
        assert (images.pixels.dtype, images.levels) == (np.uint8, 255)
        np.testing.assert_array_equal(images.labels, load_digits(split).labels)


def test_images_are_the_same_for_everyone(splits):
    """Figures in the README are of this test split: another one would be another task."""
    np.testing.assert_array_equal(load_colour_digits("test").pixels, splits["test"].pixels)
    np.testing.assert_array_equal(splits["test"].pixels[:2, 0, 0], [[48, 65, 127], [150, 147, 111]])
    np.testing.assert_array_equal(splits["test"].pixels[:2, 16, 14], [[118, 151, 124], [231, 107, 171]])


def test_a_picture_is_a_spline_laid_over_four_corners(splits):
    """The first test image again, pixel by pixel, from the same draws and SciPy's spline."""
    rng = np.random.default_rng(colour_digits.SEEDS["test"])
    angle, enlargement = rng.uniform(-0.25, 0.25), rng.uniform(2.6, 3.4)
    move, corners, colour = rng.uniform(-2, 2, 2), rng.uniform(0, 0.6, (2, 2, 3)), rng.uniform(0.4, 1, 3)
    padded = np.pad(load_digits("test").pixels[0, ..., 0] / 16, 12)
    knots = np.arange(-2, len(padded) + 2, dtype=float)
    spline = scipy.interpolate.NdBSpline((knots, knots), padded, k=3)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    for y, x in [(0, 0), (10, 12), (16, 14), (20, 18), (31, 31)]:
        row, column = turn @ (np.array([y, x]) - 15.5 - move) / enlargement + 3.5
        smooth = spline([[row + 12, column + 12]])[0]
        opacity = 3 * smooth**2 - 2 * smooth**3
        lower = corners[0] * (1 - y / 31) + corners[1] * y / 31
        background = lower[0] * (1 - x / 31) + lower[1] * x / 31
        expected = 255 * ((1 - opacity) * background + opacity * colour)
        np.testing.assert_allclose(splits["test"].pixels[0, y, x], expected, atol=0.5 + 1e-9)


def test_every_image_has_colours_and_a_place_of_its_own(splits):
    everything = np.concatenate([splits["train"].pixels, splits["test"].pixels])
    assert len(np.unique(everything.reshape(1797, -1), axis=0)) == 1797
    corners = everything[:, 0, 0].astype(float) / 255
    assert corners.min() < 0.01
    assert 0.59 < corners.max() < 0.61
    # Uniform between 0 and 0.6, each channel by itself.
    assert abs(corners.mean() - 0.3) < 4 * 0.6 / np.sqrt(12 * corners.size)
    np.testing.assert_allclose(np.corrcoef(corners.T), np.eye(3), atol=4 / np.sqrt(len(corners)))
    assert 0.95 < everything.max() / 255 <= 1.0


def test_few_digits_reach_the_edge_of_their_picture(splits):
    """Elsewhere the edges are straight ramps of colour, whose second differences are those of the rounding."""
    pixels = splits["train"].pixels.astype(int)
    edges = [pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]]
    bent = [np.abs(np.diff(edge, 2, axis=1)).max(axis=(1, 2)) > 5 for edge in edges]
    assert np.mean(np.any(bent, axis=0)) < 0.05


@pytest.mark.parametrize("split", ["validation", "train[:10]", None])
def test_unknown_split_names_the_known_ones(split):
    with pytest.raises(ValueError, match=r"'train' and 'test'.*split="):
        load_colour_digits(split)
