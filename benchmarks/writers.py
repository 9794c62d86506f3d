"""What the package writes, each so that the one that was there first can be told from the one that takes its place.

A writer writes number 1 or number 2 to a place, and reads all of what is there: its number, or an error where it is not
whole.
"""

import contextlib
import csv
import dataclasses
import functools
import io
import json
import pathlib
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from keras_vae import VAE, compression, load_model
from keras_vae.anomaly import AnomalyDetector
from keras_vae.cli.main import main
from keras_vae.files.damage import check_archive
from keras_vae.runs._detect import Detections
from keras_vae.runs.folder import RunFolder
from keras_vae.runs.image_files import save_images
from keras_vae.visualization import save_png

EVENT_SHAPE, LATENT_DIM = (8, 8, 1), 4
NUM_IMAGES, NUM_ROWS = 500, 50_000
TRAIN = ["--epochs", "1", "--latent-dim", "2", "--batch-size", "500"]


@dataclasses.dataclass(frozen=True)
class Writer:
    """One kind of file or folder.

    Attributes:
        name: Of the file or folder.
        write: Function of the place and the number.
        read: Function of the place that returns the number.
    """

    name: str
    write: Callable
    read: Callable


def images(number) -> np.ndarray:
    """Binary images `(NUM_IMAGES, *EVENT_SHAPE)`."""
    return np.random.default_rng(number).integers(0, 2, (NUM_IMAGES, *EVENT_SHAPE), np.uint8)


def number_of(array) -> int:
    """The number whose images these are."""
    (number,) = (number for number in (1, 2) if np.array_equal(array, images(number)))
    return number


def model(number) -> VAE:
    """A VAE all of whose weights are the number."""
    vae = VAE.for_shape(EVENT_SHAPE, LATENT_DIM)
    vae.build((None, *EVENT_SHAPE))
    vae.set_weights([np.full(weights.shape, number, weights.dtype) for weights in vae.get_weights()])
    return vae


def number_of_model(vae) -> int:
    """The number that all weights are."""
    (number,) = set(np.concatenate([weights.ravel() for weights in vae.get_weights()]).tolist())
    return int(number)


def read_weights(path) -> int:
    """The number of a file of weights."""
    vae = model(3)
    vae.load_weights(path)
    return number_of_model(vae)


@functools.cache
def detectors() -> dict:
    """A detector for each number, by its rate; fitted once in a process."""
    found = {number: AnomalyDetector(fresh_model(), false_alarm_rate=0.1 * number, epochs=1) for number in (1, 2)}
    return {number: detector.fit(images(1)[:100].astype(np.float32)) for number, detector in found.items()}


def read_detector(path) -> int:
    """The number of a detector, all of whose file is whole."""
    check_archive(path)
    return round(10 * AnomalyDetector.load(path).false_alarm_rate)


def read_export(path) -> int:
    """The number of a SavedModel, which computes what its model does."""
    loaded, x = tf.saved_model.load(str(path)), np.zeros((1, *EVENT_SHAPE), np.float32)
    loaded.signatures["decode"](z=tf.zeros((1, LATENT_DIM)))
    codes = loaded.signatures["encode"](x=tf.constant(x))["output_0"]
    (number,) = (number for number in (1, 2) if np.allclose(codes, model(number).encode(x)))
    return number


def write_run(path, number):
    """A run by the seed."""
    command(["train", *TRAIN, "--seed", str(number), "--output", str(path), "--overwrite"])


def read_run(path) -> int:
    """The seed of a run, of which all is there."""
    folder = RunFolder(path)
    metrics = folder.read_metrics()
    load_model(folder.model)
    tf.saved_model.load(folder.saved_model)
    for name in ("samples", "reconstructions"):
        (picture,) = (path / name).iterdir()
        Image.open(picture).load()
    return metrics["settings"]["seed"]


def write_sweep(path, number):
    """A sweep by the seed."""
    words = ["--epochs", "1", "--latent-dims", "2", "--batch-size", "500", "--seed", str(number)]
    command(["sweep", *words, "--output", str(path), "--overwrite"])


def read_sweep(path) -> int:
    """The seed of a sweep."""
    Image.open(path / "sweep.png").load()
    return json.loads((path / "sweep.json").read_text(encoding="utf-8"))["settings"]["seed"]


def write_figures(path, number):
    """What `evaluate` writes of the test images, or of fewer."""
    saved = path.with_name("evaluated.keras")
    if not saved.exists():
        fresh_model().save(saved)
    words = [str(saved), "--num-samples", "0", "--split", ("test", "train")[number - 1]]
    command(["evaluate", *words, "--output", str(path), "--overwrite"])


def read_figures(path) -> int:
    """Which images were evaluated."""
    return 1 if json.loads(path.read_text(encoding="utf-8"))["num_examples"] == 297 else 2


def write_report(path, number):
    """The report of one of two runs."""
    run = path.with_name(f"run_{number}")
    if not run.exists():
        write_run(run, number)
    command(["report", str(run), "--output", str(path), "--overwrite"])


def read_report(path) -> int:
    """The run of a report; its picture is whole, whichever it is of."""
    Image.open(path / "report.png").load()
    text = (path / "report.html").read_text(encoding="utf-8")
    if not text.rstrip().endswith("</html>"):
        raise ValueError("The page ends early.")
    return 1 if "run_1" in text else 2


def picture(number) -> np.ndarray:
    """A picture that does not pack well."""
    return np.random.default_rng(number).integers(0, 256, (600, 600, 3), np.uint8)


def read_picture(path) -> int:
    """The number of a picture."""
    found = np.array(Image.open(path).convert("RGB"))
    (number,) = (number for number in (1, 2) if np.array_equal(found, picture(number)))
    return number


def write_table(path, number):
    """A table of one number."""
    rows = np.full(NUM_ROWS, float(number))
    Detections(rows, rows, rows.astype(int), 0.0).write_csv(path, overwrite=True)


def read_table(path) -> int:
    """The number of a table, all of whose rows are there."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    (number,) = {row[1] for row in rows}
    if len(rows) != NUM_ROWS or any(len(row) != 4 for row in rows):
        raise ValueError("The table ends early.")
    return int(float(number))


def write_npy(path, number):
    """What `decompress` makes of a file."""
    compressed = path.with_name(f"compressed_{number}.kvz")
    saved = path.with_name("compressor.keras")
    if not saved.exists():
        fresh_model().save(saved)
    if not compressed.exists():
        compression.compress_to_file(load_model(saved), images(number), compressed)
    command(["decompress", str(compressed), str(saved), str(path), "--overwrite"])


def read_folder(path) -> int:
    """The number of a folder of images."""
    files = sorted(path.iterdir())
    pixels = np.stack([np.array(Image.open(file)) for file in files])
    return number_of(pixels[..., None] // 255)


def fresh_model() -> VAE:
    """The same model each time."""
    keras.utils.set_random_seed(0)
    vae = VAE.for_shape(EVENT_SHAPE, LATENT_DIM)
    vae.build((None, *EVENT_SHAPE))
    return vae


def command(words) -> None:
    """Runs a command, and raises a RuntimeError where it fails."""
    with contextlib.redirect_stdout(io.StringIO()):
        code = main(words)
    if code:
        raise RuntimeError(f"keras-vae {words[0]} ended with {code}.")


WRITERS = {
    "save": Writer("model.keras", lambda path, n: model(n).save(path), lambda path: number_of_model(load_model(path))),
    "save_weights": Writer("model.weights.h5", lambda path, n: model(n).save_weights(path), read_weights),
    "detector.save": Writer("detector.keras", lambda path, n: detectors()[n].save(path, overwrite=True), read_detector),
    "export": Writer("saved_model", lambda path, n: model(n).export(path, overwrite=True), read_export),
    "train": Writer("run", write_run, read_run),
    "sweep": Writer("sweep", write_sweep, read_sweep),
    "report": Writer("report", write_report, read_report),
    "evaluate": Writer("figures.json", write_figures, read_figures),
    "picture": Writer("picture.png", lambda path, n: save_png(path, picture(n), overwrite=True), read_picture),
    "table": Writer("scores.csv", write_table, read_table),
    "compress": Writer(
        "images.kvz",
        lambda path, n: compression.compress_to_file(fresh_model(), images(n), path, overwrite=True),
        lambda path: number_of(compression.decompress(fresh_model(), path.read_bytes())),
    ),
    "decompress to .npy": Writer("images.npy", write_npy, lambda path: number_of(np.load(path))),
    "folder of images": Writer("images", lambda path, n: save_images(path, [images(n)], binary=True), read_folder),
}


def place(folder, name) -> pathlib.Path:
    """Where a writer writes in a folder."""
    return pathlib.Path(folder, WRITERS[name].name)
