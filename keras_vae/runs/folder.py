"""The folder of a run: what lies where, and that nothing in it is overwritten unasked."""

import glob
import json
import os
import shutil

from keras_vae.ops.checks import checked_free_path

# What a run writes, beside the SavedModel.
WRITTEN = (
    "model.keras",
    "metrics.json",
    os.path.join("logs", "**", "events.out.tfevents.*"),
    os.path.join("samples", "epoch-*.png"),
    os.path.join("reconstructions", "epoch-*.png"),
    # Of the older model.
    "report.png",
    "report.html",
)
# What `metrics.json` holds.
METRICS = ("settings", "test", "fit_seconds", "peak_memory_bytes", "versions", "history")


def checked_folder(path) -> str:
    """Returns `path`, or raises a ValueError if it is a file."""
    path = os.fspath(path)
    if os.path.isfile(path):
        raise ValueError(f"The output {path!r} is a file. Give a folder.")
    return path


class RunFolder:
    """Paths of a run.

    Args:
        path: The folder.
    """

    def __init__(self, path):
        self.path = os.path.normpath(path)
        self.marker = os.path.join(self.path, ".keras_vae_run")
        self.model = os.path.join(self.path, "model.keras")
        self.metrics = os.path.join(self.path, "metrics.json")
        self.logs = os.path.join(self.path, "logs")
        self.saved_model = os.path.join(self.path, "saved_model", "1")

    def check(self, overwrite: bool) -> None:
        """Raises a ValueError if the folder holds anything, unless it is a run and may be overwritten."""
        checked_folder(self.path)
        checked_free_path(self.path, overwrite)
        if os.path.isdir(self.path) and os.listdir(self.path) and not os.path.exists(self.marker):
            raise ValueError(
                f"The folder {self.path!r} holds something that is no run of keras_vae: nothing in it is overwritten. "
                "Give another output."
            )

    def create(self, overwrite: bool) -> None:
        """Makes the folder; with `overwrite` the older run in it is removed, and nothing that a run does not write."""
        self.check(overwrite)
        for pattern in WRITTEN:
            for file in glob.glob(os.path.join(glob.escape(self.path), pattern), recursive=True):
                os.remove(file)
        if os.path.isdir(self.saved_model):
            shutil.rmtree(self.saved_model)
        os.makedirs(self.path, exist_ok=True)
        with open(self.marker, "w", encoding="utf-8") as file:
            file.write("A run of keras_vae: `keras-vae train --overwrite` may replace what it wrote here.\n")

    def read_metrics(self) -> dict:
        """What `write_metrics` wrote.

        Raises:
            ValueError: If there is no run in the folder: no model, or no metrics as a run writes them.
        """
        for file in (self.metrics, self.model):
            if not os.path.isfile(file):
                raise ValueError(
                    f"There is no run in {self.path!r}: it has no {os.path.basename(file)!r}. Expected a folder that "
                    "`keras-vae train` wrote."
                )
        try:
            with open(self.metrics, encoding="utf-8") as file:
                metrics = json.load(file)
        except ValueError as error:
            raise ValueError(f"{self.metrics!r} is no JSON as `keras-vae train` writes it: {error}") from error
        missing = [name for name in METRICS if not isinstance(metrics, dict) or name not in metrics]
        if missing:
            raise ValueError(
                f"{self.metrics!r} is not what `keras-vae train` writes. Expected {', '.join(METRICS)}; missing: "
                f"{', '.join(missing)}."
            )
        return metrics

    def write_metrics(self, metrics: dict) -> None:
        """Writes `metrics.json`."""
        with open(self.metrics, "w", encoding="utf-8") as file:
            json.dump(metrics, file, indent=2, allow_nan=False)
            file.write("\n")
