"""Data of one's own wherever a command takes a dataset's name."""

import contextlib
import io
import json
import os
import pathlib
import re

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from keras_vae import load_model, runs
from keras_vae.cli.main import main

from ..callbacks.pictures import png

RNG = np.random.default_rng(0)
WHITE = RNG.random((12, 8, 8)) > 0.5
PICTURES = (RNG.random((20, 8, 8)) * 255 * RNG.random((20, 1, 1))).astype(np.uint8)
TRAIN = ("--epochs", "1", "--latent-dim", "2", "--likelihood", "bernoulli")


def printed_by(*arguments) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert main(list(map(str, arguments))) == 0
    return printed.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twenty grey images in two sub-folders, and a model that `keras-vae train my_images/` trained on them."""
    folder = tmp_path_factory.mktemp("own")
    for number, pixels in enumerate(PICTURES):
        path = folder / "my_images" / "ab"[number % 2] / f"{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    np.save(folder / "x.npy", WHITE[..., np.newaxis])
    tf.config.run_functions_eagerly(True)
    with contextlib.chdir(folder):
        (folder / "printed").write_text(printed_by("train", "my_images/", *TRAIN))
    tf.config.run_functions_eagerly(False)
    return folder


@pytest.fixture(autouse=True)
def _here(folder, monkeypatch, eagerly):
    monkeypatch.chdir(folder)


def test_what_was_read_is_said_and_written(folder):
    printed = (folder / "printed").read_text()
    assert printed.startswith(
        "Read 20 images of 8x8, grey in 'my_images/': whole numbers 0 to 255 (8 bit). 18 to train on, 2 held back to "
        "validate and test on.\n"
    )
    assert "Tested on a part of my_images/" in printed
    metrics = json.loads((folder / "runs/my_images/metrics.json").read_text())
    assert metrics["settings"]["dataset"] == str(folder / "my_images")
    assert metrics["settings"]["validation"] == 0.1
    assert metrics["data"]["num_training"] == 18
    assert metrics["data"]["event_shape"] == [8, 8, 1]
    assert metrics["test"]["num_examples"] == 2


def test_what_was_held_back_is_tested_on_again_or_all_of_it():
    model = load_model("runs/my_images/model.keras")
    test = json.loads(pathlib.Path("runs/my_images/metrics.json").read_text())["test"]
    assert runs.evaluate(model, "my_images", validation=0.1) == pytest.approx(test, rel=1e-5)
    printed = printed_by("evaluate", "runs/my_images/model.keras", "--dataset", "my_images/", "--num-samples", "0")
    assert re.search(r"test images +20\n", printed)
    words = ("--dataset", "my_images", "--validation", "0.25", "--num-samples", "0")
    assert re.search(r"test images +5\n", printed_by("evaluate", "runs/my_images/model.keras", *words))


def test_a_report_has_the_sub_folders_for_classes_wherever_it_is_made(tmp_path, monkeypatch):
    run = os.path.abspath("runs/my_images")
    monkeypatch.chdir(tmp_path)
    printed_by("report", run, "--output", "report")
    text = (tmp_path / "report" / "report.html").read_text()
    assert "test images of my_images" in text
    assert "dataset my_images · " in text


def test_pictures_of_own_data(tmp_path):
    model = "runs/my_images/model.keras"
    printed_by("reconstruct", model, "--dataset", "my_images", "--num", 3, "--output", tmp_path / "r.png")
    printed_by("traverse", model, "--dataset", "x.npy", "--example", 11, "--output", tmp_path / "t.png")
    assert png(tmp_path / "r.png").std() > 0
    assert png(tmp_path / "t.png").std() > 0
    words = ("--corruption", "missing-block=3", "--num", 2, "--num-restorations", 1)
    # With graphs: its 300 steps take longer than to trace them.
    tf.config.run_functions_eagerly(False)
    runs_out = printed_by("restore", model, "my_images/", tmp_path / "restored", *words)
    assert "examples" in runs_out
    assert np.load(tmp_path / "restored" / "restored.npy").shape == (2, 8, 8, 1)


def test_arrays_and_another_path_to_validate_on(tmp_path):
    output = tmp_path / "run"
    printed = printed_by("train", "--dataset", "x.npy", "--validation", "my_images/", *TRAIN, "--output", output)
    assert "12 to train on, 20 in 'my_images/' to validate and test on." in printed
    assert "Tested on my_images/" in printed
    metrics = json.loads((output / "metrics.json").read_text())
    assert metrics["test"]["num_examples"] == 20


def test_a_table_and_a_sweep_over_it(tmp_path):
    rows = RNG.normal(3.0, 20.0, (30, 4))
    (tmp_path / "t.csv").write_text("\n".join(",".join(map(str, row)) for row in rows))
    words = ("--latent-dims", 1, 2, "--epochs", 1, "--likelihood", "normal", "--output", tmp_path / "sweep")
    printed = printed_by("sweep", tmp_path / "t.csv", *words, "--validation", 0.2)
    assert "Read 30 rows of 4 columns" in printed
    assert "24 to train on, 6 held back" in printed
    results = json.loads((tmp_path / "sweep" / "sweep.json").read_text())
    assert results["settings"]["validation"] == 0.2
    assert results["data"]["num_validation"] == 6


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("train", "nothing/"), "There is nothing at 'nothing/'"),
        (("train", "x.npy", "--likelihood", "beta_binomial", "--validation", "y.npy"), "nothing at 'y.npy'"),
        (("train", "--validation", "0.2"), "'digits' has a test split"),
        (("train", "x.npy", "--validation", "1.5"), "`validation` must be below 1"),
        (("sweep", "real.npy", "--likelihood", "beta_binomial"), "'real.npy' must hold whole numbers"),
        (("train", "real.npy", "--likelihood", "continuous_bernoulli"), "'real.npy' must hold values in [0, 1]"),
        (("train", "real.npy", "--likelihood", "bernoulli"), "'real.npy' must hold zeros and ones"),
        (("train", "holes.npy"), "'holes.npy' has 1 missing values"),
        (("train", "line.npy"), "'line.npy' must hold at least one example"),
        (("evaluate", "MODEL", "--dataset", "real.npy"), "'real.npy' holds examples of shape (5,). The model takes"),
        (("reconstruct", "MODEL", "--dataset", "real.npy"), "'real.npy' holds examples of shape (5,). The model takes"),
        (("traverse", "MODEL", "--dataset", "real.npy", "--example", "0"), "'real.npy' holds examples of shape (5,)"),
        (("report", "runs/my_images", "--dataset", "real.npy", "--output", "r"), "'real.npy' holds examples of shape"),
    ],
)
def test_what_will_not_do_is_named_in_one_line_before_any_work(tmp_path, monkeypatch, capsys, words, message):
    (tmp_path / "runs").symlink_to(os.path.abspath("runs"))
    np.save(tmp_path / "x.npy", WHITE)
    monkeypatch.chdir(tmp_path)
    np.save("real.npy", np.linspace(-3, 5, 35).reshape(7, 5))
    np.save("holes.npy", np.array([[1.0, np.nan], [0.0, 1.0]]))
    np.save("line.npy", np.arange(9))
    before = sorted(os.listdir())
    assert main([word.replace("MODEL", "runs/my_images/model.keras") for word in words]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("keras-vae: ")
    assert captured.err.count("\n") == 1
    assert message in captured.err
    assert sorted(os.listdir()) == before
