import csv

import numpy as np
import pytest

from keras_vae import likelihoods
from keras_vae.anomaly import AnomalyDetector
from keras_vae.runs import detect
from tests import seeds
from tests.models.small import small_vae


@pytest.fixture(scope="module")
def detector():
    seeds.set_all(0)
    vae = small_vae(likelihoods.Tabular((3,)), event_shape=(3,))
    return AnomalyDetector(vae, false_alarm_rate=0.1, train=False).fit(np.random.default_rng(0).normal(size=(50, 3)))


@pytest.fixture
def table(tmp_path):
    x = np.random.default_rng(1).normal(size=(7, 3))
    x[4] = 20
    np.save(tmp_path / "table.npy", x)
    return x, str(tmp_path / "table.npy")


def test_it_is_what_the_detector_says(detector, table):
    x, path = table
    found = detect(detector, path)
    np.testing.assert_array_equal(found.scores, detector.anomaly_scores(x))
    np.testing.assert_array_equal(found.p_values, detector.p_values(x))
    np.testing.assert_array_equal(found.verdicts, detector.predict(x))
    assert found.verdicts[4] == -1
    assert found.threshold == detector.threshold_


def test_a_line_for_each_example(detector, table, tmp_path):
    found, path = detect(detector, table[1]), tmp_path / "folder" / "scores.csv"
    found.write_csv(path)
    with open(path, newline="", encoding="utf-8") as file:
        names, *rows = csv.reader(file)
    assert names == ["example", "score", "p_value", "verdict"]
    numbers = np.array(rows, float)
    np.testing.assert_array_equal(numbers[:, 0], np.arange(7))
    for column, values in enumerate((found.scores, found.p_values, found.verdicts), start=1):
        np.testing.assert_array_equal(numbers[:, column], values)
    with pytest.raises(ValueError, match="already exists"):
        found.write_csv(path)
    found.write_csv(path, overwrite=True)
    with pytest.raises(ValueError, match="is a folder"):
        found.write_csv(tmp_path, overwrite=True)


def test_data_that_does_not_fit(detector, tmp_path):
    np.save(tmp_path / "wide.npy", np.zeros((3, 4)))
    with pytest.raises(ValueError, match=r"shape \(batch, 3\)"):
        detect(detector, str(tmp_path / "wide.npy"))
    (tmp_path / "hole.csv").write_text("1,2,3\n4,,6\n")
    with pytest.raises(ValueError, match=r"nan at index \(1, 1\)"):
        detect(detector, str(tmp_path / "hole.csv"))
