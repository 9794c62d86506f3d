import dataclasses

import numpy as np
import pytest

from keras_vae.datasets import facts
from keras_vae.datasets.facts import Facts, facts_of, facts_of_batches


def column(values, dtype) -> np.ndarray:
    return np.array(values, dtype)[:, np.newaxis]


def images(values, dtype) -> np.ndarray:
    return np.array(values, dtype).reshape(-1, 1, 1, 1)


@pytest.mark.parametrize(
    ("x", "kind", "levels", "white"),
    [
        (column([False, True], bool), "binary", 2, 1),
        (column([0, 1, 1], "float32"), "binary", 2, 1),
        (column([0, 0], "int64"), "binary", 2, 1),
        (column([0, 255], "uint8"), "binary", 256, 255),
        # Of another dtype they may be anything.
        (column([0, 255], "int64"), "levels", 256, 1),
        (column([0, 255, 3], "uint8"), "8 bit", 256, 255),
        (column([0, 64], "uint8"), "8 bit", 256, 255),
        (column([0, 63], "uint8"), "levels", 64, 255),
        (images([0, 16, 3], "uint8"), "levels", 17, 255),
        (images([0, 255, 3], "float64"), "8 bit", 256, 1),
        (column([0, 120, 3], "int64"), "levels", 121, 1),
        (images([0, 4095, 7], "uint16"), "levels", 4096, 65535),
        (images([0, 16384], "uint16"), "16 bit", 65536, 65535),
        (images([1, 65535], "int32"), "16 bit", 65536, 1),
        (column([1, 65535], "int32"), "levels", 65536, 1),
        (column([0, 65536], "int32"), "real", None, 1),
        (column([-1, 3], "int8"), "real", None, 1),
        (column([0, 0.5], "float16"), "unit", None, 1),
        (column([0, 1.5], "float32"), "real", None, 1),
        (column([-0.1, 1], "float32"), "real", None, 1),
        (column([np.nan, 0, 1], "float32"), "binary", 2, 1),
        (column([np.nan, np.inf], "float32"), "real", None, 1),
    ],
)
def test_the_kind_of_values(x, kind, levels, white):
    found = facts_of(x)
    assert (found.kind, found.levels, found.white) == (kind, levels, white)
    assert found.kind in facts.KINDS


def test_all_facts_of_an_array():
    x = np.array([[-2.0, np.nan, 7.0], [np.inf, np.nan, 0.0]])
    assert facts_of(x) == Facts("float64", -2.0, 7.0, True, False, False, 2, 1)
    assert facts_of(np.zeros((2, 4, 5, 3), np.uint8)).are_images
    # A volume, and a table of spectra, are no images.
    assert not facts_of(np.zeros((2, 4, 5, 6, 1), np.uint8)).are_images
    assert not facts_of(np.zeros((2, 4, 5, 9), np.uint8)).are_images


def test_files_that_say_how_many_bits_they_have_are_not_judged_by_their_values():
    dark = dataclasses.replace(facts_of(images([0, 9], "uint8")), bits=8)
    assert (dark.kind, dark.levels, dark.white) == ("8 bit", 256, 255)
    assert dark.joined(dark).kind == "8 bit"
    assert dark.joined(facts_of(images([0, 9], "uint8"))).kind == "levels"
    assert dataclasses.replace(facts_of(images([0, 255], "uint8")), bits=8).kind == "binary"


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_an_array_in_parts_has_the_facts_of_the_whole(dtype, monkeypatch):
    x = np.random.default_rng(0).integers(0, 256, (50, 3)).astype(dtype)
    x[:40] = 0
    whole = facts_of(x)
    monkeypatch.setattr(facts, "AT_ONCE", 7)
    assert facts_of(x) == whole
    assert facts_of_batches([x[:0], x[:20], x[20:]]) == whole
    assert facts_of(x[:40]).kind == "binary"


def test_joined_ends_are_ends_only_where_they_are_the_same():
    black, white, one, zero = (facts_of(column([value], "uint8")) for value in (0, 255, 1, 0))
    assert black.joined(white).kind == white.joined(black).kind == "binary"
    assert one.joined(white).kind == white.joined(one).kind == "8 bit"
    assert one.joined(zero).kind == "binary"
    assert facts_of(column([np.nan], "float32")).joined(facts_of(column([3.0], "float32"))).largest == 3.0


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (column([0, 1], "float32"), "0 and 1 only"),
        (column([0, 255], "uint8"), "black and white, 0 and 255 only"),
        (column([0, 255, 7], "uint8"), "whole numbers 0 to 255 (8 bit)"),
        (images([0, 60_000], "uint16"), "whole numbers 0 to 65,535 (16 bit)"),
        (column([2, 5], "int32"), "whole numbers 0 to 5"),
        (column([0.5, np.nan], "float32"), "real numbers in [0, 1], 1 missing"),
        (column([-1.5, 1234.5], "float64"), "real numbers from -1.5 to 1234"),
        (column([-1, 12], "int64"), "whole numbers from -1 to 12"),
    ],
)
def test_facts_in_words(x, text):
    assert str(facts_of(x)) == text


@pytest.mark.parametrize("x", [np.empty((0, 3)), np.array([["a"]]), np.array([[1j]])])
def test_what_has_no_facts(x):
    with pytest.raises(ValueError, match="Expected an array of numbers"):
        facts_of(x)
