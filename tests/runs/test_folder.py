import json
import pathlib

import pytest

from keras_vae.runs.folder import METRICS, RunFolder, checked_folder


def fill(folder: RunFolder) -> None:
    """Puts something at every place of a run."""
    for file in (folder.model, folder.metrics):
        pathlib.Path(file).write_text("old")
    pictures = (pathlib.Path(folder.path, name) for name in ("samples", "reconstructions"))
    for place in (folder.logs, *pictures, folder.saved_model):
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
        with RunFolder(path).in_work(overwrite=False) as work:
            assert files(pathlib.Path(work.path)) == {".keras_vae_unfinished"}
        assert files(path) == {".keras_vae_run"}


def in_work(folder, overwrite):
    with folder.in_work(overwrite):
        pass


@pytest.mark.parametrize("method", [RunFolder.check, in_work])
def test_a_folder_with_anything_in_it_is_not(tmp_path, method):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match="already exists"):
        method(RunFolder(tmp_path), overwrite=False)
    assert files(tmp_path) == {"notes.txt"}


def test_overwriting_removes_what_the_run_wrote_and_nothing_else(tmp_path):
    run = tmp_path / "run"
    folder = RunFolder(run)
    in_work(folder, overwrite=False)
    written = ("model.keras", "metrics.json", "logs/train/events.out.tfevents.1", "samples/epoch-0001.png")
    # Of the model that is replaced.
    written += ("report.png", "report.html")
    mine = ("notes.txt", "logs/mine.txt", "samples/mine.png", "saved_model/2/saved_model.pb", "others/model.keras")
    for name in (*written, "reconstructions/epoch-0001-2.png", "saved_model/1/saved_model.pb", *mine):
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_text("something")
    before = files(run)
    folder.check(overwrite=True)
    with folder.in_work(overwrite=True) as work:
        pathlib.Path(work.metrics).write_text("new")
        assert files(run) == before
    assert files(run) == {*mine, ".keras_vae_run", "metrics.json"}
    assert (run / "metrics.json").read_text() == "new"


def test_a_folder_that_never_was_a_run_is_not_overwritten(tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "mine.txt").write_text("mine")
    for method in (RunFolder.check, in_work):
        with pytest.raises(ValueError, match=r"not a run of keras_vae, and is not overwritten"):
            method(RunFolder(tmp_path), overwrite=True)
    assert files(tmp_path) == {"logs/mine.txt"}


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_file_is_no_folder(tmp_path, overwrite):
    (tmp_path / "run").write_text("mine")
    with pytest.raises(ValueError, match=r"run' is a file. Give a folder"):
        in_work(RunFolder(tmp_path / "run"), overwrite)
    assert (tmp_path / "run").read_text() == "mine"


def test_metrics_are_readable_json(tmp_path):
    metrics = {"test": {"kl": 1.25}, "peak_memory_bytes": None}
    RunFolder(tmp_path).write_metrics(metrics)
    text = (tmp_path / "metrics.json").read_text(encoding="utf-8")
    assert json.loads(text) == metrics
    assert text.splitlines()[1] == '  "test": {'


def test_metrics_are_read_back(tmp_path):
    folder = RunFolder(tmp_path)
    metrics = {name: {"value": index} for index, name in enumerate(METRICS)}
    folder.write_metrics(metrics)
    (tmp_path / "model.keras").write_text("a model")
    assert folder.read_metrics() == metrics


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, r"There is no run in .*: it has no 'metrics\.json'. Expected a folder that `keras-vae train` wrote"),
        ({"metrics.json": "{}"}, r"it has no 'model\.keras'"),
        ({"metrics.json": "{", "model.keras": ""}, r"metrics\.json' is not JSON as `keras-vae train` writes it"),
        ({"metrics.json": '{"test": {}}', "model.keras": ""}, "missing: settings, fit_seconds, .*, history"),
        ({"metrics.json": "3", "model.keras": ""}, "missing: settings, test"),
    ],
)
def test_a_folder_without_a_run(tmp_path, files, message):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=message):
        RunFolder(tmp_path).read_metrics()


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match="There is no run in"):
        RunFolder(tmp_path / "missing").read_metrics()


def test_outputs_are_folders(tmp_path):
    assert checked_folder(tmp_path / "new") == str(tmp_path / "new")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ValueError, match=r"file' is a file. Give a folder"):
        checked_folder(tmp_path / "file")
