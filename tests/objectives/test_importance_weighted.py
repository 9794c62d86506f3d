"""The importance-weighted bound and its two gradients, against NumPy, SciPy and expectations."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special, stats

from keras_vae import VAE, Decoder, Encoder, likelihoods, posteriors, priors
from keras_vae.models.train_step import Step
from keras_vae.objectives import ImportanceWeighted
from tests.models.small import binary, small_vae

RNG = np.random.default_rng(0)


def gradients_of(vae, tape, loss, log_likelihood, outputs):
    """The gradient by each trainable weight, where nothing was added to the loss."""
    step = Step(loss, tf.zeros(()), log_likelihood, outputs, {})
    return vae.objective.gradients(tape, step, vae.trainable_weights, vae.beta)


def of_model(vae, x):
    """The loss of a batch, the log-weights by SciPy, and the gradient by each trainable weight."""
    with tf.GradientTape(persistent=True) as tape:
        outputs = vae(x, training=True)
        log_likelihood = vae.decoder.likelihood.log_prob(outputs, x)
        loss = tf.reduce_mean(vae.objective.cost(log_likelihood, outputs, vae.beta))
    posterior = {name: np.asarray(value, np.float64)[:, None] for name, value in vae.encoder(x).items()}
    z = np.asarray(outputs["z"], np.float64)
    log_q = stats.norm.logpdf(z, posterior["mean"], np.exp(posterior["log_variance"] / 2)).sum(axis=-1)
    log_weights = np.asarray(log_likelihood, np.float64) + stats.norm.logpdf(z).sum(axis=-1) - log_q
    return loss, log_weights, gradients_of(vae, tape, loss, log_likelihood, outputs)


class TestCost:
    @pytest.mark.parametrize("doubly_reparameterized", [False, True])
    @pytest.mark.parametrize(("examples", "samples"), [(5, 3), (2, 7), (4, 1)])
    def test_it_is_minus_the_log_mean_of_the_weights_over_the_samples(self, examples, samples, doubly_reparameterized):
        vae = small_vae(num_samples=samples, objective=ImportanceWeighted(doubly_reparameterized))
        loss, log_weights, _ = of_model(vae, binary(examples))
        assert log_weights.shape == (examples, samples)
        bound = special.logsumexp(log_weights, axis=1) - np.log(samples)
        np.testing.assert_allclose(loss, -bound.mean(), rtol=1e-5)

    def test_far_apart_weights_do_not_overflow(self):
        log_likelihood = np.array([[-1e4, -2e4], [-90000.0, -90001.0]], np.float32)
        expected = -special.logsumexp(log_likelihood.astype(np.float64), axis=1) + np.log(2)
        cost = ImportanceWeighted().cost(log_likelihood, {"log_ratio": np.zeros((2, 2), np.float32)}, beta=1.0)
        np.testing.assert_allclose(cost, expected, rtol=1e-6)

    def test_beta_weighs_the_ratio_of_prior_and_posterior(self):
        log_likelihood, log_ratio = RNG.normal(size=(2, 4, 3))
        expected = -special.logsumexp(log_likelihood + 0.3 * log_ratio, axis=1) + np.log(3)
        cost = ImportanceWeighted().cost(log_likelihood, {"log_ratio": log_ratio}, beta=0.3)
        np.testing.assert_allclose(cost, expected, rtol=1e-6)

    def test_the_model_adds_nothing(self):
        vae = small_vae(objective=ImportanceWeighted())
        vae(binary(4))
        assert vae.losses == []

    def test_the_loss_is_the_bound_and_what_is_logged_is_the_elbos(self):
        vae, x = small_vae(num_samples=50, objective=ImportanceWeighted()), binary(400)
        vae.compile()
        logs = vae.evaluate(x, verbose=0, return_dict=True)
        np.testing.assert_allclose(logs["negative_elbo"], -vae.elbo(x, 50, seed=0).mean(), rtol=5e-3)
        np.testing.assert_allclose(logs["negative_elbo"], logs["reconstruction"] + logs["kl"], rtol=1e-6)
        assert logs["loss"] < logs["negative_elbo"]

    def test_sample_weights_weigh_the_bounds_of_examples(self):
        vae, x = small_vae(num_samples=3, objective=ImportanceWeighted()), binary(4)
        vae.compile()
        state = vae.encoder.posterior.seed_generator.state
        before, weights = np.asarray(state), np.array([2.0, 0.0, 0.5, 1.0], np.float32)
        weighted = vae.test_on_batch(x, x, sample_weight=weights, return_dict=True)["loss"]
        # The same draws again.
        state.assign(before)
        outputs = vae(x)
        bounds = np.asarray(
            vae.objective.cost(vae.decoder.likelihood.log_prob(outputs, x), outputs, vae.beta), np.float64
        )
        np.testing.assert_allclose(weighted, np.mean(weights * bounds), rtol=1e-5)


class TestGradients:
    def test_the_usual_one_is_the_tapes(self):
        vae, x = small_vae(num_samples=4, objective=ImportanceWeighted()), binary(6)
        with tf.GradientTape(persistent=True) as tape:
            outputs = vae(x, training=True)
            log_likelihood = vae.decoder.likelihood.log_prob(outputs, x)
            loss = tf.reduce_mean(vae.objective.cost(log_likelihood, outputs, vae.beta))
        expected = tape.gradient(loss, vae.trainable_weights)
        found = gradients_of(vae, tape, loss, log_likelihood, outputs)
        for gradient, plain in zip(found, expected, strict=True):
            np.testing.assert_array_equal(gradient, plain)

    def test_the_doubly_reparameterized_one_squares_the_weights_of_the_paths_through_z(self):
        """Against equation 8 of Tucker et al., term by term: z = mean + exp(log_variance / 2) epsilon."""
        vae, x = small_vae(num_samples=4, objective=ImportanceWeighted(True)), binary(6)
        with tf.GradientTape(persistent=True) as tape:
            outputs = vae(x, training=True)
            log_likelihood = vae.decoder.likelihood.log_prob(outputs, x)
            loss = tf.reduce_mean(vae.objective.cost(log_likelihood, outputs, vae.beta))
        gradients = gradients_of(vae, tape, loss, log_likelihood, outputs)
        z, stopped = tf.constant(outputs["z"]), {k: tf.constant(v) for k, v in vae.encoder(x).items()}
        with tf.GradientTape(persistent=True) as plain:
            plain.watch(z)
            log_weights = vae.decoder.likelihood.log_prob(vae.decoder(z), x)
            log_weights += vae.prior.log_prob(z) - vae.encoder.posterior.log_prob(stopped, z)
            share = tf.stop_gradient(tf.nn.softmax(log_weights, axis=1))
            of_decoder = -tf.reduce_mean(tf.reduce_sum(share * log_weights, axis=1))
        epsilon = (z - stopped["mean"][:, None]) * tf.exp(-stopped["log_variance"][:, None] / 2)
        pull = -(share**2)[..., None] * plain.gradient(log_weights, z) / len(x)
        with tf.GradientTape() as of_encoder:
            posterior = vae.encoder(x)
            path = posterior["mean"][:, None] + tf.exp(posterior["log_variance"][:, None] / 2) * epsilon
            surrogate = tf.reduce_sum(pull * path)
        weights = vae.trainable_weights
        encoders = of_encoder.gradient(surrogate, weights)
        decoders = plain.gradient(of_decoder, weights)
        for gradient, encoder, decoder in zip(gradients, encoders, decoders, strict=True):
            assert (encoder is None) != (decoder is None)
            np.testing.assert_allclose(gradient, decoder if encoder is None else encoder, rtol=1e-4, atol=1e-6)

    @pytest.mark.parametrize("beta", [1.0, 0.3])
    def test_both_have_the_same_expectation_and_the_doubly_reparameterized_one_less_variance(self, beta):
        draws, x = {}, np.repeat(binary(1), 4000, axis=0)
        for doubly in (False, True):
            keras.utils.set_random_seed(1)
            vae = small_vae(num_samples=16, objective=ImportanceWeighted(doubly), beta=beta)
            # A posterior that does not fit, so that the gradient is not zero.
            kernel, bias = vae.encoder.posterior.get_weights()
            vae.encoder.posterior.set_weights([kernel, bias + np.array([0.5, -0.5, -1.0, 0.5], np.float32)])
            draws[doubly] = posterior_gradients(vae, x)
        means = {doubly: rows.mean(axis=0) for doubly, rows in draws.items()}
        errors = {doubly: rows.std(axis=0) / np.sqrt(len(rows)) for doubly, rows in draws.items()}
        assert np.all(np.abs(means[True] - means[False]) < 4 * np.hypot(errors[True], errors[False]))
        assert np.any(np.abs(means[True]) > 10 * errors[True])
        assert draws[True].var(axis=0).sum() < 0.6 * draws[False].var(axis=0).sum()

    def test_at_a_beta_of_zero_there_is_no_score_to_leave_out(self):
        draws = []
        for doubly in (False, True):
            keras.utils.set_random_seed(1)
            vae = small_vae(num_samples=5, objective=ImportanceWeighted(doubly), beta=0.0)
            draws.append(posterior_gradients(vae, binary(6)))
        np.testing.assert_allclose(*draws, rtol=1e-4, atol=1e-6)
        assert np.any(draws[0] != 0)

    def test_regularizers_keep_their_gradient(self):
        regularizer = keras.regularizers.L2(0.1)
        network = keras.Sequential([keras.layers.Dense(3, kernel_regularizer=regularizer)])
        vae = VAE(
            Encoder(network, posteriors.DiagonalNormal(2)),
            Decoder(keras.Sequential([keras.layers.Dense(3)]), likelihoods.Bernoulli((4,))),
            num_samples=3,
            objective=ImportanceWeighted(doubly_reparameterized=True),
        )
        x = binary(5, (4,))
        vae.build((None, 4))
        vae.compile(keras.optimizers.SGD(1.0), run_eagerly=True)
        vae.decoder.likelihood.trainable = False
        kernel = network.layers[0].kernel
        # Without an effect of z on x and with q(z|x) = p(z), the regularizer's gradient is all that there is.
        vae.decoder.likelihood.projection.kernel.assign(np.zeros((3, 4)))
        vae.encoder.posterior.projection.kernel.assign(np.zeros((3, 4)))
        before = np.asarray(kernel)
        vae.train_on_batch(x)
        np.testing.assert_allclose(np.asarray(kernel), before - 0.2 * before, rtol=1e-5)

    @pytest.mark.parametrize("scale", [1.0, 1024.0])
    def test_what_layers_of_the_decoder_add_keeps_its_gradient(self, scale):
        network = keras.Sequential([keras.layers.Dense(3, activity_regularizer=keras.regularizers.L2(0.1))])
        vae = VAE(
            Encoder(keras.layers.Identity(), posteriors.DiagonalNormal(2)),
            Decoder(network, likelihoods.Bernoulli((4,))),
            num_samples=3,
            objective=ImportanceWeighted(doubly_reparameterized=True),
        )
        x = binary(5, (4,))
        vae.build((None, 4))
        optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(1.0), initial_scale=scale)
        vae.compile(optimizer, run_eagerly=True)
        # Without an effect of z on x and with q(z|x) = p(z), what the layer adds is all that there is.
        vae.decoder.likelihood.projection.kernel.assign(np.zeros((3, 4)))
        vae.encoder.posterior.projection.kernel.assign(np.zeros((4, 4)))
        state = vae.encoder.posterior.seed_generator.state
        start = np.asarray(state)
        with tf.GradientTape() as tape:
            vae(x, training=True)
            (added,) = vae.losses
        weights = vae.encoder.trainable_weights
        expected, before = tape.gradient(added, weights), [np.asarray(weight) for weight in weights]
        state.assign(start)
        vae.train_on_batch(x)
        for weight, old, gradient in zip(weights, before, expected, strict=True):
            np.testing.assert_allclose(old - np.asarray(weight), gradient, rtol=1e-4, atol=1e-6)
        assert np.any(np.abs(expected[0]) > 1e-2)


def posterior_gradients(vae, x):
    """For each example the gradient by the parameters of its own posterior: `(batch, 2 * latent_dim)`."""
    with tf.GradientTape(persistent=True) as tape:
        params = vae.encoder(x)
        stacked = tf.concat([params["mean"], params["log_variance"]], axis=-1)
        tape.watch(stacked)
        mean, log_variance = tf.split(stacked, 2, axis=-1)
        params = {"mean": mean, "log_variance": log_variance}
        z = vae.encoder.posterior.sample(params, vae.num_samples)
        of_q = params
        if vae.objective.stops_score:
            of_q = {name: tf.stop_gradient(value) for name, value in params.items()}
        outputs = {"z": z, "log_ratio": vae.prior.log_prob(z) - vae.encoder.posterior.log_prob(of_q, z)}
        log_likelihood = vae.decoder.likelihood.log_prob(vae.decoder(z), x)
        loss = tf.reduce_sum(vae.objective.cost(log_likelihood, outputs, vae.beta))
    step = Step(loss, tf.zeros(()), log_likelihood, outputs, {})
    (gradient,) = vae.objective.gradients(tape, step, [stacked], vae.beta)
    return np.asarray(gradient, np.float64)


def test_free_bits_are_refused():
    with pytest.raises(ValueError, match="free_bits"):
        small_vae(free_bits=0.1, objective=ImportanceWeighted())


def test_a_learned_prior_gets_its_gradient():
    objective = ImportanceWeighted(doubly_reparameterized=True)
    vae, x = small_vae(num_samples=3, objective=objective, prior=priors.MixtureOfNormals(2, 2)), binary(4)
    _, _, gradients = of_model(vae, x)
    by_path = {w.path: g for w, g in zip(vae.trainable_weights, gradients, strict=True)}
    assert any("mixture" in path and np.any(np.asarray(g) != 0) for path, g in by_path.items())


@pytest.mark.parametrize("value", [1, "yes", None])
def test_bad_arguments_are_refused(value):
    with pytest.raises(ValueError, match="doubly_reparameterized"):
        ImportanceWeighted(doubly_reparameterized=value)
