"""What is saved and exported: scores, p-values and verdicts of one model in one call."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import likelihoods
from keras_vae.anomaly import CalibratedModel
from tests.models.small import binary, small_autoencoder, small_vae

CALIBRATION, THRESHOLD = np.array([6.0, 7.0, 8.0, 8.0, 9.0]), 8.0


def calibrated(model=None) -> CalibratedModel:
    model = CalibratedModel(model or small_vae(), "elbo", 16, len(CALIBRATION), {"random_state": 3})
    model.calibrate(CALIBRATION, THRESHOLD)
    return model


@pytest.mark.parametrize("graph", [False, True])
def test_scores_p_values_and_verdicts(graph):
    model, x = calibrated(), binary(200)
    found = (tf.function(model.call) if graph else model)(tf.constant(x))
    score = np.asarray(found["score"])
    np.testing.assert_allclose(score, model.model.score(x), rtol=1e-5)
    higher = np.sum(score[:, None].astype(np.float64) <= CALIBRATION, axis=1)
    np.testing.assert_allclose(found["p_value"], (1 + higher) / 6, rtol=1e-6)
    np.testing.assert_array_equal(found["verdict"], np.where(score > THRESHOLD, -1, 1))
    assert {name: value.dtype for name, value in found.items()} == {
        "score": tf.float32,
        "p_value": tf.float32,
        "verdict": tf.int32,
    }
    # Examples on both sides of the threshold.
    assert set(np.asarray(found["verdict"])) == {-1, 1}


def test_a_score_on_the_threshold_is_no_alarm():
    model, x = calibrated(), binary(1)
    score = float(model(tf.constant(x))["score"][0])
    model.calibrate(np.array([0.0, 1.0, 2.0, score, 1e9]), score)
    found = model(tf.constant(x))
    assert int(found["verdict"][0]) == 1
    assert float(found["p_value"][0]) == pytest.approx(3 / 6)


def test_what_is_too_large_for_a_score_is_an_alarm():
    vae = small_vae(likelihoods.Normal((3,)), event_shape=(3,))
    model = CalibratedModel(vae, "log_likelihood", 4, len(CALIBRATION))
    model.calibrate(CALIBRATION, THRESHOLD)
    found = model(tf.constant([[0.0, 3e38, 0.0]]))
    assert (float(found["score"][0]), int(found["verdict"][0])) == (np.inf, -1)
    assert float(found["p_value"][0]) == pytest.approx(1 / 6)


@pytest.mark.parametrize("make", [small_vae, small_autoencoder])
def test_all_is_in_one_file(tmp_path, make):
    model, x = calibrated(make()), tf.constant(binary(5))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.model) is type(model.model)
    assert (loaded.score, loaded.num_samples, loaded.settings) == ("elbo", 16, {"random_state": 3})
    np.testing.assert_array_equal(loaded.sorted_scores, CALIBRATION)
    for name, value in model(x).items():
        np.testing.assert_array_equal(loaded(x)[name], value)


def test_nothing_in_it_is_trained_by_calibration():
    model = calibrated()
    assert len(model.trainable_weights) == len(model.model.trainable_weights)
