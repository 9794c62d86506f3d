"""What a kill leaves, whenever it comes: the good file or folder as it was, or the new one whole."""

import contextlib
import functools
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from keras_vae import load_model
from keras_vae.anomaly import AnomalyDetector
from keras_vae.compression import compress_to_file
from keras_vae.files._workplace import workplace
from keras_vae.runs._detect import Detections
from keras_vae.runs.image_files import save_images
from keras_vae.visualization import save_png

from ..tiny_models import tiny_vae

KILLED_SAVE = pathlib.Path(__file__).with_name("killed_save.py")
IMAGES = np.random.default_rng(0).integers(0, 2, (12, 8, 8, 1), np.uint8)
# What changes files by their names, as Python's own auditing calls it; the exchange of folders is not among it, and is
# seen by what comes after.
STEPS = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree")
_watch = None


def _audit(event, arguments):
    global _watch
    if _watch is not None and event in STEPS:
        watch, _watch = _watch, None
        watch()
        _watch = watch


@contextlib.contextmanager
def watched(path, seen):
    """Adds what is at a path before each step of what is within; a kill at that moment would leave just this."""
    global _watch
    # A hook cannot be taken away.
    if not hasattr(sys, "_hook_of_test_kills"):
        sys._hook_of_test_kills = True
        sys.addaudithook(_audit)
    _watch = functools.partial(look, path, seen)
    try:
        yield
    finally:
        _watch = None


def look(path, seen):
    seen.append(state(path))


def state(path) -> dict[str, bytes]:
    """Each file at a path, but for what is hidden as long as it is not finished."""
    if path.is_file():
        return {"": path.read_bytes()}
    files = (file for file in path.rglob("*") if file.is_file())
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}


def run_of(path, number):
    def is_of_it(file):
        return file in ("model.keras", "metrics.json")

    with workplace(path, True, is_of_it) as folder:
        for name in ("model.keras", "metrics.json"):
            pathlib.Path(folder, name).write_text(f"{name} {number}")


def detector_of(path, number):
    detector = AnomalyDetector(tiny_vae(), false_alarm_rate=0.1 * number, epochs=1)
    detector.fit(np.concatenate([IMAGES] * 4).astype(np.float32))
    detector.save(path, overwrite=True)


def detections_of(path, number):
    rows = np.full(200, float(number))
    Detections(rows, rows, rows.astype(int), 0.0).write_csv(path, overwrite=True)


# Of each kind the name, and what writes it, another one by another number.
WRITERS = {
    "model.keras": lambda path, number: tiny_vae(number).save(path),
    "model.weights.h5": lambda path, number: tiny_vae(number).save_weights(path),
    "detector.keras": detector_of,
    "exported": lambda path, number: tiny_vae(number).export(path, overwrite=True),
    "run": run_of,
    "images.kvz": lambda path, number: compress_to_file(tiny_vae(), IMAGES[number:], path, overwrite=True),
    "images": lambda path, number: save_images(path, [IMAGES[number:]], binary=True),
    "scores.csv": detections_of,
    "picture.png": lambda path, number: save_png(path, np.full((9, 9, 3), number, np.uint8), overwrite=True),
}


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("name", WRITERS)
def test_at_each_step_there_is_the_old_one_or_the_new_one_and_nothing_between(tmp_path, name):
    path = tmp_path / name
    WRITERS[name](path, 1)
    old, seen = state(path), []
    with watched(path, seen):
        WRITERS[name](path, 2)
    new = state(path)
    assert new != old
    assert len(seen) >= 3
    assert seen[0] == old
    assert [index for index, between in enumerate(seen) if between not in (old, new)] == []


def test_a_process_that_is_killed_in_the_midst_of_a_save_leaves_the_good_model(tmp_path):
    points = ("writing", "moving")
    subprocess.run([sys.executable, KILLED_SAVE, tmp_path, *points], check=True, cwd=pathlib.Path(__file__).parents[2])
    for point in points:
        path = tmp_path / f"{point}.keras"
        assert path.read_bytes() == (tmp_path / f"{point}.good").read_bytes()
        assert float(load_model(path).beta) == 1.0
    # What was begun lies beside it.
    assert sum(".unfinished." in name for name in os.listdir(tmp_path)) == len(points)
