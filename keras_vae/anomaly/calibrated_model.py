"""A model with a score and a threshold: what is saved and exported of a detector."""

import keras
import numpy as np
from keras import ops

from keras_vae.anomaly import conformal
from keras_vae.anomaly.scores import score_batch
from keras_vae.anomaly.trained_rows import TrainedRows
from keras_vae.models.composite import Composite


@keras.saving.register_keras_serializable("keras_vae")
class CalibratedModel(Composite):
    """Maps examples to scores, p-values and verdicts.

    Args:
        model: An `Autoencoder` or a `VAE`, trained.
        score: A name in `anomaly.SCORES`.
        num_samples: Codes drawn for each example.
        num_scores: How many calibration scores there are.
        settings: The detector's other settings, kept with it.
        rows: `TrainedRows.description()` of what the model was trained on; `None` where that is unknown, as in files of
            older versions.
    """

    part_names = ("model",)

    def __init__(
        self,
        model,
        score: str,
        num_samples: int,
        num_scores: int,
        settings: dict | None = None,
        rows: dict | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.model = model
        self.score, self.num_samples, self.num_scores = score, num_samples, num_scores
        self.settings = dict(settings or {})
        stored = {"trainable": False, "autocast": False, "dtype": "float64", "initializer": "zeros"}
        self.sorted_scores = self.add_weight(name="sorted_scores", shape=(num_scores,), **stored)
        self.threshold = self.add_weight(name="threshold", shape=(), **stored)
        self.rows = rows
        if rows is not None:
            # Keras has no variables of uint64.
            whole = {"trainable": False, "autocast": False, "dtype": "int64", "initializer": "zeros"}
            self.fingerprints = self.add_weight(name="fingerprints", shape=(rows["count"],), **whole)
        self.built = True

    def calibrate(self, sorted_scores: np.ndarray, threshold: float, trained_on: TrainedRows | None = None) -> None:
        """Stores calibration scores `(num_scores,)` in ascending order, and the score above which an alarm is given.

        What the model was trained on is stored too, if the model was made with `rows`.
        """
        self.sorted_scores.assign(sorted_scores)
        self.threshold.assign(threshold)
        if trained_on is not None:
            self.fingerprints.assign(trained_on.fingerprints.view(np.int64))

    def trained_on(self) -> TrainedRows:
        """What the model was trained on, as far as known."""
        if self.rows is None:
            return TrainedRows.unknown()
        return TrainedRows(self.fingerprints.numpy().view(np.uint64), self.rows["dtype"], self.rows["are_all"])

    def call(self, x):
        """Maps x `(batch, *event_shape)` to a dict of `score`, `p_value` and `verdict`, each `(batch,)`.

        The score is the higher, the stranger an example is; the verdict is -1 for anomalies and 1 for normal examples.
        Of a model with a condition, x is `{"x": ..., "condition": ...}`.
        """
        score = score_batch(self.model, x, self.score, self.num_samples)
        exact = ops.cast(score, "float64")
        p_value = conformal.p_values(exact, ops.convert_to_tensor(self.sorted_scores))
        verdict = ops.where(exact > self.threshold, -1, 1)
        return {"score": score, "p_value": ops.cast(p_value, "float32"), "verdict": ops.cast(verdict, "int32")}

    def get_config(self):
        own = {
            "score": self.score,
            "num_samples": self.num_samples,
            "num_scores": self.num_scores,
            "settings": self.settings,
            "rows": self.rows,
        }
        return {**super().get_config(), **own}
