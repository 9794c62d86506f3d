import importlib.util

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from keras_vae.datasets.tables import read_csv, read_labelled_csv, read_labelled_parquet, read_parquet


def written(path, content: str | bytes) -> str:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


@pytest.mark.parametrize("names", ["", "age,height,sex\n"])
def test_a_csv_file_with_and_without_names(tmp_path, names):
    path = written(tmp_path / "t.csv", names + "1,2.5,-3e2\n\n4,,6\n")
    np.testing.assert_array_equal(read_csv(path), [[1, 2.5, -300], [4, np.nan, 6]])


def test_whether_a_first_line_that_may_be_either_holds_names_is_asked(tmp_path):
    path = written(tmp_path / "t.csv", "0,1\n1,2\n")
    with pytest.raises(ValueError, match="may hold names or numbers"):
        read_csv(path)
    np.testing.assert_array_equal(read_csv(path, names=True), [[1, 2]])
    np.testing.assert_array_equal(read_csv(path, names=False), [[0, 1], [1, 2]])


@pytest.mark.parametrize("names", ["2019,2020,2021", "1,2,3", "400,405,410", '"400","500","600"'])
def test_names_may_be_numbers_that_go_up(tmp_path, names):
    with pytest.raises(ValueError, match="may hold names or numbers"):
        read_csv(written(tmp_path / "t.csv", names + "\n0.5,2,1\n"))
    # Rows of whole numbers are such rows, and numbers with a point are none of names.
    for rows in ("1,2,3\n4,0,2\n", "1,2,3\n", "3,2,1\n0.5,2,1\n", "0.5,1.5,2.5\n0.5,2,1\n"):
        assert len(read_csv(written(tmp_path / "t.csv", rows))) == rows.count("\n")


def test_a_column_that_numbers_the_rows_is_not_learned(tmp_path):
    for rows in (",a\n0,0.5\n1,2.5\n", '"",a\n1,0.5\n2,2.5\n'):
        with pytest.raises(ValueError, match=r"t\.csv' has no name and numbers the rows.*index=False"):
            read_csv(written(tmp_path / "t.csv", rows))
        assert read_csv(written(tmp_path / "t.csv", f"id{rows[rows.index(',') :]}")).shape == (2, 2)
    np.testing.assert_array_equal(read_csv(written(tmp_path / "t.csv", ",a\n0,0.5\n7,2.5\n")), [[0, 0.5], [7, 2.5]])


def test_a_column_of_labels_is_none_of_the_rows(tmp_path):
    content = "age,kind,height\n1, fig ,\n\n2,plum,0.5\n"
    rows, labels = read_labelled_csv(written(tmp_path / "t.csv", content), "kind")
    np.testing.assert_array_equal(rows, [[1, np.nan], [2, 0.5]])
    np.testing.assert_array_equal(labels, ["fig", "plum"])
    # Names are there, whatever they look like.
    rows, labels = read_labelled_csv(written(tmp_path / "t.csv", "1,2,3\n7,8,9\n"), "2")
    np.testing.assert_array_equal(rows, [[7, 9]])
    np.testing.assert_array_equal(labels, [8.0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("age,kind\n1,a\n", "has no column 'sort' for the labels. Its columns are called 'age', 'kind'"),
        ("sort,sort\n1,a\n", "has several columns 'sort' for the labels"),
        ("", "has no column 'sort'"),
        ("sort\na\n", "holds no row of numbers"),
        ("age,sort\n", "holds no row of numbers"),
        ("age,sort\n1,a\n2\n", "has 1 columns in line 3, but 2 before"),
        ("age,sort\nx,a\n", "must hold numbers. Received: 'x' in line 2"),
        (",sort,age\n0,a,0.5\n1,b,1.5\n", "has no name and numbers the rows"),
    ],
)
def test_labelled_tables_that_will_not_do_are_named(tmp_path, content, message):
    with pytest.raises(ValueError, match=rf"t\.csv' {message}"):
        read_labelled_csv(written(tmp_path / "t.csv", content), "sort")


@pytest.mark.parametrize("content", [b"\xff\xfe1,2", b"1,2\n\xe9,3\n"])
def test_a_csv_file_in_another_coding_is_named(tmp_path, content):
    with pytest.raises(ValueError, match=r"t\.csv' cannot be read as a table in UTF-8"):
        read_csv(written(tmp_path / "t.csv", content))


def parquet(path, **columns) -> str:
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return str(path)


def test_a_parquet_file_of_numbers_and_booleans(tmp_path):
    path = parquet(tmp_path / "t.parquet", age=[3, None, 5], height=[0.5, 1.5, None], sex=[True, False, None])
    np.testing.assert_array_equal(read_parquet(path), [[3, 0.5, 1], [np.nan, 1.5, 0], [5, np.nan, np.nan]])


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [(["b", None, "a"], ["b", "", "a"]), ([2, 0, 1], [2.0, 0.0, 1.0]), ([True, False], [1.0, 0.0])],
)
def test_a_column_of_labels_in_a_parquet_file(tmp_path, kinds, expected):
    path = parquet(tmp_path / "t.parquet", kind=kinds, age=[3, 4, 5][: len(kinds)])
    rows, labels = read_labelled_parquet(path, "kind")
    np.testing.assert_array_equal(rows, [[3], [4], [5]][: len(kinds)])
    np.testing.assert_array_equal(labels, expected)
    with pytest.raises(ValueError, match=r"t\.parquet' has no column 'sort' .* called 'kind', 'age'"):
        read_labelled_parquet(path, "sort")


def test_parquet_files_that_will_not_do_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"t\.parquet' must hold numbers.*column 'name' of type string"):
        read_parquet(parquet(tmp_path / "t.parquet", age=[1], name=["Ada"]))
    with pytest.raises(ValueError, match=r"t\.parquet' cannot be read as a Parquet file"):
        read_parquet(written(tmp_path / "t.parquet", "text"))
    with pytest.raises(ValueError, match=r"t\.parquet' holds no row of numbers"):
        read_parquet(parquet(tmp_path / "t.parquet", age=pyarrow.array([], pyarrow.float64())))


def test_what_is_missing_to_read_parquet_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install pyarrow"):
        read_parquet(str(tmp_path / "t.parquet"))
