import argparse
import io
import sys

from keras_vae.cli import options

from ..conftest import Terminal


def parsed(words, *adders) -> dict:
    parser = argparse.ArgumentParser()
    for add in adders:
        add(parser)
    return vars(parser.parse_args(words))


def test_model():
    assert parsed(["m.keras"], options.add_model) == {"model": "m.keras"}


def test_data():
    assert parsed([], options.add_data) == {"dataset": "digits", "data_dir": None}
    given = parsed(["--dataset", "mnist", "--data-dir", "folder"], options.add_data)
    assert given == {"dataset": "mnist", "data_dir": "folder"}


def test_training_data():
    defaults = {"dataset": "digits", "validation": None, "conditional": False, "data_dir": None}
    assert parsed([], options.add_training_data) == defaults
    for words in (["photos/"], ["--dataset", "photos/"]):
        assert parsed(words, options.add_training_data) == {**defaults, "dataset": "photos/"}
    assert parsed(["--validation", "0.2"], options.add_training_data) == {**defaults, "validation": 0.2}
    assert parsed(["--validation", "v.npy"], options.add_training_data) == {**defaults, "validation": "v.npy"}
    assert parsed(["--conditional"], options.add_training_data) == {**defaults, "conditional": True}
    table = {**defaults, "dataset": "t.csv", "conditional": "kind"}
    assert parsed(["t.csv", "--conditional", "kind"], options.add_training_data) == table


def test_where_the_labels_of_a_table_are():
    assert parsed([], options.add_labels_of_table) == {"conditional": False}
    assert parsed(["--conditional", "kind"], options.add_labels_of_table) == {"conditional": "kind"}


def test_what_is_tested_on():
    def tested_on(*words):
        parser = argparse.ArgumentParser()
        options.add_training_data(parser)
        return options.tested_on(parser.parse_args(words))

    assert tested_on() == "digits"
    assert tested_on("photos/") == tested_on("photos/", "--validation", "0.3") == "a part of photos/"
    assert tested_on("photos/", "--validation", "others/") == "others/"


def test_data_dir():
    assert parsed([], options.add_data_dir) == {"data_dir": None}
    assert parsed(["--data-dir", "folder"], options.add_data_dir) == {"data_dir": "folder"}


def test_picture():
    def add(parser):
        options.add_picture(parser, "picture.png")

    assert parsed([], add) == {"num": 64, "output": "picture.png", "overwrite": False}
    given = parsed(["--num", "3", "--output", "other.png", "--overwrite"], add)
    assert given == {"num": 3, "output": "other.png", "overwrite": True}


def test_png():
    def add(parser):
        options.add_png(parser, "picture.png")

    assert parsed([], add) == {"output": "picture.png", "overwrite": False}
    assert parsed(["--output", "other.png", "--overwrite"], add) == {"output": "other.png", "overwrite": True}


def test_training():
    def add(parser):
        options.add_training(parser, epochs=30)

    defaults = {
        "network": "dense",
        "likelihood": "auto",
        "epochs": 30,
        "batch_size": 100,
        "learning_rate": 4e-3,
        "schedule": "cosine",
        "beta": 1.0,
        "seed": 0,
    }
    assert parsed([], add) == defaults
    given = {
        "network": "conv",
        "likelihood": "normal",
        "epochs": 2,
        "batch_size": 7,
        "learning_rate": 0.5,
        "schedule": "constant",
        "beta": 2.0,
        "seed": 4,
    }
    words = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    assert parsed(words, add) == given


def test_a_progress_bar_is_drawn_over_itself_and_ends_its_line(monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    draw = options.progress_bar(width=10)
    draw(0, 3000)
    draw(1500, 3000)
    draw(2999, 3000)
    assert terminal.getvalue() == "".join(
        ("\r  [          ] 0 / 3,000", "\r  [=====     ] 1,500 / 3,000", "\r  [========= ] 2,999 / 3,000")
    )
    draw(3000, 3000)
    assert terminal.getvalue().endswith("\r  [==========] 3,000 / 3,000\n")


def test_no_progress_bar_where_there_is_no_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stderr", file := io.StringIO())
    options.progress_bar()(1, 2)
    assert file.getvalue() == ""
