"""The mean over the batch, as Keras's losses take it."""

import keras
import numpy as np

from keras_vae.ops.reductions import batch_mean

VALUES = np.array([[1.0, 2.0], [3.0, 5.0], [8.0, 13.0]])
WEIGHTS = np.array([2.0, 0.0, 0.5])


def test_batch_mean_keeps_the_other_axes():
    np.testing.assert_allclose(batch_mean(VALUES), [4.0, 20 / 3], rtol=1e-12)


def test_batch_mean_divides_the_weighted_sum_by_the_batch_size():
    np.testing.assert_allclose(batch_mean(VALUES, WEIGHTS), [(2 + 4) / 3, (4 + 6.5) / 3], rtol=1e-12)


def test_batch_mean_is_the_reduction_of_keras_losses():
    target, prediction = np.zeros((3, 1), np.float32), VALUES[:, :1].astype(np.float32)
    expected = keras.losses.MeanAbsoluteError()(target, prediction, sample_weight=WEIGHTS)
    np.testing.assert_allclose(batch_mean(prediction[:, 0], WEIGHTS), expected, rtol=1e-6)
