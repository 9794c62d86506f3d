import numpy as np
import pytest

from keras_vae.visualization.pictures import as_pictures

CURVE_SHAPE = (120, 200, 3)


def column(*values) -> np.ndarray:
    """One picture `(1, n, 1, 1)`, a pixel for each value."""
    return np.array(values).reshape(1, -1, 1, 1)


def grey_levels(examples, value_range=None) -> list[int]:
    pictures = as_pictures(examples, value_range)
    assert pictures.dtype == np.uint8
    # Grey: the three colours are the same.
    assert np.all(pictures == pictures[..., :1])
    return pictures[..., 0].reshape(-1).tolist()


def curve_rows(picture) -> np.ndarray:
    """For each column of a picture the mean row of what is drawn, NaN where nothing is."""
    ink = 255.0 - picture.astype(float).mean(axis=-1)
    with np.errstate(invalid="ignore"):
        return (ink * np.arange(len(ink))[:, np.newaxis]).sum(axis=0) / ink.sum(axis=0)


def row_of(value, low, high) -> float:
    """Where a value must lie on a curve's picture: the value range and 5 % beyond it fill the height."""
    margin = 0.05 * (high - low)
    return 120 * (high + margin - value) / (high - low + 2 * margin)


@pytest.mark.parametrize(
    ("values", "value_range", "expected"),
    [
        # 0.1 * 255 = 25.5, which rounds to the even 26; truncation would give 25.
        ((0.0, 0.1, 0.25, 1.0), None, [0, 26, 64, 255]),
        ((0.2, 0.4), None, [51, 102]),
        ((-1.0, 0.0, 3.0), None, [0, 64, 255]),
        ((0, 51, 255), None, [0, 51, 255]),
        ((0.0, 0.5, 1.0), (0.0, 0.5), [0, 255, 255]),
        ((-3.0, 0.0, 5.0), (-1.0, 1.0), [0, 128, 255]),
        ((4, 8, 16), (0, 16), [64, 128, 255]),
        ((False, True), None, [0, 255]),
        # One value alone is neither black nor white, however large it is.
        ((7.0, 7.0), None, [128, 128]),
        ((-1e12, -1e12), None, [128, 128]),
        ((0.5, 0.5), None, [128, 128]),
    ],
)
def test_grey_levels(values, value_range, expected):
    assert grey_levels(column(*values), value_range) == expected


def test_range_is_of_all_examples_together():
    examples = np.array([2.0, 4.0, 6.0, 10.0]).reshape(2, 2, 1, 1)
    assert grey_levels(examples) == [0, 64, 128, 255]


@pytest.mark.parametrize(
    ("values", "expected"), [((0, 30, 200), [0, 30, 200]), ((0, 1), [0, 255]), ((200, 200), [200, 200])]
)
def test_bytes_are_grey_levels_unless_all_are_zero_or_one(values, expected):
    assert grey_levels(column(*values).astype(np.uint8)) == expected


def test_pixels_that_are_not_finite_are_magenta_and_change_no_others():
    assert as_pictures(column(0.0, np.nan, 10.0, np.inf, 5.0), None)[0, :, 0].tolist() == [
        [0, 0, 0],
        [255, 0, 255],
        [255, 255, 255],
        [255, 0, 255],
        [128, 128, 128],
    ]
    one_colour = np.array([[0.2, np.nan, 0.4], [0.0, 0.0, 0.0]]).reshape(1, 2, 1, 3)
    assert as_pictures(one_colour, None)[0, :, 0].tolist() == [[255, 0, 255], [0, 0, 0]]
    side_by_side = np.array([[0.2, -np.inf]]).reshape(1, 1, 1, 2)
    assert as_pictures(side_by_side, None)[0, 0].tolist() == [[51, 51, 51], [255, 0, 255]]
    assert np.all(as_pictures(np.full((1, 2, 2, 1), np.nan), None) == [255, 0, 255])


def test_curves_have_gaps_where_values_are_not_finite():
    signal = np.linspace(0.0, 2.0, 41)
    broken = signal.copy()
    broken[15:20], broken[20] = np.nan, np.inf
    whole, gap = (curve_rows(as_pictures(x.reshape(1, -1, 1), None)[0]) for x in (signal, broken))
    np.testing.assert_allclose(gap[20:70], whole[20:70])
    assert np.all(np.isnan(gap[80:95]))
    np.testing.assert_allclose(gap[110:180], whole[110:180])
    # Nothing is there to draw.
    assert np.all(as_pictures(np.full((1, 5), np.inf), None) == 255)


def test_a_single_value_is_a_point():
    point = as_pictures(np.array([[0.25]]), (0.0, 1.0))[0]
    assert np.nanmean(curve_rows(point)) == pytest.approx(row_of(0.25, 0.0, 1.0), abs=1)
    columns = np.flatnonzero((point < 255).any(axis=(0, 2)))
    assert columns.mean() == pytest.approx(99.5, abs=1)
    assert 5 < len(columns) < 15


def test_three_channels_are_colours():
    examples = np.array([[1.0, 0.0, 0.2], [0.4, 0.6, 0.8]]).reshape(1, 1, 2, 3)
    np.testing.assert_array_equal(as_pictures(examples, None), [[[[255, 0, 51], [102, 153, 204]]]])


@pytest.mark.parametrize("channels", [2, 4])
def test_other_channels_stand_side_by_side(channels):
    examples = np.random.default_rng(0).integers(0, 256, (3, 5, 4, channels))
    pictures = as_pictures(examples, (0, 255))
    assert pictures.shape == (3, 5, 4 * channels, 3)
    for channel in range(channels):
        for colour in range(3):
            beside = pictures[:, :, channel * 4 : (channel + 1) * 4, colour]
            np.testing.assert_array_equal(beside, examples[..., channel])


@pytest.mark.parametrize("value_range", [None, (-1.0, 3.0)])
def test_signals_are_curves_at_the_height_of_their_values(value_range):
    signals = np.stack([np.full(10, 0.0), np.full(10, 2.0), np.linspace(0.0, 2.0, 10)])[..., np.newaxis]
    low, high = value_range or (0.0, 2.0)
    flat_low, flat_high, rising = as_pictures(signals, value_range)
    assert flat_low.shape == CURVE_SHAPE
    # Half a row for where a pixel's middle is, and half for the raster.
    assert np.nanmean(curve_rows(flat_low)) == pytest.approx(row_of(0.0, low, high), abs=1)
    assert np.nanmean(curve_rows(flat_high)) == pytest.approx(row_of(2.0, low, high), abs=1)
    # Matplotlib leaves 1/22 of the width on each side of a curve.
    expected = row_of(2.0 * (np.arange(200) + 0.5 - 200 / 22) / (200 * 20 / 22), low, high)
    drawn = slice(20, 180)
    np.testing.assert_allclose(curve_rows(rising)[drawn], expected[drawn], atol=1.5)


def test_each_channel_of_a_signal_is_a_curve():
    one = np.full((1, 10, 1), 0.2)
    two = np.concatenate([one, np.full((1, 10, 1), 0.8)], axis=-1)
    above, below = slice(0, 60), slice(60, 120)
    pictures = {len(x[0, 0]): as_pictures(x, (0, 1))[0].astype(int) for x in (one, two)}
    assert np.all(pictures[1][above] == 255)
    assert np.any(pictures[2][above] < 255)
    np.testing.assert_array_equal(pictures[1][below], pictures[2][below])


def test_rows_of_a_table_are_curves_over_their_columns():
    table = np.random.default_rng(0).normal(size=(3, 6))
    np.testing.assert_array_equal(as_pictures(table, None), as_pictures(table[..., np.newaxis], None))


@pytest.mark.parametrize("shape", [(0, 4, 4, 1), (0, 3), (), (5,), (2, 3, 3, 3, 3, 1), (2, 0, 4, 1), (2, 4, 4, 0)])
def test_what_cannot_be_drawn(shape):
    with pytest.raises(ValueError, match=r"at least one example, of shape .* Received shape \("):
        as_pictures(np.zeros(shape), None)


@pytest.mark.parametrize("dtype", [str, complex, object])
def test_what_is_no_number(dtype):
    with pytest.raises(ValueError, match="Expected numbers of at least one example"):
        as_pictures(np.zeros((2, 4, 4, 1)).astype(dtype), None)


@pytest.mark.parametrize("shape", [(2, 4, 4, 1), (2, 4)])
def test_bad_value_range(shape):
    with pytest.raises(ValueError, match=r"`value_range` must be two finite numbers.*value_range=\(1, 1\)"):
        as_pictures(np.zeros(shape), (1, 1))


def test_of_a_volume_the_slice_in_the_middle_is_shown():
    volume = np.random.default_rng(0).random((2, 5, 4, 6, 1))
    np.testing.assert_array_equal(as_pictures(volume, None), as_pictures(volume[:, 2], None))


@pytest.mark.parametrize(("height", "width", "channels", "step"), [(1030, 20, 3, 3), (4, 513, 1, 2), (8, 300, 2, 2)])
def test_of_large_images_every_so_many_pixels_are_shown(height, width, channels, step):
    images = np.random.default_rng(0).random((2, height, width, channels))
    pictures = as_pictures(images, (0, 1))
    np.testing.assert_array_equal(pictures, as_pictures(images[:, ::step, ::step], (0, 1)))
    assert max(pictures.shape[1:3]) <= 512
    # What is black and white is of all values.
    images[0, 1, 1] = 9
    np.testing.assert_array_equal(as_pictures(images, None), as_pictures(images[:, ::step, ::step], (images.min(), 9)))


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
def test_channels_are_greys_side_by_side_or_colours(channels):
    images = np.random.default_rng(0).random((3, 8, 6, channels))
    pictures = as_pictures(images, (0, 1))
    # Each grey in three equal colours.
    greys = np.repeat(images.transpose(0, 1, 3, 2).reshape(3, 8, -1, 1), 3, axis=-1)
    expected = images if channels == 3 else greys
    np.testing.assert_array_equal(pictures, np.round(255 * expected))
