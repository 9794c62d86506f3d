import itertools

import numpy as np
import pytest

from keras_vae.visualization import Panel, page, pixels
from keras_vae.visualization._page import wrapped
from keras_vae.visualization.figures import text_width

from .layout import place_of, texts

SENTENCE = "Nats for each image, over a hundred epochs, while the weights change from step to step."


def picture(height, width, seed=0) -> np.ndarray:
    """Noise, so that it is found in one place only."""
    return np.random.default_rng(seed).integers(0, 200, (height, width, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def four():
    """A page of a wide picture, and under it one beside a stack of two."""
    pictures = [picture(60, 640), picture(150, 300, 1), picture(50, 280, 2), picture(40, 310, 3)]
    wide, left, upper, lower = (Panel(f"Heading {index}", SENTENCE, drawn) for index, drawn in enumerate(pictures))
    figure = page("digits", "dense", [("23.18 nats", "negative ELBO"), ("8 of 8", "latents")], [
        [[wide]],
        [[left], [upper, lower]],
    ])  # fmt: skip
    drawn = pixels(figure)
    return figure, drawn, [place_of(one, drawn) for one in pictures], pictures


def test_pictures_stand_pixel_for_pixel_in_rows_columns_and_stacks(four):
    _, drawn, (wide, left, upper, lower), _ = four
    assert wide[1] == left[1] == 48
    assert upper[1] == lower[1] == 48 + 300 + 40
    # Captions of the right column, which is wider, take as many lines as those of the left one.
    assert left[0] == upper[0] > wide[0] + 60
    assert lower[0] > upper[0] + 50
    assert drawn.shape[1] == 48 + 300 + 40 + 310 + 48
    assert drawn.shape[0] == max(left[0] + 150, lower[0] + 40) + 48


def test_everything_is_written_and_nothing_runs_into_anything(four):
    figure, drawn, places, pictures = four
    assert {"digits", "dense", "23.18 nats", "negative ELBO", "8 of 8", "latents"} <= set(texts(figure))
    assert [text for text in texts(figure) if text.startswith("Heading")] == [f"Heading {index}" for index in range(4)]
    height = len(drawn)
    boxes = [text.get_window_extent() for text in figure.texts]
    taken = [(box.x0, height - box.y1, box.x1, height - box.y0) for box in boxes]
    for (row, column), shown in zip(places, pictures, strict=True):
        taken.append((column, row, column + shown.shape[1], row + len(shown)))
    for index, (left, top, right, bottom) in enumerate(taken):
        assert left >= 47
        assert right <= drawn.shape[1] - 40
        assert top >= 40
        assert bottom <= height - 47
        for other in taken[:index]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top


def test_captions_are_broken_at_the_width_of_their_column(four):
    figure, _, _, _ = four
    captions = [text for text in texts(figure) if text in SENTENCE]
    assert " ".join(captions) == " ".join([SENTENCE] * 4)
    assert SENTENCE in captions
    assert len(captions) > 4


def test_names_are_no_formulas():
    figure = page("a$b$", "$x_1$", [], [[[Panel("$", "$$ _", picture(20, 400))]]])
    assert texts(figure) == ["a$b$", "$x_1$", "$", "$$ _"]
    assert not any(text.get_parse_math() for text in figure.texts)


def test_a_long_title_makes_the_page_wider_and_is_not_cut_off():
    title = "a run of many words " * 4
    figure = page(title, "", [("1 nat", "loss")], [[[Panel("h", "c", picture(20, 30))]]])
    drawn = pixels(figure)
    ink = (drawn[:90] < 255).any(axis=(0, 2)).nonzero()[0]
    assert drawn.shape[1] == 96 + np.ceil(text_width(title, 19, weight="bold"))
    assert ink[-1] < drawn.shape[1] - 40


def test_wrapping():
    lines = wrapped(SENTENCE, 200, 8)
    assert " ".join(lines) == SENTENCE
    assert len(lines) > 2
    assert all(text_width(line, 8) <= 200 for line in lines)
    # No word that stands in the next line would have fitted.
    for line, following in itertools.pairwise(lines):
        assert text_width(f"{line} {following.split()[0]}", 8) > 200
    assert wrapped("", 200, 8) == []
    assert wrapped("immeasurable words", 5, 8) == ["immeasurable", "words"]
