import argparse

from keras_vae.cli import options


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


def test_data_dir():
    assert parsed([], options.add_data_dir) == {"data_dir": None}
    assert parsed(["--data-dir", "folder"], options.add_data_dir) == {"data_dir": "folder"}


def test_picture():
    def add(parser):
        options.add_picture(parser, "picture.png")

    assert parsed([], add) == {"num": 64, "output": "picture.png", "overwrite": False}
    given = parsed(["--num", "3", "--output", "other.png", "--overwrite"], add)
    assert given == {"num": 3, "output": "other.png", "overwrite": True}
