"""The folder of a run: what lies where, and that nothing in it is overwritten unasked."""

import contextlib
import json
import os
import pathlib
import re
from collections.abc import Iterator

from keras_vae.files._workplace import MARKER as UNFINISHED
from keras_vae.files._workplace import workplace
from keras_vae.files.whole import write_text
from keras_vae.ops.checks import checked_free_path

MARKER = ".keras_vae_run"
# What a run writes, and the reports of it.
WRITTEN = re.compile(
    r"\.keras_vae_(run|unfinished)|model\.keras|metrics\.json|report\.(png|html)|logs/(.*/)?events\.out\.tfevents\.[^/]*"
    r"|(samples|reconstructions|translations)/epoch-[^/]*\.png|saved_model/1/.*"
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
        self.model = os.path.join(self.path, "model.keras")
        self.metrics = os.path.join(self.path, "metrics.json")
        self.logs = os.path.join(self.path, "logs")
        self.saved_model = os.path.join(self.path, "saved_model", "1")

    def check(self, overwrite: bool) -> None:
        """Raises a ValueError if the folder holds anything, unless it is a run and may be overwritten."""
        checked_folder(self.path)
        checked_free_path(self.path, overwrite)
        inside = os.listdir(self.path) if os.path.isdir(self.path) else []
        if inside and not {MARKER, UNFINISHED} & set(inside):
            raise ValueError(
                f"The folder {self.path!r} holds something that is not a run of keras_vae, and is not overwritten. "
                "Give another output."
            )

    @contextlib.contextmanager
    def in_work(self, overwrite: bool) -> Iterator["RunFolder"]:
        """Gives the run's places in a folder beside it, which takes its place when the run is complete.

        Then an older run is gone, and nothing that a run does not write. `files.workplace` says what is left where the
        run does not come to its end.

        Raises:
            ValueError: If the folder holds anything, unless it is a run and may be overwritten; or if another process
                is at work on it.
        """
        self.check(overwrite)
        with workplace(self.path, overwrite, _is_of_a_run) as path:
            work = RunFolder(path)
            yield work
            with open(os.path.join(path, MARKER), "w", encoding="utf-8") as file:
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
            raise ValueError(f"{self.metrics!r} is not JSON as `keras-vae train` writes it: {error}") from error
        missing = [name for name in METRICS if not isinstance(metrics, dict) or name not in metrics]
        if missing:
            raise ValueError(
                f"{self.metrics!r} is not what `keras-vae train` writes. Expected {', '.join(METRICS)}; missing: "
                f"{', '.join(missing)}."
            )
        return metrics

    def write_metrics(self, metrics: dict) -> None:
        """Writes `metrics.json`."""
        write_text(self.metrics, json.dumps(metrics, indent=2, allow_nan=False) + "\n")


def _is_of_a_run(path) -> bool:
    return WRITTEN.fullmatch(pathlib.PurePath(path).as_posix()) is not None
