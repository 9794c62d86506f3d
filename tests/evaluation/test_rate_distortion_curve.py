import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import evaluation, objectives
from tests.models.small import Builder, binary, passes, small_autoencoder, small_vae

TRAIN, TEST = binary(48), binary(10, seed=1)


def test_each_point_is_a_model_that_was_trained_at_its_beta(eagerly):
    build, betas = Builder(), [2.0, 0]
    points = evaluation.rate_distortion_curve(build, betas, TRAIN, TEST, 2, num_samples=4, seed=7, batch_size=24)
    assert [point.beta for point in points] == betas
    assert len(build.models) == 2
    for beta, point, trained in zip(betas, points, build.models, strict=True):
        vae = Builder()()
        # What comes before the first training leaves no trace in it.
        vae.beta = beta
        vae.fit(TRAIN, epochs=2, batch_size=24, verbose=0)
        for one, other in zip(vae.get_weights(), trained.get_weights(), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)
        expected = evaluation.rate_distortion(vae, TEST, num_samples=4, seed=7)
        np.testing.assert_allclose(point[1:3], expected, rtol=1e-4)
        assert point.active_units == evaluation.active_units(vae, TEST)


def test_a_larger_beta_buys_less_rate():
    """As users have it, in graphs."""
    first, last = evaluation.rate_distortion_curve(
        Builder(), [0.01, 20], passes(TRAIN, 40, 16), TEST, 1, num_samples=20
    )
    assert first.rate > last.rate
    assert first.distortion < last.distortion
    assert (first.active_units, last.active_units) == (2, 0)


def test_datasets_in_silence(eagerly, capfd):
    train = tf.data.Dataset.from_tensor_slices(TRAIN).batch(16)
    test = tf.data.Dataset.from_tensor_slices((TEST, TEST)).batch(4)
    (point,) = evaluation.rate_distortion_curve(Builder(), [1.0], train, test, epochs=1)
    vae = Builder()()
    vae.fit(TRAIN, batch_size=16, shuffle=False, verbose=0)
    np.testing.assert_allclose(point[1:3], evaluation.rate_distortion(vae, TEST, batch_size=4), rtol=1e-4)
    assert capfd.readouterr().out == ""


def test_arguments_of_fit(eagerly, capfd):
    seen = []
    callback = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs["val_loss"]))
    arguments = {"validation_data": (TEST,), "callbacks": [callback], "verbose": 2}
    evaluation.rate_distortion_curve(Builder(), [1.0], TRAIN, TEST, epochs=2, **arguments)
    assert len(seen) == 2
    assert "negative_elbo: " in capfd.readouterr().out


def test_a_model_is_not_trained_at_two_betas(eagerly):
    vae = Builder()()
    with pytest.raises(ValueError, match="`build` must return a new model at each call"):
        evaluation.rate_distortion_curve(lambda: vae, [1.0, 2.0], TRAIN, TEST, 1)
    assert float(vae.beta) == 1.0


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"betas": []}, r"`betas` must be a list of at least one number.*Received: \[\]"),
        ({"betas": 1.0}, "`betas` must be a list"),
        ({"betas": {1.0, 2.0}}, "`betas` must be a list"),
        ({"betas": "12"}, "`betas` must be a list"),
        ({"betas": [1.0, -0.5]}, r"`betas\[1\]` must be a finite number of at least 0"),
        ({"betas": [1.0, np.nan]}, r"`betas\[1\]` must be a finite number"),
        ({"betas": [1, 2, 1.0]}, "`betas` must all be different"),
        ({"epochs": 0}, "`epochs` must be a whole number of at least 1"),
        ({"num_samples": 0}, "`num_samples` must be a whole number of at least 1"),
        ({"seed": -1}, "`seed` must be a whole number"),
        ({"test": binary(0)}, "`test` cannot be measured: `x` is empty"),
        ({"test": binary(4, (3, 3, 1))}, r"must have shape \(batch, 4, 3, 1\)"),
        ({"test": 2 * binary(4)}, r"values in \[0, 1\]"),
        ({"test": tf.data.Dataset.from_tensor_slices(binary(0)).batch(2)}, "is empty"),
        ({"build": Builder(compiled=False)}, "`build` must return a compiled model"),
        ({"build": Builder(small_autoencoder)}, "rate_distortion_curve needs a posterior and a prior"),
        ({"build": Builder(functools.partial(small_vae, objective=objectives.GECO(3.0)))}, "GECO finds beta by itself"),
    ],
)
def test_mistakes_are_found_before_the_first_training(changed, message):
    arguments = {"build": Builder(), "betas": [1.0, 2.0], "train": TRAIN, "test": TEST, "epochs": 1} | changed
    with pytest.raises(ValueError, match=message):
        evaluation.rate_distortion_curve(**arguments)
    assert arguments["build"].num_trained == 0
