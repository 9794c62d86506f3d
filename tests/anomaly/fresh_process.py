"""Scores of a detector's SavedModel and of its file, in a process that begins anew.

Arguments: the folder of `detector.keras`, `saved_model` and `x.npy`, to which it writes `saved_model.npz` and
`detector.npz`; and how TensorFlow is to optimize graphs, in JSON. While it serves the SavedModel the process has
neither Keras nor this package.
"""

import json
import os
import sys

# Before anything that might import them: what imports them now fails.
sys.modules["keras"] = sys.modules["keras_vae"] = None

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

folder, optimizer = sys.argv[1:]
tf.config.optimizer.set_experimental_options(json.loads(optimizer))
x = np.load(os.path.join(folder, "x.npy"))
detect = tf.saved_model.load(os.path.join(folder, "saved_model")).signatures["detect"]
served = {name: value.numpy() for name, value in detect(x=tf.constant(x)).items()}
np.savez(os.path.join(folder, "saved_model.npz"), **served)

del sys.modules["keras"], sys.modules["keras_vae"]

from keras_vae.anomaly import AnomalyDetector  # noqa: E402

detector = AnomalyDetector.load(os.path.join(folder, "detector.keras"))
found = {"score": detector.anomaly_scores(x), "p_value": detector.p_values(x), "verdict": detector.predict(x)}
found |= {"threshold": detector.threshold_, "calibration": detector.calibration_scores_}
np.savez(os.path.join(folder, "detector.npz"), **found)
