"""The documentation builds without a warning, has every public name, and shows notebooks as they are kept."""

import inspect
import os
import pathlib
import re
import subprocess
import sys
import zlib

import nbformat
import pytest

from keras_vae import public

from .pages import DOCS, PAGES, ROOT


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> pathlib.Path:
    """The folder with the pages, built strictly in a process of its own."""
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-d",
        folder / "trees",
        DOCS,
        folder / "html",
    ]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return folder / "html"


def test_every_public_name_is_in_the_reference(built):
    data = (built / "objects.inv").read_bytes()
    inventory = zlib.decompress(data[data.index(b"zlib.\n") + len(b"zlib.\n") :]).decode()
    listed = {line.split()[0] for line in inventory.splitlines()}
    named = set()
    for name in public.__all__:
        found = getattr(public, name)
        inner = [f".{one}" for one in found.__all__] if inspect.ismodule(found) else []
        named |= {f"keras_vae.{name}{one}" for one in ("", *inner)}
    assert len(named) > 100
    assert named - listed == set()


def test_every_page_is_there_and_can_be_searched_for(built):
    pages = [page.relative_to(DOCS).with_suffix(".html") for page in PAGES]
    assert [page for page in pages if not (built / page).exists()] == []
    index = (built / "searchindex.js").read_text(encoding="utf-8")
    assert all(
        word in index for word in ("keras_vae.evaluation.log_likelihood", "Posterior collapse", "how-to/serve-a-model")
    )


def test_notebooks_are_shown_with_their_pictures(built):
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        cells = nbformat.read(notebook, as_version=4).cells
        kept = sum("image/png" in output.get("data", {}) for cell in cells for output in cell.get("outputs", ()))
        page = (built / "tutorials" / "notebooks" / f"{notebook.stem}.html").read_text(encoding="utf-8")
        assert len(re.findall(r'<img [^>]*src="\.\./\.\./_images', page)) >= kept > 0
