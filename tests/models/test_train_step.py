"""The training step: what is minimised, and everything that Keras can do with a step."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import VAE, Decoder, Encoder, likelihoods, networks, posteriors
from keras_vae.training.grouped_steps import CompiledSteps, GroupedSteps
from tests.models import reference
from tests.models.small import EVENT_SHAPE, binary, same_weights, small_autoencoder, small_vae, without_noise


def gradients_by_finite_differences(vae, evaluate, step=1e-6):
    gradients = []
    for weight in vae.trainable_weights:
        value, gradient = np.asarray(weight, np.float64), np.zeros(weight.shape)
        for index in np.ndindex(*weight.shape):
            sides = []
            for sign in (1, -1):
                moved = value.copy()
                moved[index] += sign * step
                weight.assign(moved)
                sides.append(evaluate())
            gradient[index] = (sides[0] - sides[1]) / (2 * step)
        weight.assign(value)
        gradients.append(gradient)
    return gradients


@pytest.mark.usefixtures("eagerly", "doubles")
class TestGradient:
    """SGD with learning rate 1 moves each weight by minus the gradient: compared with finite differences of NumPy."""

    @pytest.mark.parametrize("num_samples", [1, 3])
    @pytest.mark.parametrize("likelihood", ["bernoulli", "normal"])
    @pytest.mark.parametrize("weighted", [False, True])
    def test_it_is_the_gradient_of_the_negative_elbo(self, num_samples, likelihood, weighted):
        shape, beta, batch_size = (2, 2, 1), 0.7, 5
        part = likelihoods.Bernoulli(shape) if likelihood == "bernoulli" else likelihoods.Normal(shape, scale=0.5)
        vae = small_vae(part, event_shape=shape, beta=beta, num_samples=num_samples)
        vae.compile(keras.optimizers.SGD(1.0))
        x = binary(batch_size, shape).astype(np.float64)
        weights = np.array([1.0, 0.0, 2.5, 0.3, 1.0]) if weighted else np.ones(batch_size)
        epsilon = reference.next_noise(vae, batch_size)

        def evaluate():
            return reference.loss(vae, x, x, weights, epsilon, beta)

        expected_loss, expected = evaluate(), gradients_by_finite_differences(vae, evaluate)
        before = [np.asarray(weight) for weight in vae.trainable_weights]
        logs = vae.train_on_batch(x, sample_weight=weights if weighted else None, return_dict=True)
        # beta is held in float32, where 0.7 is 0.69999999.
        np.testing.assert_allclose(logs["loss"], expected_loss, rtol=1e-7)
        for old, weight, gradient in zip(before, vae.trainable_weights, expected, strict=True):
            np.testing.assert_allclose(old - np.asarray(weight), gradient, rtol=1e-5, atol=1e-7)

    def test_a_separate_target_is_what_is_reconstructed(self):
        vae = small_vae(event_shape=(2, 2, 1))
        vae.compile(keras.optimizers.SGD(1.0))
        x, target = binary(4, (2, 2, 1), seed=1).astype(np.float64), binary(4, (2, 2, 1), seed=2).astype(np.float64)
        epsilon = reference.next_noise(vae, 4)
        expected = reference.loss(vae, x, target, np.ones(4), epsilon, 1.0)
        np.testing.assert_allclose(vae.train_on_batch(x, target, return_dict=True)["loss"], expected, rtol=1e-9)


@pytest.mark.usefixtures("eagerly")
class TestLogs:
    def test_a_partial_last_batch_counts_by_its_size(self):
        model, x = small_autoencoder(), binary(10)
        model.compile()
        params = {"logits": model(x)["logits"][:, 0]}
        expected = -np.mean(model.decoder.likelihood.log_prob(params, x))
        figures = model.evaluate(x, batch_size=4, verbose=0, return_dict=True)
        np.testing.assert_allclose([figures["loss"], figures["reconstruction"]], expected, rtol=1e-5)

    def test_loops_that_are_filled_up_count_every_example_once(self):
        model, x = small_autoencoder(), binary(13)
        model.compile(keras.optimizers.SGD(0.0))
        expected = -np.mean(model.decoder.likelihood.log_prob({"logits": model(x)["logits"][:, 0]}, x))
        batches = iter(tf.data.Dataset.from_tensor_slices(x).batch(5))
        # A loop of four steps, for two batches of five examples; the last three are a step by themselves.
        logs = GroupedSteps(CompiledSteps(model), 4)(batches)
        np.testing.assert_allclose(logs["reconstruction"], expected, rtol=1e-5)
        assert int(model.optimizer.iterations) == 3

    def test_kl_and_negative_elbo_are_means_over_examples_at_beta_one(self):
        vae, x = small_vae(beta=0.25), binary(10)
        without_noise(vae)
        vae.compile()
        kl = np.asarray(vae(x)["kl"], np.float64)
        reconstruction = -np.asarray(vae.decoder.likelihood.log_prob(vae(x), x), np.float64)
        figures = vae.evaluate(x, batch_size=4, verbose=0, return_dict=True)
        np.testing.assert_allclose(figures["kl"], kl.mean(), rtol=1e-5)
        np.testing.assert_allclose(figures["reconstruction"], reconstruction.mean(), rtol=1e-5)
        np.testing.assert_allclose(figures["negative_elbo"], reconstruction.mean() + kl.mean(), rtol=1e-5)
        np.testing.assert_allclose(figures["loss"], reconstruction.mean() + 0.25 * kl.mean(), rtol=1e-5)

    def test_weights_weigh_all_logs_as_keras_weighs_losses(self):
        vae, x, weights = small_vae(), binary(6), np.array([0.0, 1.0, 2.0, 0.5, 1.0, 4.0])
        without_noise(vae)
        vae.compile()
        kl = np.asarray(vae(x)["kl"], np.float64)
        figures = vae.evaluate(x, sample_weight=weights, batch_size=4, verbose=0, return_dict=True)
        np.testing.assert_allclose(figures["kl"], np.sum(weights * kl) / 6, rtol=1e-5)
        np.testing.assert_allclose(figures["loss"], figures["reconstruction"] + figures["kl"], rtol=1e-6)

    def test_fit_and_validation_weigh_arrays_that_have_no_target(self):
        vae, x, weights = small_vae(), binary(6), np.array([0.0, 1.0, 2.0, 0.5, 1.0, 4.0])
        without_noise(vae)
        vae.compile(keras.optimizers.SGD(0.0))
        kl = np.asarray(vae(x)["kl"], np.float64)
        history = vae.fit(x, sample_weight=weights, validation_data=(x, None, weights), batch_size=4, verbose=0).history
        np.testing.assert_allclose([history["kl"][0], history["val_kl"][0]], np.sum(weights * kl) / 6, rtol=1e-5)

    def test_metrics_of_the_user_see_the_target_and_the_mean_image(self):
        model, x = small_autoencoder(), binary(8)
        model.compile(metrics=["mse"])
        figures = model.evaluate(x, x, verbose=0, return_dict=True)
        assert set(figures) == {"loss", "reconstruction", "mse"}
        np.testing.assert_allclose(figures["mse"], np.mean((x - model.reconstruct(x)) ** 2), rtol=1e-5)

    def test_metrics_of_the_user_need_no_target(self):
        model, x = small_autoencoder(), binary(8)
        model.compile(metrics=["mse"])
        assert model.evaluate(x, verbose=0, return_dict=True)["mse"] > 0

    def test_regularizers_are_minimised_too(self):
        shape = EVENT_SHAPE
        network = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(8, kernel_regularizer="l2")])
        vae = VAE(
            Encoder(network, posteriors.DiagonalNormal(2)),
            Decoder(networks.dense([8]), likelihoods.Bernoulli(shape)),
        )
        vae.build((None, *shape))
        vae.compile()
        figures = vae.evaluate(binary(8), verbose=0, return_dict=True)
        penalty = 0.01 * np.sum(network.layers[-1].get_weights()[0] ** 2)
        np.testing.assert_allclose(figures["loss"] - figures["negative_elbo"], penalty, rtol=1e-4)


@pytest.mark.usefixtures("doubles")
class TestSameSteps:
    """Ways to run the same steps: what they leave differs by the rounding of float64 in eight steps."""

    def weights(self, batch_size=16, optimizer=None, **compile_arguments):
        keras.utils.set_random_seed(1)
        model = small_autoencoder()
        model.compile(optimizer or keras.optimizers.SGD(0.1), **compile_arguments)
        model.fit(binary(64), batch_size=batch_size, epochs=2, shuffle=False, verbose=0)
        return model.get_weights()

    def assert_same(self, first, second):
        for one, other in zip(first, second, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-10)

    def test_those_of_a_graph_are_those_without_it_of_several_in_each_execution_and_of_xla(self):
        graph = self.weights(jit_compile=False)
        self.assert_same(graph, self.weights(run_eagerly=True))
        self.assert_same(graph, self.weights(steps_per_execution=4))
        self.assert_same(graph, self.weights(jit_compile=True))

    def test_accumulated_gradients_are_those_of_the_large_batch(self, eagerly):
        accumulating = keras.optimizers.SGD(0.1, gradient_accumulation_steps=4)
        self.assert_same(self.weights(batch_size=64), self.weights(optimizer=accumulating))


class TestKerasFeatures:
    def test_averaged_weights_are_what_fit_leaves(self, eagerly):
        weights = []
        record = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs: weights.append(model.encoder.get_weights()[0])
        )
        model = small_autoencoder()
        model.compile(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5))
        model.fit(binary(48), batch_size=16, epochs=1, shuffle=False, verbose=0, callbacks=[record])
        # Keras starts the average at the weights after the first step.
        average = weights[0]
        for value in weights[1:]:
            average = 0.5 * average + 0.5 * value
        np.testing.assert_allclose(model.encoder.get_weights()[0], average, rtol=1e-5, atol=1e-6)

    @pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
    def test_mixed_precision_trains_with_float32_heads(self, eagerly, policy, binary_images):
        keras.config.set_dtype_policy(policy)
        vae = VAE(
            Encoder(networks.dense([64]), posteriors.DiagonalNormal(4)),
            Decoder(networks.dense([64]), likelihoods.Bernoulli((8, 8, 1))),
        )
        vae.compile(keras.optimizers.Adam(0.01))
        assert type(vae.optimizer).__name__ == ("LossScaleOptimizer" if policy == "mixed_float16" else "Adam")
        history = vae.fit(binary_images, batch_size=32, epochs=9, verbose=0).history
        assert np.all(np.isfinite(history["loss"]))
        # 64 fair bits are 44 nats; squares at one of 25 places need less than half of that, 19 by now.
        assert history["loss"][-1] < 0.6 * history["loss"][0]
        assert vae(binary_images[:2])["logits"].dtype == "float32"
        assert vae.encoder.network.layers[-1].compute_dtype == policy.removeprefix("mixed_")

    def test_float16_steps_are_those_of_float32_up_to_its_rounding(self):
        x, steps = binary(16), []
        for policy in ("float32", "mixed_float16"):
            keras.utils.set_random_seed(3)
            keras.config.set_dtype_policy(policy)
            model = small_autoencoder()
            model.compile(keras.optimizers.SGD(0.5))
            start = model.get_weights()
            model.train_on_batch(x)
            steps.append(np.concatenate([(b - a).ravel() for a, b in zip(start, model.get_weights(), strict=True)]))
        assert np.linalg.norm(steps[0] - steps[1]) < 0.01 * np.linalg.norm(steps[0])

    def test_batch_normalization_and_dropout_behave_in_training_and_inference(self, eagerly):
        normalization, dropout = keras.layers.BatchNormalization(momentum=0.5), keras.layers.Dropout(0.5)
        network = keras.Sequential([keras.layers.Flatten(), normalization, keras.layers.Dense(8), dropout])
        vae = VAE(
            Encoder(network, posteriors.DiagonalNormal(2)),
            Decoder(networks.dense([8]), likelihoods.Bernoulli(EVENT_SHAPE)),
        )
        x = binary(32)
        vae.compile("adam")
        vae.fit(x, batch_size=32, epochs=1, verbose=0)
        np.testing.assert_allclose(normalization.moving_mean, 0.5 * x.reshape(32, -1).mean(axis=0), rtol=1e-5)
        moving_mean = np.asarray(normalization.moving_mean)
        codes = vae.encode(x)
        np.testing.assert_array_equal(codes, vae.encode(x))
        np.testing.assert_allclose(codes[:1], vae.encode(x[:1]), rtol=1e-4, atol=1e-6)
        vae.evaluate(x, verbose=0)
        np.testing.assert_array_equal(normalization.moving_mean, moving_mean)
        assert not np.array_equal(vae.encoder(x, training=True)["mean"], vae.encoder(x, training=True)["mean"])

    def test_a_frozen_network_stays_as_it_is_and_the_rest_learns(self, eagerly):
        vae = small_vae()
        vae.encoder.network.trainable = False
        vae.compile("adam")
        frozen, free = vae.encoder.network.get_weights(), vae.decoder.get_weights()
        vae.fit(binary(32), epochs=1, verbose=0)
        for before, after in zip(frozen, vae.encoder.network.get_weights(), strict=True):
            np.testing.assert_array_equal(before, after)
        assert not any(np.array_equal(a, b) for a, b in zip(free, vae.decoder.get_weights(), strict=True))

    def test_a_network_can_be_shared_between_models(self, eagerly):
        first = small_vae()
        second = VAE(
            Encoder(first.encoder.network, posteriors.DiagonalNormal(3)),
            Decoder(networks.dense([8]), likelihoods.Bernoulli(EVENT_SHAPE)),
        )
        second.compile("adam")
        before = first.encode(binary(4))
        second.fit(binary(32), epochs=1, verbose=0)
        assert first.encoder.network is second.encoder.network
        assert not np.allclose(first.encode(binary(4)), before)

    def test_steps_do_not_add_their_losses_up(self):
        vae, x = small_vae(), binary(8)
        without_noise(vae)
        vae.compile(keras.optimizers.SGD(0.0))
        losses = [vae.train_on_batch(x, return_dict=True)["loss"] for _ in range(3)]
        np.testing.assert_allclose(losses, losses[0], rtol=1e-6)


def test_weights_of_another_rank_are_refused():
    vae = small_vae()
    vae.compile()
    data = tf.data.Dataset.from_tensors((binary(4), binary(4), np.ones((4, 2), np.float32)))
    with pytest.raises(ValueError, match=r"`sample_weight` must"):
        vae.fit(data, verbose=0)


def test_training_is_reproducible_and_a_seed_matters():
    def run(seed):
        keras.utils.set_random_seed(seed)
        vae = small_vae(num_samples=2)
        vae.compile("sgd")
        vae.fit(binary(32), batch_size=8, epochs=2, verbose=0)
        return vae

    assert same_weights(run(0), run(0))
    assert not same_weights(run(0), run(1))


class WithCritic(VAE):
    """A VAE beside a number that follows the mean of the codes, by a loss and an optimizer of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.follower = self.add_weight(shape=(), initializer="zeros", trainable=False, autocast=False)
        self.second_optimizer = keras.optimizers.SGD(0.25)

    def update(self, tape, step):
        super().update(tape, step)
        with tf.GradientTape() as own:
            own.watch(self.follower.value)
            loss = tf.square(self.follower - tf.stop_gradient(tf.reduce_mean(step.outputs["z"])))
        self.second_optimizer.apply([own.gradient(loss, self.follower.value)], [self.follower])


@pytest.mark.usefixtures("eagerly")
def test_a_model_may_update_further_weights_with_an_optimizer_of_their_own():
    """A step by 1/4 of the gradient 2 (w - m) goes half of the way from w = 0 to m."""
    encoder = Encoder(networks.dense([4]), posteriors.DiagonalNormal(2))
    vae = WithCritic(encoder, Decoder(networks.dense([4]), likelihoods.Bernoulli(EVENT_SHAPE)))
    vae.build((None, *EVENT_SHAPE))
    vae.compile(keras.optimizers.SGD(0.0))
    state, x = vae.encoder.posterior.seed_generator.state, binary(8)
    before = np.asarray(state)
    codes = np.asarray(vae(x, training=True)["z"], np.float64)
    state.assign(before)
    vae.train_on_batch(x)
    np.testing.assert_allclose(vae.follower, codes.mean() / 2, rtol=1e-5, atol=1e-7)
