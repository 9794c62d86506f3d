"""Anomalies, and a threshold that keeps its promise."""

from keras_vae.anomaly.calibrated_model import CalibratedModel
from keras_vae.anomaly.scores import SCORES

__all__ = ["SCORES", "AnomalyDetector", "CalibratedModel"]


def __getattr__(name: str):
    # The detector is a scikit-learn estimator, and scikit-learn takes a second to import.
    if name == "AnomalyDetector":
        from keras_vae.anomaly.detector import AnomalyDetector

        return AnomalyDetector
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
