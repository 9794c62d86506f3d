"""Free bits: exactly nothing where every latent is above the floor, and an exact block where it is below."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import VAE, Decoder, Encoder, likelihoods, networks, posteriors
from tests.whole_code import whole

X = np.random.default_rng(0).normal(size=(24, 3))


def shifted_vae(means, posterior=None, **kwargs):
    """A VAE of two latents, made from one seed, whose posterior's means are shifted by `means`."""
    keras.utils.set_random_seed(0)
    vae = VAE(
        Encoder(networks.dense([4], activation="tanh"), posterior or posteriors.DiagonalNormal(2)),
        Decoder(networks.dense([4], activation="tanh"), likelihoods.Normal((3,), 0.5)),
        **kwargs,
    )
    vae.build((None, 3))
    kernel, bias = vae.encoder.posterior.get_weights()
    vae.encoder.posterior.set_weights([kernel, bias + np.array([*means, -1.0, -1.0])])
    return vae


def divergences(vae):
    """KL(q(z|x) || N(0, 1)) of each example and latent: `(24, 2)`, by NumPy in float64."""
    params = {name: np.asarray(value, np.float64) for name, value in vae.encoder(X).items()}
    mean, log_variance = params["mean"], params["log_variance"]
    return 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance)


def gradients(vae):
    """The loss of all the examples, and its gradient by every weight."""
    with tf.GradientTape() as tape:
        outputs = vae(X, training=True)
        cost = -tf.reduce_mean(vae.decoder.likelihood.log_prob(outputs, X))
        loss = cost + sum(vae.losses)
    return [loss, *tape.gradient(loss, vae.trainable_weights)]


def trained(vae):
    """What is logged in a few epochs of several steps, and the weights after them."""
    vae.compile(keras.optimizers.SGD(0.01))
    history = vae.fit(X, batch_size=8, epochs=3, verbose=0).history
    return history, [weight.numpy() for weight in vae.trainable_weights]


def added_loss(vae):
    """A function, compiled, that returns what a call of the VAE adds to the loss with the weights of the moment."""

    @tf.function
    def added():
        vae(X)
        return vae.losses[0]

    return added


def finite_differences(vae, function, step=1e-5):
    """The gradient of `function()` by every weight of the encoder, each in its shape."""
    found = []
    for variable in vae.encoder.trainable_weights:
        value, gradient = variable.numpy(), np.zeros(variable.shape)
        for position in np.ndindex(gradient.shape):
            moved = []
            for sign in (1, -1):
                shifted = value.copy()
                shifted[position] += sign * step
                variable.assign(shifted)
                moved.append(float(function()))
            gradient[position] = (moved[0] - moved[1]) / (2 * step)
        variable.assign(value)
        found.append(gradient)
    return found


class TestAFloorBelowEveryLatent:
    MEANS, FLOOR = (4.0, -4.0), 0.5

    def test_losses_and_gradients_are_the_same_to_the_last_bit(self):
        free, plain = (shifted_vae(self.MEANS, free_bits=floor) for floor in (self.FLOOR, 0.0))
        assert divergences(free).min() > self.FLOOR
        for found, expected in zip(gradients(free), gradients(plain), strict=True):
            np.testing.assert_array_equal(found, expected)

    def test_training_is_the_same_to_the_last_bit(self, eagerly):
        free, plain = (shifted_vae(self.MEANS, free_bits=floor) for floor in (self.FLOOR, 0.0))
        before = [weight.numpy() for weight in free.trainable_weights]
        (logs, weights), (expected_logs, expected_weights) = trained(free), trained(plain)
        # Each example is above the floor, before and after: each batch was.
        assert divergences(free).min() > self.FLOOR
        assert logs == expected_logs
        for found, expected, start in zip(weights, expected_weights, before, strict=True):
            np.testing.assert_array_equal(found, expected)
            assert np.any(found != start)


class TestAFloorAboveEveryLatent:
    MEANS, FLOOR = (0.5, -0.5), 3.0

    def test_the_divergence_gives_the_encoder_no_gradient(self):
        keras.config.set_dtype_policy("float64")
        vae = shifted_vae(self.MEANS, free_bits=self.FLOOR, beta=0.5)
        assert divergences(vae).max() < self.FLOOR
        # Two latents at the floor, whatever the weights: to the last bit.
        assert added_loss(vae)() == 0.5 * 2 * self.FLOOR
        for gradient in finite_differences(vae, added_loss(vae)):
            np.testing.assert_array_equal(gradient, 0.0)

    def test_without_the_floor_it_gives_one(self):
        keras.config.set_dtype_policy("float64")
        vae = shifted_vae(self.MEANS, beta=0.5)
        for gradient in finite_differences(vae, added_loss(vae)):
            assert np.abs(gradient).max() > 1e-3

    def test_training_is_that_of_beta_zero_to_the_last_bit(self, eagerly):
        free, without = shifted_vae(self.MEANS, free_bits=self.FLOOR), shifted_vae(self.MEANS, beta=0.0)
        (logs, weights), (expected_logs, expected_weights) = trained(free), trained(without)
        assert divergences(free).max() < self.FLOOR
        assert logs["reconstruction"] == expected_logs["reconstruction"]
        for found, expected in zip(weights, expected_weights, strict=True):
            np.testing.assert_array_equal(found, expected)
        np.testing.assert_allclose(logs["loss"], np.add(expected_logs["loss"], 2 * self.FLOOR), rtol=1e-6)


def test_a_floor_between_two_latents_blocks_one_of_them():
    keras.config.set_dtype_policy("float64")
    vae = shifted_vae((4.0, 0.0), free_bits=2.0)
    per_latent = divergences(vae).mean(axis=0)
    assert per_latent[1] < 2.0 < per_latent[0]
    assert float(added_loss(vae)()) == pytest.approx(per_latent[0] + 2.0, rel=1e-12)
    found = finite_differences(vae, added_loss(vae))
    for gradient, expected in zip(found, finite_differences(vae, lambda: divergences(vae)[:, 0].mean()), strict=True):
        # A difference of numbers about 8 in float64, over 2e-5.
        np.testing.assert_allclose(gradient, expected, atol=1e-9)
    for latent, blocked in ((0, False), (1, True)):
        columns = [latent, latent + 2]
        assert all(np.all(gradient[..., columns] == 0) == blocked for gradient in found[2:])


def test_one_number_for_the_whole_code_has_one_floor():
    keras.config.set_dtype_policy("float64")
    for floor in (1.0, 6.0):
        vae = shifted_vae((2.0, 0.0), whole(2), free_bits=floor)
        per_latent = divergences(vae).mean(axis=0)
        # By latent, the first floor would hold up the second latent.
        assert per_latent.min() < 1.0 < per_latent.sum() < 6.0
        assert float(added_loss(vae)()) == pytest.approx(max(per_latent.sum(), floor), rel=1e-12)
