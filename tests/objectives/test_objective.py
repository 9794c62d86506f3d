"""What every objective has in common."""

import numpy as np
import tensorflow as tf
from keras import ops
from scipy.spatial import distance

from keras_vae.models.train_step import Step
from keras_vae.objectives import ELBO
from keras_vae.objectives.objective import Objective
from keras_vae.ops import noise
from tests.models.small import LATENT_DIM, binary, small_vae


def test_reconstruction_averages_samples_and_turns_the_sign():
    log_likelihood = np.array([[-1.0, -3.0, -8.0], [2.0, 4.0, 0.0]])
    np.testing.assert_allclose(Objective().reconstruction(log_likelihood), [4.0, -2.0], rtol=1e-6)


def test_gradients_are_the_tapes():
    weight = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        loss = weight**2
    (gradient,) = Objective().gradients(tape, Step(loss, tf.zeros(()), None, {}, {}), [weight], 1.0)
    np.testing.assert_allclose(gradient, 6.0)


class MeanDiscrepancy(ELBO):
    """The ELBO and the squared maximum mean discrepancy of all codes of a batch from as many of the prior's."""

    def penalty(self, vae, context, draws, kl):
        codes = ops.reshape(draws.z, (-1, vae.latent_dim))
        others = vae.sample_prior(codes.shape[0], noise.FixedSeed(5))
        pairs = (codes, codes), (others, others), (codes, others)
        own, of_prior, between = (ops.mean(ops.exp(-ops.sum((a[:, None] - b) ** 2, axis=-1))) for a, b in pairs)
        return super().penalty(vae, context, draws, kl) + own + of_prior - 2 * between


def test_a_penalty_sees_the_whole_batch_and_what_the_model_draws_and_is_added_to_the_loss():
    vae, x = small_vae(objective=MeanDiscrepancy(), beta=0.5, num_samples=3), binary(4)
    outputs = vae(x)
    codes = np.asarray(outputs["z"], np.float64).reshape(-1, LATENT_DIM)
    others = np.asarray(vae.sample_prior(len(codes), noise.FixedSeed(5)), np.float64)
    pairs = (codes, codes), (others, others), (codes, others)
    own, of_prior, between = (np.exp(-distance.cdist(a, b, "sqeuclidean")).mean() for a, b in pairs)
    expected = 0.5 * np.mean(outputs["kl"]) + own + of_prior - 2 * between
    # Sums of at most 144 float32 terms of at most 1.
    np.testing.assert_allclose(vae.losses[0], expected, atol=1e-5)
