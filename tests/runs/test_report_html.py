import numpy as np
import pytest

from keras_vae.runs.report_html import html_page
from keras_vae.runs.report_sections import Section
from keras_vae.runs.report_tables import Table
from keras_vae.visualization import Panel

from .html_reader import Reader

METRICS = {
    "settings": {"dataset": "a<b", "learning_rate": 0.001},
    "versions": {"keras_vae": "0.1.0"},
    "fit_seconds": 38.9,
    "peak_memory_bytes": None,
}
TABLE = Table("Each epoch, in nats", ("epoch", 'loss "x" & <y>'), [(1, 1 / 3), (2, None), ("<all>", -12.5)])


def picture(seed) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (20 + seed, 30, 3), dtype=np.uint8)


def section(seed, *tables) -> Section:
    return Section(Panel(f"Heading {seed} <&>", f"Caption {seed}", picture(seed)), f'Picture "{seed}" <&>', tables)


@pytest.fixture(scope="module")
def source() -> str:
    rows = [[[section(0, TABLE)]], [[section(1)], [section(2), section(3)]]]
    return html_page("<digits>", "beta 1.0 & more", [("KL", 4.5, "nats"), ("active", "8 of 8", "")], rows, METRICS)


def test_pictures_are_held_pixel_for_pixel_and_have_alternative_texts(source):
    pictures = Reader(source).pictures
    assert list(pictures) == [f'Picture "{seed}" <&>' for seed in range(4)]
    for seed, shown in enumerate(pictures.values()):
        np.testing.assert_array_equal(shown, picture(seed))


def test_nothing_else_is_loaded(source):
    assert all(address.startswith("data:image/png;base64,") for address in Reader(source).loaded)
    for word in ("<link", "<script", "http", "@import", "url("):
        assert word not in source


def test_numbers_are_held_with_all_digits(source):
    reader = Reader(source)
    assert reader.tables[TABLE.caption] == [
        ["epoch", 'loss "x" & <y>'],
        [1.0, 1 / 3],
        [2.0, ""],
        ["<all>", -12.5],
    ]
    assert reader.figures == {"KL": 4.5, "active": "8 of 8"}
    assert ">0.333</data>" in source
    assert ">\N{MINUS SIGN}12.50</data>" in source


def test_what_the_run_was_stands_last(source):
    reader = Reader(source)
    assert reader.tables["Settings"] == [["setting", "value"], ["dataset", "a<b"], ["learning rate", "0.001"]]
    assert reader.tables["Versions"][1:] == [["keras vae", "0.1.0"]]
    assert reader.tables["Time and memory"][1:] == [["seconds to train", 38.9], ["peak memory, bytes", ""]]
    assert reader.headings == [
        "<digits>",
        *(f"Heading {seed} <&>" for seed in range(4)),
        "Settings",
        "Versions",
        "Time and memory",
    ]


def test_texts_are_escaped_and_the_page_is_whole(source):
    text = "".join(Reader(source).text)
    for words in ("<digits>", "beta 1.0 & more", "Caption 2", "nats"):
        assert words in text
    assert "<digits>" not in source
    assert source.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert source.endswith("</html>\n")
    assert '<meta charset="utf-8">' in source


def test_dark_and_light(source):
    assert "color-scheme: light dark" in source
    assert "prefers-color-scheme: dark" in source
