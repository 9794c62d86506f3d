import json
import re
import urllib.error
import urllib.request

import pytest

from keras_vae import load_model, runs
from keras_vae.cli import tables
from keras_vae.cli.main import main
from keras_vae.runs.environment import machine, versions


def test_figures_of_the_run_again(trained, model_file, capsys):
    assert main(["evaluate", model_file, "--num-samples", "0"]) == 0
    test = json.loads((trained[0] / "metrics.json").read_text())["test"]
    assert capsys.readouterr().out == tables.figures_table(test) + "\n"


@pytest.mark.usefixtures("eagerly")
def test_the_likelihood_is_printed_and_all_is_written(model_file, capsys, tmp_path):
    output = tmp_path / "new" / "figures.json"
    assert main(["evaluate", model_file, "--num-samples", "7", "--output", str(output)]) == 0
    written = json.loads(output.read_text())
    assert capsys.readouterr().out == tables.figures_table(written) + "\n"
    # The codes are drawn by a fixed seed.
    expected = runs.evaluate(load_model(model_file), "digits", num_samples=7)
    assert written["negative_log_likelihood"] == pytest.approx(expected["negative_log_likelihood"], rel=1e-6)
    assert written["num_samples"] == 7
    assert written["seconds"] > 0
    assert (written["versions"], written["machine"]) == (versions(), machine())


@pytest.mark.usefixtures("eagerly")
def test_a_file_is_replaced_only_where_that_was_asked_for(refused, model_file, tmp_path, capsys):
    output = tmp_path / "figures.json"
    output.write_text("mine")
    assert "already exists" in refused("evaluate", model_file, "--output", output)
    assert output.read_text() == "mine"
    assert main(["evaluate", model_file, "--num-samples", "0", "--output", str(output), "--overwrite"]) == 0
    assert json.loads(output.read_text())["num_examples"] == 297


def test_a_folder_is_no_file(refused, model_file, tmp_path):
    (tmp_path / "figures").mkdir()
    assert "is a folder. Give a file" in refused("evaluate", model_file, "--output", tmp_path / "figures")


@pytest.mark.usefixtures("eagerly")
def test_another_split(model_file, capsys):
    assert main(["evaluate", model_file, "--split", "train", "--num-samples", "0"]) == 0
    printed = dict(re.findall(r"^  (.*?) {2,}(-?[\d,.]+)", capsys.readouterr().out, re.MULTILINE))
    assert printed["test images"] == "1,500"
    expected = runs.evaluate(load_model(model_file), "digits", split="train")
    # Codes are drawn in another order each time, which moves a mean over 1,500 of them a little.
    assert float(printed["negative ELBO"]) == pytest.approx(expected["negative_elbo"], rel=0.01)


@pytest.mark.usefixtures("eagerly")
def test_an_autoencoder_has_no_elbo(autoencoder_file, capsys):
    assert main(["evaluate", autoencoder_file]) == 0
    printed = capsys.readouterr().out
    assert "reconstruction" in printed
    assert "ELBO" not in printed
    assert "log p(x)" not in printed


def test_an_autoencoder_of_which_a_likelihood_is_asked(refused, autoencoder_file):
    assert "log p(x) cannot be estimated" in refused("evaluate", autoencoder_file, "--num-samples", "5")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--dataset", "digit"), "There is no dataset 'digit'"),
        (("--split", "validation"), "the splits 'train' and 'test'. Received: split='validation'"),
    ],
)
def test_unknown_data(refused, model_file, words, message):
    assert message in refused("evaluate", model_file, *words)


def test_data_that_must_be_downloaded_without_a_network(refused, model_file, tmp_path, monkeypatch):
    def no_network(*args, **kwargs):
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(urllib.request, "urlopen", no_network)
    message = refused("evaluate", model_file, "--dataset", "mnist", "--data-dir", tmp_path)
    assert f"'mnist' is not prepared in '{tmp_path}" in message


def test_what_is_not_a_model(refused, foreign_file):
    assert "There is no file at 'missing.keras'" in refused("evaluate", "missing.keras")
    assert "is not a model of keras_vae" in refused("evaluate", foreign_file)
