import importlib.metadata
import os
import runpy
import subprocess
import sys

import pytest

from keras_vae import runs
from keras_vae.cli.main import main

COMMANDS = (
    "train",
    "report",
    "sample",
    "reconstruct",
    "restore",
    "traverse",
    "evaluate",
    "detect",
    "sweep",
    "compress",
    "decompress",
    "export",
)


def exit_of(capsys, *arguments) -> tuple[int, str, str]:
    """Exit code, output and errors of a command that argparse ends."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    captured = capsys.readouterr()
    return ended.value.code, captured.out, captured.err


def test_help_names_every_command_and_python_m_is_the_same(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "100")
    code, text, _ = exit_of(capsys, "--help")
    assert code == 0
    assert text.startswith("usage: keras-vae ")
    for command in COMMANDS:
        assert f"\n    {command} " in text
    as_module = [sys.executable, "-m", "keras_vae", "--help"]
    finished = subprocess.run(as_module, capture_output=True, text=True, check=True, cwd=tmp_path, env=os.environ)
    assert finished.stdout == text


def test_console_script():
    (script,) = importlib.metadata.entry_points(group="console_scripts", name="keras-vae")
    assert script.load() is main


def test_python_m_passes_arguments_and_the_exit_code(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["keras_vae", "train", "--latent-dim", "0"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("keras_vae", run_name="__main__")
    assert ended.value.code == 1
    assert "`latent_dim` must be" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "the following arguments are required: command"),
        (("paint",), "invalid choice: 'paint'"),
        (("train", "--network", "transformer"), "--network: invalid choice: 'transformer'"),
        (("train", "--epochs", "many"), "--epochs: invalid int value: 'many'"),
        (("train", "--epoch", "3"), "unrecognized arguments: --epoch"),
        (("sample",), "the following arguments are required: MODEL"),
        (("report",), "the following arguments are required: RUN"),
    ],
)
def test_what_no_command_understands(capsys, monkeypatch, tmp_path, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, _, errors = exit_of(capsys, *arguments)
    assert code == 2
    assert message in errors


def failing_with(error):
    def fail(**arguments):
        raise error

    return fail


@pytest.mark.parametrize("error", [ValueError("wrong"), PermissionError(13, "Permission denied", "runs")])
def test_explained_errors_are_a_line_on_stderr(monkeypatch, capsys, error):
    monkeypatch.setattr(runs, "train", failing_with(error))
    assert main(["train"]) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"keras-vae: {error}\n")


def test_mistakes_of_ours_are_not_hidden(monkeypatch):
    monkeypatch.setattr(runs, "train", failing_with(KeyError("a bug")))
    with pytest.raises(KeyError, match="a bug"):
        main(["train"])
