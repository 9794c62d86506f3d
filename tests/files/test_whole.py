"""What is written appears whole or not at all, and what was there stays until then."""

import os
import pathlib
import resource
import signal
import stat
import subprocess
import sys

import pytest

from keras_vae.files import whole
from keras_vae.files.whole import has_scheme, whole_file, whole_folder

KILLED = pathlib.Path(__file__).with_name("killed.py")


def names(folder) -> list[str]:
    return sorted(os.listdir(folder))


def tree(folder) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def of_a_txt(path) -> bool:
    return path == "a.txt"


def write_half(context, file, error):
    with context as name:
        pathlib.Path(name, file).write_text("half")
        raise error("on purpose")


class TestFile:
    def test_it_appears_at_the_end(self, tmp_path):
        path = tmp_path / "model.keras"
        with whole_file(path) as name:
            assert os.path.dirname(name) == str(tmp_path)
            # Keras goes by the end of a name.
            assert name.endswith(".keras")
            pathlib.Path(name).write_text("new")
            assert not path.exists()
        assert tree(tmp_path) == {"model.keras": "new"}

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError])
    def test_after_an_error_the_old_one_is_there_and_nothing_else(self, tmp_path, error):
        path = tmp_path / "a.txt"
        path.write_text("old")
        with pytest.raises(error, match="on purpose"):
            write_half(whole_file(path), "", error)
        assert tree(tmp_path) == {"a.txt": "old"}

    def test_its_permissions_are_those_of_the_old_one_or_of_any_new_file(self, tmp_path):
        path, plain = tmp_path / "a.txt", tmp_path / "plain.txt"
        plain.write_text("")
        for mode in (plain.stat().st_mode, stat.S_IFREG | 0o640):
            if path.exists():
                path.chmod(mode)
            with whole_file(path) as name:
                pathlib.Path(name).write_text("new")
            assert path.stat().st_mode == mode

    def test_a_link_stays_a_link(self, tmp_path):
        (tmp_path / "there").mkdir()
        (tmp_path / "there" / "a.txt").write_text("old")
        (tmp_path / "link.txt").symlink_to(tmp_path / "there" / "a.txt")
        with whole_file(tmp_path / "link.txt") as name:
            pathlib.Path(name).write_text("new")
        assert (tmp_path / "link.txt").is_symlink()
        assert tree(tmp_path / "there") == {"a.txt": "new"}

    def test_what_is_no_ordinary_file_is_written_to(self):
        with whole_file(os.devnull) as name:
            assert name == os.devnull
        assert not os.path.isfile(os.devnull)

    def test_the_last_of_two_writers_wins_whole(self, tmp_path):
        path = tmp_path / "a.txt"
        with whole_file(path) as first, whole_file(path) as second:
            assert first != second
            pathlib.Path(first).write_text("the first, and longer")
            pathlib.Path(second).write_text("the second")
        assert tree(tmp_path) == {"a.txt": "the first, and longer"}

    @pytest.mark.parametrize("name", ["é" * 120 + ".png", "a" * 250 + ".npy", "no_suffix", ".hidden"])
    def test_names_of_any_kind(self, tmp_path, name):
        with whole_file(tmp_path / name) as beside:
            pathlib.Path(beside).write_text("new")
        assert tree(tmp_path) == {name: "new"}

    def test_places_that_cannot_be(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"There is no folder .*missing' for 'a\.txt'"):
            whole_file(tmp_path / "missing" / "a.txt").__enter__()
        with pytest.raises(IsADirectoryError, match="is a folder"):
            whole_file(tmp_path).__enter__()

    def test_a_full_disk_leaves_the_old_one(self, tmp_path):
        path = tmp_path / "a.txt"
        path.write_text("old")
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        # Beyond such a limit writing fails as on a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limit[1]))
        try:
            with pytest.raises(OSError, match="too large"), whole_file(path) as name, open(name, "wb") as file:
                file.write(bytes(5000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        assert tree(tmp_path) == {"a.txt": "old"}


class TestFolder:
    def test_it_appears_at_the_end_with_what_it_is_in(self, tmp_path):
        path = tmp_path / "deep" / "folder"
        with whole_folder(path, of_a_txt) as name:
            pathlib.Path(name, "a.txt").write_text("new")
            assert not path.exists()
        assert tree(tmp_path) == {"deep/folder/a.txt": "new"}

    def test_what_others_put_there_stays_and_what_is_replaced_is_gone(self, tmp_path):
        path = tmp_path / "folder"
        (path / "deep").mkdir(parents=True)
        for name in ("a.txt", "mine.txt", "deep/mine.txt", "deep/a.txt", "b.txt"):
            (path / name).write_text("old")
        (path / "link").symlink_to(tmp_path)
        with whole_folder(path, of_a_txt) as name:
            pathlib.Path(name, "b.txt").write_text("new")
        assert tree(path) == {"b.txt": "new", "mine.txt": "old", "deep/mine.txt": "old", "deep/a.txt": "old"}
        assert (path / "link").is_symlink()
        assert names(tmp_path) == ["folder"]

    def test_after_an_error_the_old_one_is_there_and_nothing_else(self, tmp_path):
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "a.txt").write_text("old")
        with pytest.raises(ValueError, match="on purpose"):
            write_half(whole_folder(tmp_path / "folder", of_a_txt), "a.txt", ValueError)
        assert tree(tmp_path) == {"folder/a.txt": "old"}

    @pytest.mark.parametrize("at_once", [True, False])
    def test_where_folders_cannot_be_exchanged_at_once(self, tmp_path, monkeypatch, at_once):
        if not at_once:
            monkeypatch.setattr(whole, "_exchanged_at_once", lambda *paths: False)
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "a.txt").write_text("old")
        with whole_folder(tmp_path / "folder", of_a_txt) as name:
            pathlib.Path(name, "c.txt").write_text("new")
        assert tree(tmp_path) == {"folder/c.txt": "new"}

    def test_a_file_is_no_folder(self, tmp_path):
        (tmp_path / "a.txt").write_text("mine")
        with pytest.raises(NotADirectoryError, match="is a file"), whole_folder(tmp_path / "a.txt", any):
            pass
        assert tree(tmp_path) == {"a.txt": "mine"}


class TestHeldFolders:
    """What is the root of a disk, or in a folder that may not be written, cannot be renamed."""

    @pytest.fixture(autouse=True)
    def _held(self, monkeypatch):
        monkeypatch.setattr(os.path, "ismount", lambda path: str(path).endswith("held"))

    def test_the_new_files_take_their_places_in_it(self, tmp_path):
        path = tmp_path / "held"
        (path / "deep").mkdir(parents=True)
        for name in ("a.txt", "mine.txt", "deep/mine.txt", "b.txt"):
            (path / name).write_text("old")
        inode = path.stat().st_ino
        with whole_folder(path, of_a_txt) as name:
            assert os.path.dirname(name) == str(path)
            (pathlib.Path(name) / "deep").mkdir()
            pathlib.Path(name, "b.txt").write_text("new")
            pathlib.Path(name, "deep", "c.txt").write_text("new")
            assert (path / "a.txt").read_text() == "old"
        assert tree(path) == {"b.txt": "new", "deep/c.txt": "new", "mine.txt": "old", "deep/mine.txt": "old"}
        assert path.stat().st_ino == inode
        assert names(path) == ["b.txt", "deep", "mine.txt"]

    def test_after_an_error_it_is_as_it_was(self, tmp_path):
        path = tmp_path / "held"
        path.mkdir()
        (path / "a.txt").write_text("old")
        with pytest.raises(ValueError, match="on purpose"):
            write_half(whole_folder(path, of_a_txt), "a.txt", ValueError)
        assert tree(path) == {"a.txt": "old"}

    def test_one_that_is_not_there_yet_is_made(self, tmp_path):
        with whole_folder(tmp_path / "held", of_a_txt) as name:
            pathlib.Path(name, "a.txt").write_text("new")
        assert tree(tmp_path) == {"held/a.txt": "new"}


def killed(kind, path, point) -> None:
    done = subprocess.run([sys.executable, KILLED, whole.__file__, kind, path, point], check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("point", ["writing", "moving"])
def test_a_process_that_is_killed_leaves_what_was_there(tmp_path, point):
    (tmp_path / "a.txt").write_text("old")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").write_text("old")
    killed("file", tmp_path / "a.txt", point)
    killed("folder", tmp_path / "folder", point)
    assert (tmp_path / "a.txt").read_text() == "old"
    assert tree(tmp_path / "folder") == {"a.txt": "old"}


def test_once_it_has_its_place_the_new_folder_is_whole(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").write_text("old")
    killed("folder", tmp_path / "folder", "moved")
    assert tree(tmp_path / "folder") == {"a.txt": "new", "b.txt": "new"}


@pytest.mark.parametrize(
    ("path", "expected"), [("gs://bucket/a.keras", True), ("hf://me/model", True), ("a/b.keras", False), ("C:a", False)]
)
def test_schemes(path, expected):
    assert has_scheme(path) is expected
