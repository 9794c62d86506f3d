import numpy as np
import pytest

from keras_vae.anomaly import AnomalyDetector
from keras_vae.cli.main import main

from ..tiny_models import tiny_vae

pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.fixture(scope="module")
def detector_file(tmp_path_factory) -> str:
    """A detector of binary digits that was never trained, and is calibrated all the same."""
    path = str(tmp_path_factory.mktemp("detector") / "detector.keras")
    x = (np.random.default_rng(0).random((60, 8, 8, 1)) < 0.4).astype(np.float32)
    AnomalyDetector(tiny_vae(), false_alarm_rate=0.05, train=False).fit(x).save(path)
    return path


def test_a_table_of_the_strangest_and_a_csv_of_all(detector_file, tmp_path, capsys):
    x = (np.random.default_rng(1).random((30, 8, 8, 1)) < 0.4).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    output = str(tmp_path / "scores.csv")
    assert main(["detect", detector_file, str(tmp_path / "x.npy"), "--num", "3", "--output", output]) == 0
    printed = capsys.readouterr().out.splitlines()
    detector = AnomalyDetector.load(detector_file)
    scores, verdicts = detector.anomaly_scores(x), detector.predict(x)
    rows = np.loadtxt(output, delimiter=",", skiprows=1)
    np.testing.assert_array_equal(rows, np.c_[np.arange(30), scores, detector.p_values(x), verdicts])
    assert printed[0].split() == ["example", "score", "p-value", "verdict"]
    assert [int(line.split()[0]) for line in printed[1:4]] == np.argsort(-scores)[:3].tolist()
    words = {-1: "anomaly", 1: "normal"}
    assert [line.split()[3] for line in printed[1:4]] == [words[verdicts[i]] for i in np.argsort(-scores)[:3]]
    assert printed[5] == f"{np.sum(verdicts == -1)} of 30 are above {detector.threshold_:.5g}."
    assert printed[6] == f"Wrote 30 rows to {output}."


def test_a_dataset_by_name(detector_file, capsys):
    assert main(["detect", detector_file, "digits"]) == 0
    assert "of 297 are above" in capsys.readouterr().out


def test_bad_input(eagerly, refused, detector_file, model_file, tmp_path):
    assert "There is no file at 'missing.keras'" in refused("detect", "missing.keras", "digits")
    assert "file of a detector; found keras_vae>VAE" in refused("detect", model_file, "digits")
    assert "There is no dataset 'digit'" in refused("detect", detector_file, "digit")
    assert "`num` must be a whole number" in refused("detect", detector_file, "digits", "--num", "0")
    (tmp_path / "scores.csv").write_text("mine")
    assert "'scores.csv' already exists" in refused("detect", detector_file, "digits", "--output", "scores.csv")
    (tmp_path / "table.csv").write_text("1,2\n")
    assert "must have shape (batch, 8, 8, 1)" in refused("detect", detector_file, "table.csv")


@pytest.mark.parametrize("flag", ["--overwrite", None])
def test_overwriting_must_be_asked_for(detector_file, tmp_path, flag):
    path = tmp_path / "scores.csv"
    path.write_text("mine")
    assert main(["detect", detector_file, "digits", "--output", str(path), *([flag] if flag else [])]) == (not flag)
    assert (path.read_text() == "mine") is (flag is None)
