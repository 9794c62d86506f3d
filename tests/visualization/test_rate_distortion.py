import numpy as np
import pytest

from keras_vae.visualization import pixels, rate_distortion

RATES, DISTORTIONS = [2.0, 5.0, 7.0], [40.0, 30.0, 25.0]
TEST = (7.5, 24.0)


def line(figure, name) -> np.ndarray:
    """The points of a line by its name in the legend: `(n, 2)`, distortion first."""
    (found,) = [line for line in figure.axes[0].lines if line.get_label() == name]
    return found.get_xydata()


def equal_lines(figure) -> list[np.ndarray]:
    return [line.get_xydata() for line in figure.axes[0].lines if line.get_linestyle() == "--"]


def names(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def texts(figure) -> list[str]:
    return [text.get_text().strip() for text in figure.axes[0].texts]


def test_the_way_of_a_training_and_the_test_point():
    figure = rate_distortion(RATES, DISTORTIONS, TEST)
    np.testing.assert_array_equal(line(figure, "validation"), [[40, 2], [30, 5], [25, 7]])
    np.testing.assert_array_equal(line(figure, "test"), [[24.0, 7.5]])
    assert names(figure) == ["equal negative ELBO, nats", "validation", "test"]
    assert [text for text in texts(figure) if "epoch" in text] == ["epoch 1", "epoch 3"]
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("distortion: reconstruction, nats", "rate: KL divergence, nats")


def test_along_a_dashed_line_the_sum_is_the_number_beside_it():
    figure = rate_distortion(RATES, DISTORTIONS, TEST)
    lines = equal_lines(figure)
    sums = [points.sum(axis=1) for points in lines]
    assert len(lines) >= 3
    for total in sums:
        assert total[0] == pytest.approx(total[1], abs=1e-9)
    distances = np.diff([total[0] for total in sums])
    np.testing.assert_allclose(distances, distances[0])
    numbers = {text: label for label in figure.axes[0].texts if "epoch" not in (text := label.get_text().strip())}
    assert len(numbers) >= 3
    for text, label in numbers.items():
        assert sum(label.get_position()) == pytest.approx(float(text), abs=1e-9)
        assert float(text) in [pytest.approx(total[0]) for total in sums]


def test_dashed_lines_go_from_one_edge_to_another():
    figure = rate_distortion(RATES, DISTORTIONS, TEST)
    (left, right), (bottom, top) = figure.axes[0].get_xlim(), figure.axes[0].get_ylim()
    for (x, y), (x_end, y_end) in equal_lines(figure):
        assert x == pytest.approx(left) or y == pytest.approx(top)
        assert x_end == pytest.approx(right) or y_end == pytest.approx(bottom)
        # To the last bit of a sum.
        assert left - 1e-9 <= x < x_end <= right + 1e-9
        assert bottom - 1e-9 <= y_end < y <= top + 1e-9


def test_everything_lies_inside():
    figure = rate_distortion(RATES, DISTORTIONS, TEST)
    drawn = pixels(figure)
    assert drawn.shape == (319, 760, 3)
    (left, right), (bottom, top) = figure.axes[0].get_xlim(), figure.axes[0].get_ylim()
    assert left < 24 < 40 < right
    assert bottom < 2 < 7.5 < top
    for text in figure.axes[0].texts:
        box = text.get_window_extent()
        assert 0 <= box.x0 < box.x1 <= 760
        assert 0 <= box.y0 < box.y1 <= 319


def test_numbers_are_written_along_their_lines():
    figure = rate_distortion(RATES, DISTORTIONS)
    pixels(figure)
    start, end = figure.axes[0].transData.transform(equal_lines(figure)[1])
    slope = np.degrees(np.arctan2(*(end - start)[::-1]))
    rotations = {round(text.get_rotation(), 6) for text in figure.axes[0].texts if "epoch" not in text.get_text()}
    assert [rotation - 360 for rotation in rotations] == [pytest.approx(slope, abs=0.1)]


def test_the_first_epochs_of_many_do_not_flatten_the_rest():
    rates = np.concatenate([[100.0, 100.0], np.linspace(5, 7, 38)])
    distortions = np.concatenate([[900.0, 800.0], np.linspace(40, 20, 38)])
    figure = rate_distortion(rates, distortions)
    assert figure.axes[0].get_xlim() == pytest.approx((20 - 2.4, 40 + 2.4))
    assert figure.axes[0].get_ylim() == pytest.approx((5 - 0.24, 7 + 0.24))
    assert [text for text in texts(figure) if "epoch" in text] == ["epoch 3", "epoch 40"]
    assert len(line(figure, "validation")) == 40


def test_a_test_alone():
    figure = rate_distortion([], [], TEST)
    np.testing.assert_array_equal(line(figure, "test"), [[24.0, 7.5]])
    assert names(figure) == ["equal negative ELBO, nats", "test"]
    assert figure.axes[0].get_xlim() == pytest.approx((24 - 2.4, 24 + 2.4))
    assert figure.axes[0].get_ylim() == pytest.approx((6.5, 8.5))


def test_one_epoch_without_a_test():
    figure = rate_distortion([2], [-300])
    np.testing.assert_array_equal(line(figure, "validation"), [[-300, 2]])
    assert [text for text in texts(figure) if "epoch" in text] == ["epoch 1"]
    assert all("-" not in text for text in texts(figure))


def test_values_that_are_not_finite_are_left_out():
    figure = rate_distortion([np.nan, 2.0, 4.0], [1.0, 10.0, 20.0])
    assert figure.axes[0].get_xlim() == pytest.approx((10 - 1.2, 20 + 1.2))
    assert [text for text in texts(figure) if "epoch" in text] == ["epoch 3"]
    assert pixels(figure).shape == (319, 760, 3)
    assert pixels(rate_distortion([np.nan], [np.inf])).shape == (319, 760, 3)


def test_title():
    assert rate_distortion(RATES, DISTORTIONS, title="digits").axes[0].get_title(loc="left") == "digits"


@pytest.mark.parametrize(
    ("rates", "distortions"), [([1.0], [1.0, 2.0]), ([[1.0]], [[1.0]]), (["a"], ["b"]), (1.0, 2.0)]
)
def test_what_is_no_way(rates, distortions):
    with pytest.raises(ValueError, match=r"numbers of one shape \(epochs,\)"):
        rate_distortion(rates, distortions)


def test_nothing_to_draw():
    with pytest.raises(ValueError, match="Received: neither"):
        rate_distortion([], [])


@pytest.mark.parametrize("test", [3.0, (1.0, 2.0, 3.0), ("a", "b")])
def test_what_is_no_test(test):
    with pytest.raises(ValueError, match="`test` must be a rate and a distortion"):
        rate_distortion(RATES, DISTORTIONS, test)
