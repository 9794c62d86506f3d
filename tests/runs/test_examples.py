import types

import numpy as np
import pytest

from keras_vae import likelihoods
from keras_vae.runs.examples import read_examples


def model_of(likelihood):
    """As much of a model as says in which form it takes its data."""
    return types.SimpleNamespace(condition=None, decoder=types.SimpleNamespace(likelihood=likelihood))


TABULAR = model_of(likelihoods.Tabular((3,)))


def written(path, text) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_arrays(tmp_path):
    x = np.random.default_rng(0).integers(0, 255, (5, 4, 4, 1)).astype(np.uint8)
    np.save(tmp_path / "x.npy", x)
    found = read_examples(str(tmp_path / "x.npy"), TABULAR)
    np.testing.assert_array_equal(found, x)
    assert found.dtype == np.uint8


@pytest.mark.parametrize("names", ["", "age,height,sex\n", "\N{ZERO WIDTH NO-BREAK SPACE}age,height,sex\n"])
def test_tables_with_and_without_names(tmp_path, names):
    path = written(tmp_path / "table.CSV", names + "1,2.5,-3e2\n\n4,5,6\n")
    np.testing.assert_array_equal(read_examples(path, TABULAR), [[1, 2.5, -300], [4, 5, 6]])


def test_what_is_missing_is_nan(tmp_path):
    path = written(tmp_path / "table.csv", "1,,3\n4,5,6\n")
    np.testing.assert_array_equal(read_examples(path, TABULAR), [[1, np.nan, 3], [4, 5, 6]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2\n3\n", "1 columns in line 2, but 2 before"),
        ("a,b\n1,2\n3,x\n", "Received: 'x' in line 3"),
        ("a,b\n", "no row of numbers"),
        ("N/A,0.5\n1,2\n", r"first line of .*table\.csv' may hold names or numbers: 'N/A,0\.5'.*--no-names"),
        ("0,1\n1,2\n", "may hold names or numbers"),
        ("", "no row of numbers"),
    ],
)
def test_tables_that_are_none(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        read_examples(written(tmp_path / "table.csv", text), TABULAR)


def test_whether_there_are_names_can_be_said(tmp_path):
    path = written(tmp_path / "table.csv", "0,1\n1,2\n")
    np.testing.assert_array_equal(read_examples(path, TABULAR, names=True), [[1, 2]])
    np.testing.assert_array_equal(read_examples(path, TABULAR, names=False), [[0, 1], [1, 2]])
    path = written(tmp_path / "bad.csv", "N/A,1\n1,2\n")
    with pytest.raises(ValueError, match="Received: 'N/A' in line 1"):
        read_examples(path, TABULAR, names=False)


def test_datasets_in_the_form_of_the_likelihood():
    integers = read_examples("digits", model_of(likelihoods.BetaBinomial((8, 8, 1), 17)))
    assert integers.shape == (297, 8, 8, 1)
    assert integers.max() == 16
    binary = read_examples("digits", model_of(likelihoods.Bernoulli((8, 8, 1))), split="train")
    assert binary.shape == (1500, 8, 8, 1)
    assert set(np.unique(binary)) == {0, 1}


def test_a_masked_likelihood_is_given_the_form_of_the_one_it_wraps():
    masked = likelihoods.Masked(likelihoods.Bernoulli((8, 8, 1)))
    binary = read_examples("digits", model_of(likelihoods.Bernoulli((8, 8, 1))))
    np.testing.assert_array_equal(read_examples("digits", model_of(masked)), binary)


def test_files_that_are_not_there_or_hold_something_else(tmp_path):
    with pytest.raises(ValueError, match=r"There is no file at .*missing\.npy"):
        read_examples(str(tmp_path / "missing.npy"), TABULAR)
    with pytest.raises(ValueError, match=r"is not a \.npy file of numbers"):
        read_examples(written(tmp_path / "x.npy", "text"), TABULAR)
    np.save(tmp_path / "objects.npy", np.array([{}, 1], dtype=object))
    with pytest.raises(ValueError, match=r"is not a \.npy file of numbers"):
        read_examples(str(tmp_path / "objects.npy"), TABULAR)
    with pytest.raises(ValueError, match="There is no dataset 'digit'"):
        read_examples("digit", TABULAR)
