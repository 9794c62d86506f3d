"""A model with a score and a threshold: what is saved and exported of a detector."""

import keras
import numpy as np
from keras import ops

from keras_vae.anomaly import conformal
from keras_vae.anomaly.scores import score_batch
from keras_vae.models.composite import Composite


@keras.saving.register_keras_serializable("keras_vae")
class CalibratedModel(Composite):
    """Maps examples to scores, p-values and verdicts.

    Args:
        model: An `Autoencoder` or a `VAE`, trained.
        score: A name in `anomaly.SCORES`.
        num_samples: Codes that are drawn for each example.
        num_scores: How many calibration scores there are.
        settings: The detector's other settings, which are kept with it.
    """

    part_names = ("model",)

    def __init__(self, model, score: str, num_samples: int, num_scores: int, settings: dict | None = None, **kwargs):
        super().__init__(**kwargs)
        self.model = model
        self.score, self.num_samples, self.num_scores = score, num_samples, num_scores
        self.settings = dict(settings or {})
        stored = {"trainable": False, "autocast": False, "dtype": "float64", "initializer": "zeros"}
        self.sorted_scores = self.add_weight(name="sorted_scores", shape=(num_scores,), **stored)
        self.threshold = self.add_weight(name="threshold", shape=(), **stored)
        self.built = True

    def calibrate(self, sorted_scores: np.ndarray, threshold: float) -> None:
        """Stores calibration scores `(num_scores,)` in ascending order, and the score above which an alarm is given."""
        self.sorted_scores.assign(sorted_scores)
        self.threshold.assign(threshold)

    def call(self, x):
        """Maps x `(batch, *event_shape)` to a dict of `score`, `p_value` and `verdict`, each `(batch,)`.

        The score is the higher, the stranger an example is; the verdict is -1 for anomalies and 1 for normal examples.
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
        }
        return {**super().get_config(), **own}
