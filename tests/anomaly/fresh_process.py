"""Scores of a detector's file and of its SavedModel, in processes that begin anew.

Arguments: the folder of `detector.keras`, `saved_model` and `x.npy`, and which of the two; writes `WHICH.npz`. For the
SavedModel the process has neither Keras nor this package.
"""

import os
import sys

folder, which = sys.argv[1:]
if which == "saved_model":
    # Before anything that might import them: what imports them now fails.
    sys.modules["keras"] = sys.modules["keras_vae"] = None

import numpy as np  # noqa: E402

x = np.load(os.path.join(folder, "x.npy"))
if which == "saved_model":
    import tensorflow as tf

    detect = tf.saved_model.load(os.path.join(folder, "saved_model")).signatures["detect"]
    found = {name: value.numpy() for name, value in detect(x=tf.constant(x)).items()}
else:
    from keras_vae.anomaly import AnomalyDetector

    detector = AnomalyDetector.load(os.path.join(folder, "detector.keras"))
    found = {"score": detector.anomaly_scores(x), "p_value": detector.p_values(x), "verdict": detector.predict(x)}
    found |= {"threshold": detector.threshold_, "calibration": detector.calibration_scores_}
np.savez(os.path.join(folder, f"{which}.npz"), **found)
