"""Folders that one process works on, and that take their place when the work is done."""

import os
import pathlib
import subprocess
import sys

import pytest

from keras_vae.files._workplace import MARKER, workplace

HOLDS = """
import fcntl, os, sys
os.makedirs(sys.argv[1])
descriptor = os.open(sys.argv[1], os.O_RDONLY)
fcntl.flock(descriptor, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
"""


def tree(folder) -> dict[str, str]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_text() for name, path in found.items() if path.name != MARKER}


def work(path, overwrite=False, text="new", error=None):
    with workplace(path, overwrite, lambda file: file == "a.txt") as folder:
        pathlib.Path(folder, "a.txt").write_text(text)
        if error is not None:
            raise error
    return folder


def test_it_takes_its_place_at_the_end(tmp_path):
    path = tmp_path / "deep" / "run"
    assert work(path) == str(path) + ".unfinished"
    assert tree(tmp_path) == {"deep/run/a.txt": "new"}
    (path / "mine.txt").write_text("mine")
    work(path, text="newer")
    assert tree(tmp_path) == {"deep/run/a.txt": "newer", "deep/run/mine.txt": "mine"}
    assert os.listdir(tmp_path / "deep") == ["run"]


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_after_an_error_its_remains_stay_and_the_old_one_is_as_it_was(tmp_path, kind):
    path = tmp_path / "run"
    work(path, text="old")
    with pytest.raises(kind) as caught:
        work(path, text="half", error=kind("it diverged"))
    (note,) = caught.value.__notes__
    assert f"in {str(path) + '.unfinished'!r}. {str(path)!r} is unchanged." in note
    assert tree(tmp_path) == {"run/a.txt": "old", "run.unfinished/a.txt": "half"}


def test_remains_are_removed_where_that_is_asked_for(tmp_path):
    path = tmp_path / "run"
    with pytest.raises(ValueError, match="it diverged"):
        work(path, error=ValueError("it diverged"))
    # Where nothing was there, they are where the work was to be.
    assert tree(tmp_path) == {"run/a.txt": "new"}
    with pytest.raises(ValueError, match="it diverged"):
        work(path, error=ValueError("it diverged"))
    assert tree(tmp_path) == {"run/a.txt": "new", "run.unfinished/a.txt": "new"}
    with pytest.raises(ValueError, match=r"what is left of a run that did not finish.*--overwrite"):
        work(path)
    (tmp_path / "run.unfinished" / "deep").mkdir()
    (tmp_path / "run.unfinished" / "deep" / "b.txt").write_text("old")
    work(path, overwrite=True)
    assert tree(tmp_path) == {"run/a.txt": "new"}


def test_what_is_no_remains_is_never_removed(tmp_path):
    (tmp_path / "run.unfinished").mkdir()
    (tmp_path / "run.unfinished" / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="holds something else"):
        work(tmp_path / "run", overwrite=True)
    assert tree(tmp_path) == {"run.unfinished/mine.txt": "mine"}


def test_what_was_killed_on_the_way_to_its_place_is_remains(tmp_path):
    (tmp_path / "run.unfinished").mkdir()
    (tmp_path / "run.unfinished" / "a.txt").write_text("whole")
    with pytest.raises(ValueError, match="what is left of a run that did not finish"):
        work(tmp_path / "run")
    work(tmp_path / "run", overwrite=True)
    assert tree(tmp_path) == {"run/a.txt": "new"}


def test_a_second_process_is_refused_and_a_dead_one_is_not_waited_for(tmp_path):
    path = tmp_path / "run"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, f"{path}.unfinished"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout.readline() == b"locked\n"
    with pytest.raises(ValueError, match=r"Another process is working in .*run\.unfinished'"):
        work(path, overwrite=True)
    holder.kill()
    holder.wait()
    work(path)
    assert tree(tmp_path) == {"run/a.txt": "new"}


def test_nor_is_a_second_work_in_the_same_process(tmp_path):
    with (
        workplace(tmp_path / "run", False, any) as folder,
        pytest.raises(ValueError, match="Another process is working"),
        workplace(tmp_path / "run", True, any),
    ):
        pass
    assert not os.path.exists(folder)
    assert os.listdir(tmp_path) == ["run"]


def test_where_nothing_was_written_nothing_is_left(tmp_path):
    with pytest.raises(ValueError, match="bad data") as caught, workplace(tmp_path / "deep" / "run", False, any):
        raise ValueError("bad data")
    assert not hasattr(caught.value, "__notes__")
    assert os.listdir(tmp_path) == []


def test_in_a_folder_that_cannot_be_renamed_the_work_is_done_within(tmp_path, monkeypatch):
    monkeypatch.setattr(os.path, "ismount", lambda path: str(path).endswith("held"))
    path = tmp_path / "held"
    path.mkdir()
    assert work(path) == str(path / MARKER)
    assert tree(tmp_path) == {"held/a.txt": "new"}
    with pytest.raises(ValueError, match="it diverged"):
        work(path, text="half", error=ValueError("it diverged"))
    assert tree(tmp_path) == {"held/a.txt": "new", f"held/{MARKER}/a.txt": "half"}
    work(path, overwrite=True, text="newer")
    assert tree(tmp_path) == {"held/a.txt": "newer"}
    assert os.listdir(path) == ["a.txt"]


def test_a_file_system_without_locks(tmp_path, monkeypatch):
    def no_locks(*args):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", no_locks)
    work(tmp_path / "run")
    assert tree(tmp_path) == {"run/a.txt": "new"}
