"""The code of the pages runs, page by page, after that of the README; commands are such as there are."""

import argparse
import inspect
import os
import re
import shlex

import numpy as np
import pytest

from keras_vae.cli.main import main

from ..few_digits import use_few_digits
from .pages import DOCS, PAGES, README, ROOT, blocks, commands, text_of
from .test_docstrings import public_names

# What a training says that it takes is replaced by this: it must run, not make a good model.
EPOCHS = 2
WITH_CODE = [page for page in PAGES if blocks(text_of(page), "python")]
# A search of hundreds of steps, and many small models. The rest is faster without graphs.
WITH_GRAPHS = {"restore.md", "add-a-likelihood.md"}
WITH_EXAMPLE = [name for name, found in public_names().items() if "```python" in (inspect.getdoc(found) or "")]
QUOTING = [README, ROOT / "CONTRIBUTING.md", *PAGES]


def run(page, names):
    for block in blocks(text_of(page), "python"):
        short = re.sub(r"\bepochs=\d+", f"epochs={EPOCHS}", re.sub(r"\binitial_epoch=\d+", "initial_epoch=1", block))
        exec(compile(short, page.name, "exec"), names)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("docs")


@pytest.fixture(scope="module")
def start(folder) -> dict:
    """What is there when the code of the README has run, and that of the page that begins all tasks."""
    names, place = {}, os.getcwd()
    with pytest.MonkeyPatch.context() as patch:
        use_few_digits(patch, num_train=100)
        os.chdir(folder)
        try:
            run(README, names)
            run(DOCS / "how-to" / "index.md", names)
        finally:
            os.chdir(place)
    return names


@pytest.fixture
def names(start, folder, monkeypatch) -> dict:
    """A copy of these names, in the folder with the files, few digits to load."""
    use_few_digits(monkeypatch, num_train=100)
    monkeypatch.chdir(folder)
    return dict(start)


def test_the_readme_trains_watches_saves_and_exports(start, folder):
    assert len(list((folder / "logs" / "samples").glob("*.png"))) == EPOCHS
    assert (folder / "digits.keras").exists()
    assert (folder / "digits_vae" / "1" / "saved_model.pb").exists()
    assert set(np.unique(start["images"])) == {0.0, 1.0}


@pytest.mark.parametrize(
    "page", [page for page in WITH_CODE if page.name not in WITH_GRAPHS], ids=lambda page: page.stem
)
def test_code_runs(page, names, eagerly):
    run(page, names)


@pytest.mark.parametrize("page", [page for page in WITH_CODE if page.name in WITH_GRAPHS], ids=lambda page: page.stem)
def test_code_runs_with_graphs(page, names):
    run(page, names)


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_examples_of_docstrings_run(name, names, eagerly):
    (code,) = blocks(inspect.getdoc(public_names()[name]), "python")
    exec(compile(code, name, "exec"), names)


class Understood(Exception):
    """In place of running a command."""


@pytest.mark.parametrize("page", QUOTING, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_are_understood(page, monkeypatch):
    parse = argparse.ArgumentParser.parse_args

    def parsed(self, arguments):
        parse(self, arguments)
        raise Understood

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parsed)
    for command in commands(text_of(page), "keras-vae"):
        with pytest.raises(Understood):
            main(shlex.split(command)[1:])


@pytest.mark.parametrize(
    "page", [*QUOTING, ROOT / "benchmarks" / "README.md"], ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_benchmarks_and_their_options_are_there(page):
    for script, options in re.findall(r"python (benchmarks/\w+\.py)((?: [^`\n&:;|]+)?)", text_of(page)):
        source = text_of(ROOT / script)
        assert [option for option in re.findall(r"--[\w-]+", options) if f'"{option}"' not in source] == []
