"""Rows are told again by what is in them, whatever they come in."""

import hashlib
import struct

import ml_dtypes
import numpy as np
import pytest

from keras_vae.anomaly import trained_rows
from keras_vae.anomaly.trained_rows import TrainedRows, rows_of

RNG = np.random.default_rng(0)


def rows(count):
    return RNG.normal(size=(count, 3)).astype(np.float32)


def of(x) -> TrainedRows:
    return TrainedRows.none().and_rows(x)


def test_rows_are_told_in_any_order_dtype_and_layout():
    x, new = rows(20), rows(5)
    known = of(x)
    for given in (x, x.astype(np.float64), np.asfortranarray(x), x[::-1], x.reshape(20, 3, 1), x.astype(">f4")):
        assert not known.are_new(given).any()
    np.testing.assert_array_equal(known.are_new(np.concatenate([new, x[3:9], new[:1]])), [1] * 5 + [0] * 6 + [1])
    pixels = RNG.integers(0, 256, (20, 4)).astype(np.uint8)
    for dtype in (np.int64, np.float32, np.float16, np.float64):
        assert not of(pixels).and_rows(x).are_new(pixels.astype(dtype if dtype != np.float16 else np.int16)).any()


def test_what_compares_equal_is_the_same_and_so_is_what_is_missing():
    assert not of(np.array([[0.0, np.nan]])).are_new(np.array([[-0.0, -np.nan]])).any()
    assert of(np.array([[0.0, np.nan]])).are_new(np.array([[np.nan, 0.0]])).all()


def test_of_equal_rows_so_many_are_known_as_were_trained_on():
    x = np.array([[1.0], [2.0], [1.0]])
    np.testing.assert_array_equal(of(x).are_new(np.array([[1.0], [2.0], [1.0], [1.0], [2.0]])), [0, 0, 0, 1, 1])


def test_another_process_and_another_byte_order_have_the_same_fingerprints():
    # Of files that were written: they are never to change.
    assert of(np.array([[1, 2, 3]])).fingerprints.tolist() == [4827764203312623179]
    assert hashlib.blake2b(struct.pack("<3f", 1, 2, 3), digest_size=8).digest() == struct.pack(
        "<Q", 4827764203312623179
    )


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
def test_rows_that_were_rounded(dtype):
    x = rows(20)
    # Trained on as they are: told in this dtype and in any finer one.
    known = of(x.astype(dtype))
    for given in (x.astype(dtype), x.astype(dtype).astype(np.float64), x):
        assert not known.are_new(given).any()
    # Rounded after the training, nobody can tell them.
    with pytest.raises(ValueError, match=rf"`x` has dtype {np.dtype(dtype)}, .* a finer one: float32"):
        of(x).are_new(x.astype(dtype))
    assert TrainedRows.none().are_new(x.astype(dtype)).all()


def test_of_many_rows_a_part_is_remembered_that_does_not_depend_on_them(monkeypatch):
    monkeypatch.setattr(trained_rows, "MOST_FINGERPRINTS", 100)
    x, new = rows(400), rows(400)
    known = of(x)
    assert len(known.fingerprints) == 100
    assert not known.are_all
    # Where none of those are met that are remembered, all are new.
    assert known.are_new(new).all()
    assert known.are_new(new[:1]).all()
    # Where some are, only those that would be remembered: a quarter, by their hashes.
    found = known.are_new(np.concatenate([x, new]))
    assert not found[:400].any()
    # Binomial(400, 1/4) has a deviation of 8.7.
    assert 55 < found[400:].sum() < 145
    # Told in parts, they are the same.
    parts = of(x[:150]).and_rows(x[150:])
    np.testing.assert_array_equal(parts.fingerprints, known.fingerprints)


def test_what_nobody_remembers():
    assert TrainedRows.unknown().are_unknown
    assert not TrainedRows.none().are_unknown
    assert TrainedRows.unknown().are_new(rows(3)).all()
    assert not of(rows(3)).are_unknown


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_a_row_is_x_with_the_values_of_its_condition(dtype):
    x = np.array([[1.0, 2.0], [3.0, 4.0]], dtype)
    one = {"x": x, "condition": {"age": np.array([[0.5], [0.5]], np.float32), "side": np.array([0, 1], np.int32)}}
    found = rows_of(one)
    np.testing.assert_array_equal(found, [[1.0, 2.0, 0.5, 0.0], [3.0, 4.0, 0.5, 1.0]])
    assert found.dtype == dtype
    assert rows_of(x) is x
    trained = of(found)
    other = {"x": x, "condition": {**one["condition"], "side": np.array([0, 0], np.int32)}}
    assert trained.are_new(rows_of(other)).tolist() == [False, True]
