import pytest

from keras_vae import runs
from keras_vae.cli.main import main

from ..callbacks.pictures import png
from ..runs.html_reader import Reader

pytestmark = pytest.mark.usefixtures("eagerly")


def test_a_report_of_the_run(trained, tmp_path, capsys):
    output = tmp_path / "report"
    assert main(["report", str(trained[0]), "--output", str(output)]) == 0
    assert capsys.readouterr().out == f"Wrote the report to {output}/report.png and {output}/report.html.\n"
    assert png(output / "report.png").shape[1] >= 2 * 760
    reader = Reader((output / "report.html").read_text(encoding="utf-8"))
    assert reader.headings[0] == "run"
    assert len(reader.pictures) == 6


def recorded(monkeypatch, *words) -> tuple[tuple, dict]:
    """What a command line hands to `runs.report`, which does not run."""
    calls = []

    def report(*args, **kwargs):
        calls.append((args, kwargs))
        return "report.png", "report.html"

    monkeypatch.setattr(runs, "report", report)
    assert main(["report", *words]) == 0
    return calls[0]


def test_defaults_are_the_runs_own(monkeypatch):
    assert recorded(monkeypatch, "runs/digits") == (("runs/digits", None, None, None), {"overwrite": False})


def test_every_option_reaches_the_function(monkeypatch):
    words = ("--dataset", "mnist", "--data-dir", "data", "--output", "there", "--overwrite")
    assert recorded(monkeypatch, "runs/x", *words) == (("runs/x", "there", "mnist", "data"), {"overwrite": True})


def test_what_is_no_run(refused, model_file, tmp_path):
    assert "There is no run in 'missing'" in refused("report", "missing")
    (tmp_path / "notes").mkdir()
    assert "it has no 'metrics.json'. Expected a folder that `keras-vae train` wrote" in refused("report", "notes")
    assert "There is no run in" in refused("report", model_file)


def test_unknown_data(refused, trained):
    assert "There is no dataset 'digit'" in refused("report", trained[0], "--dataset", "digit", "--output", "new")


@pytest.mark.parametrize("name", ["report.png", "report.html"])
def test_an_output_that_exists(refused, trained, tmp_path, name):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / name).write_text("mine")
    message = refused("report", trained[0], "--output", "there")
    assert f"'there/{name}' already exists" in message
    assert (tmp_path / "there" / name).read_text() == "mine"
    (tmp_path / "file").write_text("mine")
    assert "'file' is a file. Give a folder" in refused("report", trained[0], "--output", "file")
