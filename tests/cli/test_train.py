import inspect
import json
import logging
import runpy
import shlex
import sys

import absl.logging
import pytest

from keras_vae import load_model, runs
from keras_vae.cli.main import main

from .conftest import TRAIN, plain


def test_all_is_written_as_asked(trained):
    folder, _ = trained
    settings = json.loads((folder / "metrics.json").read_text())["settings"]
    assert {name.replace("_", "-"): str(value) for name, value in settings.items()} == TRAIN
    for name in ("model.keras", "samples/epoch-0001.png", "reconstructions/epoch-0001.png", "saved_model/1", "logs"):
        assert (folder / name).exists()
    vae = load_model(folder / "model.keras")
    assert (vae.latent_dim, float(vae.beta), type(vae.decoder.likelihood).__name__) == (3, 2.0, "Normal")
    assert len(vae.encoder.layers[0].weights[0].shape) == 4


def test_progress_figures_and_what_to_do_next_are_printed(trained):
    folder, printed = trained
    metrics = json.loads((folder / "metrics.json").read_text())
    # A line of Keras's for each epoch, here of two batches of 750, and no bar.
    assert "2/2 - " in printed
    assert plain(printed)
    assert "val_negative_elbo" in printed
    assert "Tested on digits" in printed
    assert f"negative ELBO   {metrics['test']['negative_elbo']:>10.2f} nats" in printed
    assert f"KL divergence   {metrics['test']['kl']:>10.2f} nats" in printed
    assert f"fit took {metrics['fit_seconds']:.0f} s" in printed
    assert f"peak memory {metrics['peak_memory_bytes'] / 2**30:.2f} GiB" in printed
    assert f"tensorboard --logdir {folder}/logs" in printed
    assert f"keras-vae report {folder}\n" in printed
    assert f"keras-vae sample {folder}/model.keras" in printed
    assert f"saved_model_cli show --dir {folder}/saved_model/1 --all" in printed


@pytest.fixture
def logging_as_before():
    """Absl's programs send all that is logged in a process to a handler and a level of their own."""
    handlers, level, verbosity = logging.root.handlers[:], logging.root.level, absl.logging.get_verbosity()
    yield
    for handler in logging.root.handlers[:]:
        if handler not in handlers and isinstance(handler, absl.logging.ABSLHandler):
            logging.root.removeHandler(handler)
    absl.logging.set_verbosity(verbosity)
    logging.root.setLevel(level)


def test_the_printed_saved_model_command_works(trained, monkeypatch, capfd, logging_as_before):
    (line,) = [line for line in trained[1].splitlines() if "saved_model_cli run" in line]
    program, *arguments = shlex.split(line)
    assert program == "saved_model_cli"
    monkeypatch.setattr(sys, "argv", [program, *arguments])
    # The module that is the program; tests/export runs it in a process without Keras and this package.
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("tensorflow.python.tools.saved_model_cli", run_name="__main__")
    assert not ended.value.code
    assert "Result for output key output_0" in capfd.readouterr().out


PEAK = {"peak_memory_bytes": None}


def recorded(monkeypatch, *words) -> dict:
    """What a command line hands to `runs.train`, which does not run."""
    calls = []

    def train(**given):
        calls.append(given)
        test = {"num_examples": 1, "reconstruction": 0.0}
        return {"test": test, "fit_seconds": 0.0, "peak_memory_bytes": None}

    monkeypatch.setattr(runs, "train", train)
    assert main(["train", *words]) == 0
    return calls[0]


def test_defaults_are_those_of_the_function(monkeypatch):
    parameters = inspect.signature(runs.train).parameters
    expected = {name: value.default for name, value in parameters.items() if name != "output"}
    assert recorded(monkeypatch) == {**expected, "output": "runs/digits"}


def test_every_option_reaches_the_function(monkeypatch):
    given = recorded(
        monkeypatch,
        *("--dataset", "mnist", "--data-dir", "data", "--latent-dim", "4", "--network", "conv"),
        *("--likelihood", "normal", "--epochs", "7", "--batch-size", "8", "--learning-rate", "0.5"),
        *("--schedule", "constant", "--beta", "0.25", "--seed", "9", "--output", "there", "--overwrite"),
        *("--validation", "0.2", "--conditional", "kind"),
    )
    assert given == {
        "output": "there",
        "dataset": "mnist",
        "data_dir": "data",
        "latent_dim": 4,
        "network": "conv",
        "likelihood": "normal",
        "epochs": 7,
        "batch_size": 8,
        "learning_rate": 0.5,
        "schedule": "constant",
        "beta": 0.25,
        "seed": 9,
        "overwrite": True,
        "validation": 0.2,
        "conditional": "kind",
    }


def test_the_folder_is_named_after_the_dataset(monkeypatch):
    assert recorded(monkeypatch, "--dataset", "mnist")["output"] == "runs/mnist"
    assert recorded(monkeypatch, "some/photos/")["output"] == "runs/photos"
    assert recorded(monkeypatch, "--dataset", "some/x.npy")["output"] == "runs/x"


def test_the_dataset_needs_no_option(monkeypatch, capsys):
    assert recorded(monkeypatch, "mnist", "--epochs", "3")["dataset"] == "mnist"
    assert recorded(monkeypatch, "--epochs", "3", "photos/", "--validation", "others/")["validation"] == "others/"
    with pytest.raises(SystemExit):
        main(["train", "mnist", "--dataset", "cifar10"])
    assert "not allowed with argument" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--latent-dim", "0", "`latent_dim` must be a whole number of at least 1. Received: latent_dim=0"),
        ("--latent-dim", "-3", "Received: latent_dim=-3"),
        ("--epochs", "0", "`epochs` must be a whole number of at least 1"),
        ("--batch-size", "0", "`batch_size` must be a whole number of at least 1"),
        ("--learning-rate", "0", "`learning_rate` must be a finite number above 0.0"),
        ("--learning-rate", "nan", "`learning_rate` must be a finite number"),
        ("--beta", "-1", "`beta` must be a finite number of at least 0.0. Received: beta=-1.0"),
        ("--seed", "-1", "`seed` must be a whole number of at least 0"),
        ("--dataset", "digit", "There is no dataset 'digit'. Expected 'digits'"),
    ],
)
def test_bad_input(refused, option, value, message):
    assert message in refused("train", option, value)


def test_an_output_that_exists(refused, trained, tmp_path):
    folder, _ = trained
    assert f"'{folder}' already exists" in refused("train", "--output", folder)
    (tmp_path / "file").write_text("mine")
    assert "'file' is a file. Give a folder" in refused("train", "--output", "file")
    assert "Not a directory" in refused("train", "--output", "file/run")


def test_conditions_are_labels_or_a_column(monkeypatch, capsys):
    assert recorded(monkeypatch, "digits", "--conditional")["conditional"] is True
    assert recorded(monkeypatch, "t.csv", "--conditional", "kind")["conditional"] == "kind"
    monkeypatch.setattr(runs, "train", lambda **given: {"test": {}, "fit_seconds": 0.0, "classes": ["a", "b"]} | PEAK)
    assert main(["train", "digits", "--conditional"]) == 0
    printed = capsys.readouterr().out
    assert "keras-vae sample runs/digits/model.keras --condition 0 1\n" in printed
    assert "--input_exprs 'condition=[0, 1];seed=0'" in printed
