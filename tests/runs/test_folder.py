import json
import pathlib

import pytest

from keras_vae.runs.folder import RunFolder


def fill(folder: RunFolder) -> None:
    """Puts something at every place of a run."""
    for file in (folder.model, folder.metrics):
        pathlib.Path(file).write_text("old")
    for place in (folder.logs, folder.samples, folder.reconstructions, folder.saved_model):
        pathlib.Path(place).mkdir(parents=True)
        pathlib.Path(place, "old").write_text("old")


def files(folder) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_places(tmp_path):
    folder = RunFolder(tmp_path)
    fill(folder)
    expected = {"model.keras", "metrics.json", "logs/old", "samples/old", "reconstructions/old", "saved_model/1/old"}
    assert files(tmp_path) == expected


def test_a_new_or_empty_folder_is_free(tmp_path):
    for path in (tmp_path, tmp_path / "new" / "run"):
        RunFolder(path).check(overwrite=False)
        RunFolder(path).create(overwrite=False)
        assert path.is_dir()


@pytest.mark.parametrize("method", [RunFolder.check, RunFolder.create])
def test_a_folder_with_anything_in_it_is_not(tmp_path, method):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match="something at"):
        method(RunFolder(tmp_path), overwrite=False)
    assert files(tmp_path) == {"notes.txt"}


def test_overwriting_removes_the_run_and_nothing_else(tmp_path):
    fill(RunFolder(tmp_path))
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "model.keras").write_text("mine")
    RunFolder(tmp_path).check(overwrite=True)
    assert len(files(tmp_path)) == 8
    RunFolder(tmp_path).create(overwrite=True)
    assert files(tmp_path) == {"notes.txt", "others/model.keras"}


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_file_is_no_folder(tmp_path, overwrite):
    (tmp_path / "run").write_text("mine")
    with pytest.raises(ValueError, match=r"run' is a file. Give a folder"):
        RunFolder(tmp_path / "run").create(overwrite)
    assert (tmp_path / "run").read_text() == "mine"


def test_metrics_are_readable_json(tmp_path):
    metrics = {"test": {"kl": 1.25}, "peak_memory_bytes": None}
    RunFolder(tmp_path).write_metrics(metrics)
    text = (tmp_path / "metrics.json").read_text(encoding="utf-8")
    assert json.loads(text) == metrics
    assert text.splitlines()[1] == '  "test": {'
