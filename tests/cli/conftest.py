"""Models that the commands work on: one that `keras-vae train` made, and files that are not ours."""

import contextlib
import io
import pathlib
import re
import unicodedata

import keras
import pytest

from keras_vae.cli.main import main

from ..tiny_models import tiny_autoencoder

# Not the defaults: what is asked for must arrive.
TRAIN = {
    "dataset": "digits",
    "latent-dim": "3",
    "network": "conv",
    "likelihood": "normal",
    "epochs": "1",
    "batch-size": "750",
    "learning-rate": "0.002",
    "schedule": "constant",
    "beta": "2.0",
    "seed": "5",
}


def plain(text: str) -> bool:
    """Whether a text holds no control characters but for ends of lines, and tabs of messages of others."""
    return not any(unicodedata.category(character) == "Cc" for character in re.sub(r"[\n\t]", "", text))


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> tuple[pathlib.Path, str]:
    """The folder of a run that `keras-vae train` made, and what it printed."""
    folder = tmp_path_factory.mktemp("cli") / "run"
    arguments = [word for name, value in TRAIN.items() for word in (f"--{name}", value)]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert main(["train", *arguments, "--output", str(folder)]) == 0
    return folder, printed.getvalue()


@pytest.fixture(scope="session")
def model_file(trained) -> str:
    """The model of that run."""
    return str(trained[0] / "model.keras")


@pytest.fixture(scope="session")
def autoencoder_file(tmp_path_factory) -> str:
    """An autoencoder's file."""
    path = str(tmp_path_factory.mktemp("autoencoder") / "model.keras")
    tiny_autoencoder().save(path)
    return path


@pytest.fixture(scope="session")
def foreign_file(tmp_path_factory) -> str:
    """The file of a Keras model that is not ours."""
    path = str(tmp_path_factory.mktemp("foreign") / "model.keras")
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(path)
    return path


@pytest.fixture
def capsys(capsys):
    """What commands print into a pipe, where nothing can be drawn over, coloured or rung."""
    read = capsys.readouterr

    def readouterr():
        captured = read()
        assert plain(captured.out + captured.err)
        return captured

    capsys.readouterr = readouterr
    yield capsys
    capsys.readouterr()


@pytest.fixture
def refused(capsys, tmp_path, monkeypatch):
    """Runs a command that must fail with one message and leave nothing behind; returns the message."""

    def run(*arguments, code=1) -> str:
        monkeypatch.chdir(tmp_path)
        before = sorted(tmp_path.rglob("*"))
        assert main(list(map(str, arguments))) == code
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.startswith("keras-vae: ")
        assert sorted(tmp_path.rglob("*")) == before
        return captured.err

    return run
