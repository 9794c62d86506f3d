"""What every objective has in common."""

import numpy as np
import tensorflow as tf

from keras_vae.models.train_step import Step
from keras_vae.objectives.objective import Objective


def test_reconstruction_averages_samples_and_turns_the_sign():
    log_likelihood = np.array([[-1.0, -3.0, -8.0], [2.0, 4.0, 0.0]])
    np.testing.assert_allclose(Objective().reconstruction(log_likelihood), [4.0, -2.0], rtol=1e-6)


def test_gradients_are_the_tapes():
    weight = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        loss = weight**2
    (gradient,) = Objective().gradients(tape, Step(loss, tf.zeros(()), None, {}, {}), [weight], 1.0)
    np.testing.assert_allclose(gradient, 6.0)
