import matplotlib
import numpy as np
import pytest

from keras_vae.visualization import latent_histogram, pixels

CODES = np.concatenate([np.linspace(-2, 2, 41), [0.0, 0.0, 0.0]])[:, np.newaxis]


def heights(figure) -> np.ndarray:
    """What each class adds to each bin: `(classes, bins)`."""
    return np.array([[bar.get_height() for bar in bars] for bars in figure.axes[0].containers])


def legend_of(figure) -> list[str]:
    legend = figure.axes[0].get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def test_codes_are_counted():
    figure = latent_histogram(CODES)
    counts, edges = np.histogram(CODES, 40)
    np.testing.assert_array_equal(heights(figure), [counts])
    bars = figure.axes[0].patches
    np.testing.assert_allclose([bar.get_x() for bar in bars], edges[:-1])
    assert legend_of(figure) == []
    assert figure.axes[0].get_xlabel() == "$z_1$"
    assert all(number == int(number) for number in figure.axes[0].get_yticks())
    assert pixels(figure).shape == (640, 760, 3)


def test_classes_stand_on_top_of_each_other_in_their_colours():
    labels = np.where(CODES[:, 0] < 0, "cat", "a_dog$")
    figure = latent_histogram(CODES, labels)
    _, edges = np.histogram(CODES, 40)
    expected = [np.histogram(CODES[labels == name], edges)[0] for name in ("a_dog$", "cat")]
    np.testing.assert_array_equal(heights(figure), expected)
    assert legend_of(figure) == ["a_dog$", "cat"]
    first, second = figure.axes[0].containers
    assert {bar.get_facecolor() for bar in first} == {matplotlib.colormaps["tab10"](0)}
    assert {bar.get_facecolor() for bar in second} == {matplotlib.colormaps["tab10"](1)}
    np.testing.assert_array_equal([bar.get_y() for bar in second], expected[0])


@pytest.mark.parametrize("labels", [np.linspace(0, 1, 44), [f"class {number}" for number in range(44)]])
def test_numbers_and_too_many_classes_have_one_colour(labels):
    figure = latent_histogram(CODES, labels)
    np.testing.assert_array_equal(heights(figure), [np.histogram(CODES, 40)[0]])
    assert legend_of(figure) == []


def test_codes_that_are_not_finite_are_left_out_with_their_labels():
    codes = np.concatenate([CODES, [[np.nan], [np.inf]]])
    figure = latent_histogram(codes, [1] * 44 + [2, 2])
    assert heights(figure).sum() == 44
    assert legend_of(figure) == ["1"]
    assert pixels(latent_histogram([[np.nan]], ["a"])).shape == (640, 760, 3)


def test_title():
    assert latent_histogram(CODES, title="epoch 3").axes[0].get_title(loc="left") == "epoch 3"


@pytest.mark.parametrize(
    ("codes", "labels", "message"),
    [
        (np.zeros((4, 2)), None, r"more latents are for `latent_scatter`. Received shape \(4, 2\)"),
        (np.zeros((0, 1)), None, "at least one code"),
        (np.zeros(4), None, r"Received shape \(4,\)"),
        ([["a"]], None, "`codes` must be numbers"),
        (CODES, [1, 2], "one label for each of 44 examples"),
    ],
)
def test_what_cannot_be_drawn(codes, labels, message):
    with pytest.raises(ValueError, match=message):
        latent_histogram(codes, labels)
