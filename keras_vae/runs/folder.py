"""The folder of a run: what lies where, and that nothing in it is overwritten unasked."""

import json
import os
import shutil

from keras_vae.ops.checks import checked_free_path


class RunFolder:
    """Paths of a run.

    Args:
        path: The folder.
    """

    def __init__(self, path):
        self.path = os.fspath(path)
        self.model = os.path.join(self.path, "model.keras")
        self.metrics = os.path.join(self.path, "metrics.json")
        self.logs = os.path.join(self.path, "logs")
        self.samples = os.path.join(self.path, "samples")
        self.reconstructions = os.path.join(self.path, "reconstructions")
        self.saved_model = os.path.join(self.path, "saved_model", "1")

    def check(self, overwrite: bool) -> None:
        """Raises a ValueError if the folder holds anything and may not be overwritten."""
        if os.path.isfile(self.path):
            raise ValueError(f"The output {self.path!r} is a file. Give a folder.")
        checked_free_path(self.path, overwrite)

    def create(self, overwrite: bool) -> None:
        """Makes the folder; with `overwrite` an older run in it is removed, and nothing but the run."""
        self.check(overwrite)
        for file in (self.model, self.metrics):
            if os.path.exists(file):
                os.remove(file)
        for folder in (self.logs, self.samples, self.reconstructions, os.path.dirname(self.saved_model)):
            shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(self.path, exist_ok=True)

    def write_metrics(self, metrics: dict) -> None:
        """Writes `metrics.json`."""
        with open(self.metrics, "w", encoding="utf-8") as file:
            json.dump(metrics, file, indent=2)
            file.write("\n")
