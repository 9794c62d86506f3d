"""What a detector says of examples."""

import csv
import dataclasses
import os

import numpy as np

from keras_vae.files.whole import whole_file
from keras_vae.ops.checks import checked_free_path
from keras_vae.runs.conditional import check_unconditional
from keras_vae.runs.examples import read_examples


@dataclasses.dataclass(frozen=True)
class Detections:
    """Scores, p-values and verdicts, in the order of the examples.

    Attributes:
        scores: The higher, the stranger, `(n,)`.
        p_values: `(n,)`.
        verdicts: -1 for anomalies, 1 for normal examples, `(n,)`.
        threshold: The score above which an example is an anomaly.
    """

    scores: np.ndarray
    p_values: np.ndarray
    verdicts: np.ndarray
    threshold: float

    def write_csv(self, path, overwrite: bool = False) -> None:
        """Writes a line for each example: its number from 0, score, p-value and verdict.

        Raises:
            ValueError: If something is at `path` that may not be overwritten, or it is a folder.
        """
        path = checked_free_path(path, overwrite)
        if os.path.isdir(path):
            raise ValueError(f"{path!r} is a folder. Give a file, such as scores.csv.")
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with whole_file(path) as name, open(name, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["example", "score", "p_value", "verdict"])
            rows = zip(self.scores.tolist(), self.p_values.tolist(), self.verdicts.tolist(), strict=True)
            writer.writerows([number, *row] for number, row in enumerate(rows))


def detect(
    detector, source: str, data_dir: str | None = None, split: str | None = None, names: bool | None = None
) -> Detections:
    """Runs a detector on a file or a dataset.

    Args:
        detector: A fitted `anomaly.AnomalyDetector`.
        source: A `.npy` file, a `.csv` file, or a name or another path for `datasets.load`.
        data_dir: Where TFDS finds its data.
        split: The dataset's split; `None` is `"test"`, and all that is at a path.
        names: Whether the first line of a `.csv` file holds names; `None` sees by itself, and asks where it cannot.

    Raises:
        ValueError: If there is no such file or dataset, or it does not fit the model.
    """
    check_unconditional(detector.model_, "keras-vae detect", "detector.predict(x, condition=...)")
    x = read_examples(source, detector.model_, data_dir, split, names)
    scores = detector.anomaly_scores(x)
    return Detections(scores, detector.p_values_of(scores), detector.verdicts_of(scores), detector.threshold_)
