"""What is built for a package index: all of the package in the wheel, all that the tests need in the source."""

import email
import importlib.util
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

from keras_vae.version import VERSION

ROOT = pathlib.Path(__file__).parent.parent
NOT_COPIED = shutil.ignore_patterns(".*", "build", "dist", "runs", "*.egg-info", "__pycache__")
BUILD = """
import sys
from setuptools import build_meta
_, folder = sys.argv
build_meta.build_sdist(folder)
build_meta.build_wheel(folder)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> tuple[pathlib.Path, list[str], zipfile.ZipFile]:
    """A copy of the sources, the names in the archive of them, and the wheel."""
    folder = tmp_path_factory.mktemp("packaging")
    copy, built = folder / "copy", folder / "built"
    shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
    done = subprocess.run([sys.executable, "-c", BUILD, built], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (source,), (wheel,) = built.glob("*.tar.gz"), built.glob("*.whl")
    with tarfile.open(source) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    return copy, names, zipfile.ZipFile(wheel)


def files_of(folder, *parts) -> set[str]:
    return {
        path.relative_to(folder).as_posix() for part in parts for path in (folder / part).rglob("*") if path.is_file()
    }


def test_the_wheel_holds_the_package_and_nothing_else(built):
    copy, _, wheel = built
    about = f"keras_vae-{VERSION}.dist-info/"
    names = {name for name in wheel.namelist() if not name.startswith(about)}
    assert names == files_of(copy, "keras_vae")
    assert f"{about}licenses/LICENSE" in wheel.namelist()
    assert "keras-vae = keras_vae.cli.main:main" in wheel.read(f"{about}entry_points.txt").decode()


def test_the_source_holds_all_that_its_tests_need(built):
    copy, names, _ = built
    needed = files_of(copy, "keras_vae", "tests", "notebooks", "benchmarks", "saved_models", "docs")
    # What a build of the documentation has copied.
    needed = {name for name in needed if not name.startswith("docs/tutorials/notebooks/")}
    needed |= {
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "CITATION.cff",
        "setup.py",
        "setup.cfg",
        "pyproject.toml",
    }
    assert needed - set(names) == set()


def test_what_an_index_shows_has_no_links_to_files(built):
    about = email.message_from_bytes(built[2].read(f"keras_vae-{VERSION}.dist-info/METADATA"))
    assert (about["Name"], about["Version"], about["License-Expression"]) == ("keras-vae", VERSION, "Apache-2.0")
    assert about["Description-Content-Type"] == "text/markdown"
    shown = about.get_payload(decode=True).decode()
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```", "", shown, flags=re.MULTILINE | re.DOTALL))
    assert links
    assert [link for link in links if not link.startswith("https://")] == []
    # Code is as it is in the README, and so is all else.
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^```.*?^```", shown, re.MULTILINE | re.DOTALL) == re.findall(
        r"^```.*?^```", readme, re.MULTILINE | re.DOTALL
    )
    assert len(shown.splitlines()) == len(readme.splitlines())


def test_the_citation_is_of_this_version(built):
    assert f"\nversion: {VERSION}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {VERSION} - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_links_to_files_become_names():
    spec = importlib.util.spec_from_file_location("setup_of_keras_vae", ROOT / "setup.py")
    setup = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(setup)
    text = "![a picture](a/b.png) and [text](c.md#d), `x[0](y)`, [far](https://a.b/c).\n```\nf[1](x)\n```\n"
    assert setup.without_links_to_files(text) == (
        "Picture: a picture (`a/b.png`) and text (`c.md#d`), `x[0](y)`, [far](https://a.b/c).\n```\nf[1](x)\n```\n"
    )
