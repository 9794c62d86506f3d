"""The VAE against closed forms, and the source documents' systems and defects."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_vae import VAE, Decoder, Encoder, likelihoods, networks, posteriors, priors
from keras_vae.datasets.colour_digits import load_colour_digits
from keras_vae.models import vae as vae_module
from tests.conditions.shifts import SHIFTS, shifted_vae
from tests.models.small import EVENT_SHAPE, LATENT_DIM, binary, passes, small_autoencoder, small_vae, without_noise

MEAN, LOG_VARIANCE = np.array([3.0, -2.0]), np.log([4.0, 0.01])


def with_known_posterior(num_samples=1) -> VAE:
    """A VAE whose encoder says N(MEAN, exp(LOG_VARIANCE)) of every example."""
    vae = small_vae(num_samples=num_samples)
    kernel, _ = vae.encoder.posterior.get_weights()
    vae.encoder.posterior.set_weights([0 * kernel, np.concatenate([MEAN, LOG_VARIANCE]).astype(np.float32)])
    return vae


def assert_reparameterized(z):
    """z `(batch, num_samples, latent_dim)` is drawn independently from the known posterior."""
    batch, num_samples, _ = z.shape
    epsilon = (z - MEAN) / np.exp(0.5 * LOG_VARIANCE)
    for latent in range(LATENT_DIM):
        # Dropping mu moves the first by 1.5 standard deviations; another sigma scales it.
        assert stats.kstest(epsilon[..., latent].ravel(), "norm").pvalue > 1e-3
    # Noise that examples or samples share would come out as values that repeat, or as correlation.
    assert len(np.unique(epsilon.astype(np.float32))) > 0.99 * epsilon.size
    columns = epsilon.reshape(batch, num_samples * LATENT_DIM)
    assert np.abs(np.corrcoef(columns.T) - np.eye(columns.shape[1])).max() < 5 / np.sqrt(batch)


class TestReparameterization:
    """The source documents' bug: z drawn without its mean."""

    @pytest.mark.parametrize("num_samples", [1, 3])
    def test_call_draws_mu_plus_sigma_epsilon(self, num_samples):
        z = np.asarray(with_known_posterior(num_samples)(binary(2000))["z"], np.float64)
        assert z.shape == (2000, num_samples, LATENT_DIM)
        assert_reparameterized(z)

    def test_encode_draws_mu_plus_sigma_epsilon(self):
        codes = with_known_posterior().encode(binary(2000), sample=True)
        assert_reparameterized(codes[:, None].astype(np.float64))

    def test_the_mean_reaches_the_decoder_and_gets_a_gradient(self):
        vae, x = small_vae(beta=0.0), binary(16)
        with tf.GradientTape() as tape:
            log_likelihood = vae.decoder.likelihood.log_prob(vae(x), x)
        kernel_gradient = tape.gradient(log_likelihood, vae.encoder.posterior.trainable_weights[0])
        assert np.all(np.any(kernel_gradient[:, :LATENT_DIM] != 0, axis=0))

    def test_reconstructions_depend_on_the_input(self, binary_images):
        vae = VAE.for_shape((8, 8, 1), 4)
        vae.compile(keras.optimizers.Adam(3e-3))
        vae.fit(passes(binary_images, 12, 32), verbose=0)
        error = np.mean((binary_images - vae.reconstruct(binary_images)) ** 2)
        # A tenth by now.
        assert error < 0.5 * np.mean((binary_images - binary_images.mean(axis=0)) ** 2)


class TestCall:
    def test_it_returns_parameters_code_and_kl(self):
        vae, x = small_vae(num_samples=3), binary(5)
        outputs = vae(x)
        assert {name: tuple(value.shape) for name, value in outputs.items()} == {
            "logits": (5, 3, *EVENT_SHAPE),
            "z": (5, 3, LATENT_DIM),
            "kl": (5,),
        }
        np.testing.assert_allclose(outputs["logits"], vae.decoder(outputs["z"])["logits"], rtol=1e-6)

    def test_it_adds_beta_times_the_mean_kl_once(self):
        vae, x = small_vae(beta=0.3), binary(5)
        for _ in range(2):
            kl = np.asarray(vae(x)["kl"], np.float64)
            (added,) = vae.losses
            assert added.shape == ()
            np.testing.assert_allclose(added, 0.3 * kl.mean(), rtol=1e-5)

    @pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
    def test_beta_keeps_its_digits_under_mixed_precision(self, policy):
        keras.config.set_dtype_policy(policy)
        vae = small_vae(beta=0.1)
        kl = np.asarray(vae(binary(5))["kl"], np.float64)
        np.testing.assert_allclose(vae.losses[0], 0.1 * kl.mean(), rtol=1e-5)

    def test_kl_is_the_closed_form_and_not_weighed(self):
        vae = with_known_posterior()
        expected = 0.5 * np.sum(MEAN**2 + np.exp(LOG_VARIANCE) - 1 - LOG_VARIANCE)
        np.testing.assert_allclose(vae(binary(3), sample_weight=np.array([1.0, 0, 5]))["kl"], [expected] * 3, rtol=1e-5)

    def test_weights_reach_the_added_loss(self):
        vae, x, weights = small_vae(), binary(4), np.array([0.0, 1.0, 3.0, 0.5])
        kl = np.asarray(vae(x, sample_weight=weights)["kl"], np.float64)
        np.testing.assert_allclose(vae.losses[0], np.sum(weights * kl) / 4, rtol=1e-5)

    def test_kl_is_zero_where_the_posterior_is_the_prior(self):
        vae = small_vae()
        kernel, bias = vae.encoder.posterior.get_weights()
        vae.encoder.posterior.set_weights([0 * kernel, 0 * bias])
        np.testing.assert_array_equal(vae(binary(3))["kl"], [0, 0, 0])


def laplace():
    return priors.Laplace(LATENT_DIM)


MIXTURE = {"weights": np.array([0.25, 0.75]), "means": np.array([[-2.0, 1.0], [3.0, -1.5]]), "scales": 0.5}


def mixture():
    prior = priors.MixtureOfNormals(LATENT_DIM, 2)
    prior.set_weights([np.log(MIXTURE["weights"]), MIXTURE["means"], np.full((2, 2), np.log(MIXTURE["scales"]))])
    return prior


def standard_mixture():
    """The standard normal distribution, by a prior that has no closed form."""
    prior = priors.MixtureOfNormals(LATENT_DIM, 1)
    prior.set_weights([np.zeros(1), np.zeros((1, LATENT_DIM)), np.zeros((1, LATENT_DIM))])
    return prior


# Each with its log-density and with the distribution function of its first latent, by SciPy.
OTHER_PRIORS = {
    "laplace": (laplace, lambda z: stats.laplace.logpdf(z).sum(axis=-1), stats.laplace.cdf),
    "mixture": (
        mixture,
        lambda z: np.log(
            stats.norm.pdf(z[:, None], MIXTURE["means"], MIXTURE["scales"]).prod(axis=-1) @ MIXTURE["weights"]
        ),
        lambda z: stats.norm.cdf(z[:, None], MIXTURE["means"][:, 0], MIXTURE["scales"]) @ MIXTURE["weights"],
    ),
}


class TestPriors:
    def test_without_a_closed_form_kl_is_the_mean_log_ratio_of_the_codes(self):
        vae, x = small_vae(prior=priors.MixtureOfNormals(LATENT_DIM, 3), num_samples=4, beta=0.5), binary(6)
        outputs, posterior = vae(x), vae.encoder(x)
        scale = np.exp(0.5 * np.asarray(posterior["log_variance"], np.float64))[:, None]
        z = np.asarray(outputs["z"], np.float64)
        log_q = stats.norm.logpdf(z, np.asarray(posterior["mean"], np.float64)[:, None], scale).sum(axis=-1)
        expected = (log_q - np.asarray(vae.prior.log_prob(outputs["z"]))).mean(axis=1)
        np.testing.assert_allclose(outputs["kl"], expected, rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(vae.losses[0], 0.5 * expected.mean(), rtol=1e-3, atol=1e-5)

    def test_a_mixture_learns_where_the_codes_are(self):
        rng = np.random.default_rng(0)
        x = (rng.choice([-3.0, 3.0], (300, 1)) + 0.2 * rng.normal(size=(300, 2))).astype(np.float32)
        vae = VAE(
            Encoder(keras.layers.Identity(), posteriors.DiagonalNormal(1)),
            Decoder(keras.layers.Identity(), likelihoods.Normal((2,), 0.2)),
            prior=priors.MixtureOfNormals(1, 2),
        )
        vae.build((None, 2))
        # The codes begin as the means of the features: what is left to learn is the prior, which begins elsewhere.
        vae.encoder.posterior.set_weights([np.array([[0.5, 0.0], [0.5, 0.0]]), np.log([1.0, 0.02])])
        vae.decoder.likelihood.set_weights([np.ones((1, 2)), np.zeros(2)])
        vae.compile(keras.optimizers.Adam(0.1))
        vae.fit(passes(x, 40, 50), verbose=0)
        first, second = np.asarray(vae.prior.means)[:, 0]
        codes = vae.encode(x)[:, 0]
        groups = sorted([codes[x[:, 0] < 0].mean(), codes[x[:, 0] > 0].mean()])
        # Within 0.1 by now, from as much as 3.
        np.testing.assert_allclose(sorted([first, second]), groups, atol=0.3)

    @pytest.mark.parametrize("name", OTHER_PRIORS)
    def test_bounds_use_the_prior(self, name):
        make, log_density, _ = OTHER_PRIORS[name]
        vae, normal, x = small_vae(prior=make()), small_vae(), binary(5)
        kernel, _ = vae.encoder.posterior.get_weights()
        for model in (vae, normal):
            model.decoder.set_weights(vae.decoder.get_weights())
            model.encoder.posterior.set_weights([0 * kernel, np.float32([3, -2, -6, -6])])
        # The same codes under two priors: the bounds differ by what the priors say of the codes, and by the error of
        # the divergence where it is estimated.
        z = np.random.default_rng(0).normal([3, -2], np.exp(-3), (20_000, 2))
        expected = np.mean(log_density(z) - stats.norm.logpdf(z).sum(axis=-1))
        deviation = np.std(log_density(z) - stats.norm.logpdf(z, [3, -2], np.exp(-3)).sum(axis=-1))
        bounds = [model.elbo(x, num_samples=200, seed=0) for model in (vae, normal)]
        np.testing.assert_allclose(bounds[0] - bounds[1], np.full(5, expected), atol=5 * deviation / 200**0.5)
        difference = np.asarray(normal.score(x)) - np.asarray(vae.score(x))
        np.testing.assert_allclose(difference, np.full(5, expected), atol=5 * deviation / 16**0.5)
        assert abs(expected) > 5 * deviation / 16**0.5

    @pytest.mark.parametrize("name", OTHER_PRIORS)
    def test_samples_use_the_prior(self, name):
        make, _, distribution = OTHER_PRIORS[name]
        draws = linear_gaussian(np.eye(2), np.zeros(2), 1.0, prior=make()).sample(4000, seed=0, mean=True)
        assert stats.kstest(draws[:, 0].astype(float), distribution).pvalue > 1e-3
        assert stats.kstest(draws[:, 0].astype(float), "norm").pvalue < 1e-6

    def test_an_estimate_below_zero_counts_as_it_is(self):
        # The posterior is next to the prior, whose divergence is estimated: about half of the estimates are negative.
        vae, x = small_vae(prior=standard_mixture(), beta=0.5), binary(4)
        kernel, _ = vae.encoder.posterior.get_weights()
        vae.encoder.posterior.set_weights([0 * kernel, np.float32([0.05, 0, 0, 0])])
        estimates = []
        for _ in range(40):
            with tf.GradientTape() as tape:
                estimate = np.mean(np.asarray(vae(x)["kl"], np.float64))
                (added,) = vae.losses
            np.testing.assert_allclose(added, 0.5 * estimate, rtol=1e-5, atol=1e-7)
            assert np.any(tape.gradient(added, vae.encoder.posterior.trainable_weights[1]) != 0)
            estimates.append(estimate)
        assert min(estimates) < 0 < max(estimates)
        # Unbiased about mu^2 / 2, which the mean of its positive parts is not.
        standard_error = np.std(estimates) / 40**0.5
        assert abs(np.mean(estimates) - 0.05**2 / 2) < 4 * standard_error

    def test_a_floor_holds_an_estimate_below_zero_too(self):
        vae, x = small_vae(prior=standard_mixture(), free_bits=0.01), binary(4)
        kernel, _ = vae.encoder.posterior.get_weights()
        vae.encoder.posterior.set_weights([0 * kernel, np.float32([0.05, 0, 0, 0])])
        for _ in range(10):
            estimate = np.mean(np.asarray(vae(x)["kl"], np.float64))
            np.testing.assert_allclose(vae.losses[0], max(estimate, 0.01), rtol=1e-5, atol=1e-7)


class TestFreeBits:
    def added(self, free_bits, x):
        keras.utils.set_random_seed(0)
        vae = small_vae(free_bits=free_bits, beta=2.0)
        vae(x)
        mean = np.asarray(vae.encoder(x)["mean"], np.float64)
        log_variance = np.asarray(vae.encoder(x)["log_variance"], np.float64)
        return float(vae.losses[0]), np.mean(0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance), axis=0)

    def test_latents_below_the_floor_cost_the_floor(self):
        x = binary(16)
        _, per_latent = self.added(0.0, x)
        floor = float(per_latent.mean())
        assert per_latent.min() < floor < per_latent.max()
        added, _ = self.added(floor, x)
        np.testing.assert_allclose(added, 2 * np.maximum(per_latent, floor).sum(), rtol=1e-5)

    def test_a_floor_below_every_latent_changes_nothing(self):
        x = binary(16)
        plain, per_latent = self.added(0.0, x)
        added, _ = self.added(0.9 * per_latent.min(), x)
        assert added == plain


class TestBeta:
    def test_assigning_sets_the_variable_that_the_step_reads(self):
        vae, x = small_vae(), binary(8)
        without_noise(vae)
        vae.compile(keras.optimizers.SGD(0.0))
        logs = {}
        for beta in (1.0, 0.25, 0.0):
            vae.beta = beta
            logs[beta] = vae.train_on_batch(x, return_dict=True)
        for beta, log in logs.items():
            np.testing.assert_allclose(log["loss"], log["reconstruction"] + beta * log["kl"], rtol=1e-5)
            np.testing.assert_allclose(log["negative_elbo"], log["reconstruction"] + log["kl"], rtol=1e-5)
        assert isinstance(vae.beta, keras.Variable)
        assert not vae.beta.trainable

    def test_a_callback_can_schedule_it(self, eagerly):
        vae, seen = small_vae(), []
        vae.compile()
        schedule = keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: setattr(vae, "beta", epoch / 2),
            on_epoch_end=lambda epoch, logs: seen.append((logs["loss"] - logs["reconstruction"]) / logs["kl"]),
        )
        vae.fit(binary(16), epochs=3, verbose=0, callbacks=[schedule])
        np.testing.assert_allclose(seen, [0, 0.5, 1], atol=1e-3)

    @pytest.mark.parametrize("beta", [-1.0, float("nan"), "warm"])
    def test_what_is_no_weight_is_refused(self, beta):
        with pytest.raises(ValueError, match="`beta` must be a finite number"):
            small_vae(beta=beta)
        vae = small_vae()
        with pytest.raises(ValueError, match="`beta` must be a finite number"):
            vae.beta = beta
        assert float(vae.beta) == 1.0


def linear_gaussian(loadings, offset, scale, prior=None) -> VAE:
    """A VAE with p(x|z) = N(Az + b, s^2 I), and an encoder that knows the true posterior.

    The true posterior of the linear-Gaussian model is N(M^-1 A^T (x - b) / s^2, M^-1), M = I + A^T A / s^2
    (Bishop 2006, equations 2.116 and 2.117); A has orthogonal columns here, so that M is diagonal.
    """
    num_features, latent_dim = loadings.shape
    vae = VAE(
        Encoder(keras.layers.Identity(), posteriors.DiagonalNormal(latent_dim)),
        Decoder(keras.layers.Identity(), likelihoods.Normal((num_features,), scale)),
        prior=prior,
    )
    vae.build((None, num_features))
    precision = 1 + np.sum(loadings**2, axis=0) / scale**2
    to_mean = (loadings / scale**2) / precision
    kernel = np.concatenate([to_mean, np.zeros_like(to_mean)], axis=1)
    vae.encoder.posterior.set_weights([kernel, np.concatenate([-offset @ to_mean, -np.log(precision)])])
    vae.decoder.likelihood.set_weights([loadings.T, offset])
    return vae


class TestElbo:
    loadings = np.array([[1.0, 0.5], [2.0, -0.25], [0.0, 1.0], [-1.0, 0.0]])
    offset, scale = np.array([0.3, -1.0, 0.0, 2.0]), 0.6

    def examples(self):
        covariance = self.loadings @ self.loadings.T + self.scale**2 * np.eye(4)
        marginal = stats.multivariate_normal(self.offset, covariance)
        x = marginal.rvs(size=20, random_state=0)
        return x, marginal.logpdf(x)

    def test_with_the_true_posterior_it_is_log_p_of_x(self):
        assert np.allclose(self.loadings[:, 0] @ self.loadings[:, 1], 0)
        x, log_p = self.examples()
        vae = linear_gaussian(self.loadings, self.offset, self.scale)
        estimates = np.stack([vae.elbo(x, num_samples=400, seed=seed) for seed in range(16)]).astype(np.float64)
        standard_error = estimates.std(axis=0, ddof=1) / 4
        # Student's t of 15 degrees of freedom: beyond 5.2 once in 10,000.
        assert np.all(np.abs(estimates.mean(axis=0) - log_p) < 5.2 * standard_error)
        assert standard_error.max() < 0.05

    def test_with_another_posterior_it_is_less(self):
        x, log_p = self.examples()
        vae = linear_gaussian(self.loadings, self.offset, self.scale)
        kernel, bias = vae.encoder.posterior.get_weights()
        vae.encoder.posterior.set_weights([0.5 * kernel, bias])
        assert np.mean(vae.elbo(x, num_samples=400, seed=0)) < np.mean(log_p) - 0.5

    def test_it_is_the_negative_of_what_is_logged(self, eagerly):
        vae, x = small_vae(), binary(9)
        without_noise(vae)
        vae.compile()
        logged = vae.evaluate(x, verbose=0, return_dict=True)["negative_elbo"]
        np.testing.assert_allclose(-np.mean(vae.elbo(x, batch_size=4)), logged, rtol=1e-5)

    def test_x_of_another_shape_than_the_event_has_no_likelihood(self, eagerly):
        vae = VAE(
            Encoder(networks.dense([8]), posteriors.DiagonalNormal(2)),
            Decoder(networks.dense([8]), likelihoods.Bernoulli((8, 6, 1))),
        )
        vae.compile("adam")
        vae.fit(binary(8), np.repeat(np.repeat(binary(8), 2, axis=1), 2, axis=2), verbose=0)
        assert vae.predict(binary(8), verbose=0).shape == vae.reconstruct(binary(8)).shape == (8, 8, 6, 1)
        with pytest.raises(ValueError, match=r"needs the shape of an event, \(8, 6, 1\)"):
            vae.elbo(binary(8))

    def test_a_seed_repeats_itself_and_none_does_not(self):
        vae, x = small_vae(), binary(9)
        np.testing.assert_array_equal(vae.elbo(x, seed=3), vae.elbo(x, seed=3))
        assert not np.array_equal(vae.elbo(x, seed=3), vae.elbo(x, seed=4))
        assert not np.array_equal(vae.elbo(x), vae.elbo(x))

    def test_batches_and_datasets_of_any_length(self):
        vae, x = small_vae(), binary(9)
        dataset = tf.data.Dataset.from_tensor_slices((x, x)).batch(4)
        np.testing.assert_allclose(vae.elbo(dataset, seed=1), vae.elbo(x, seed=1, batch_size=4), rtol=1e-6)
        assert vae.elbo(x[:0]).shape == (0,)

    def test_examples_have_noise_of_their_own(self):
        vae = small_vae()
        same = np.repeat(binary(1), 50, axis=0)
        assert len(np.unique(vae.elbo(same, seed=0, batch_size=10))) == 50

    @pytest.mark.parametrize("num_samples", [0, -1, 1.5])
    def test_a_number_of_samples_that_is_none_is_refused(self, num_samples):
        with pytest.raises(ValueError, match="num_samples"):
            small_vae().elbo(binary(2), num_samples=num_samples)

    def test_the_score_of_an_example_does_not_depend_on_its_company(self):
        vae, x = small_vae(), binary(6)
        together = np.asarray(vae.score(x))
        np.testing.assert_allclose(np.concatenate([vae.score(x[i : i + 1]) for i in range(6)]), together, rtol=1e-5)
        estimate = -np.mean([vae.elbo(x, num_samples=500, seed=seed) for seed in range(4)], axis=0)
        # Sixteen draws of a small model: their mean is within some tenths of a nat of the expectation.
        np.testing.assert_allclose(together, estimate, atol=1.0)


class TestTerms:
    """Rate and distortion for tensors."""

    def test_the_bound_is_what_both_leave(self):
        vae, x = small_vae(), binary(6)
        rate, distortion = vae.rate_and_distortion(x, seed=3, num_samples=4)
        np.testing.assert_array_equal(-rate - distortion, vae.elbo_tensors(x, seed=3, num_samples=4))
        np.testing.assert_allclose(rate, vae(x)["kl"], rtol=1e-5)

    def test_the_latents_shares_sum_to_the_rate(self):
        vae, x = small_vae(), binary(6)
        mean, log_variance = (np.asarray(value, np.float64) for value in vae.encoder(x).values())
        expected = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance)
        np.testing.assert_allclose(vae.kl_terms(x), expected, rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(np.sum(vae.kl_terms(x), axis=1), vae.rate_and_distortion(x, seed=0)[0], rtol=1e-5)

    def test_without_a_closed_form_there_are_no_shares(self):
        with pytest.raises(ValueError, match="has no closed form"):
            small_vae(prior=mixture()).kl_terms(binary(2))


class TestSample:
    def test_the_same_seed_is_the_same_images_and_none_is_not(self):
        vae = small_vae()
        np.testing.assert_array_equal(vae.sample(5, seed=1), vae.sample(5, seed=1))
        np.testing.assert_array_equal(vae.sample(5, seed=np.int64(1)), vae.sample(5, seed=1))
        assert not np.array_equal(vae.sample(5, seed=1), vae.sample(5, seed=2))
        assert not np.array_equal(vae.sample(5), vae.sample(5))

    def test_means_are_those_of_codes_from_the_prior(self):
        vae = small_vae()
        z = keras.random.normal((4, LATENT_DIM), seed=7)
        np.testing.assert_allclose(vae.sample(4, seed=7, mean=True), vae.decode(z), rtol=1e-5)

    def test_samples_have_the_marginal_distribution(self):
        vae = linear_gaussian(TestElbo.loadings, TestElbo.offset, TestElbo.scale)
        draws = vae.sample(5000, seed=0).astype(np.float64)
        covariance = TestElbo.loadings @ TestElbo.loadings.T + TestElbo.scale**2 * np.eye(4)
        whitened = np.linalg.solve(np.linalg.cholesky(covariance), (draws - TestElbo.offset).T)
        assert stats.kstest(whitened.ravel(), "norm").pvalue > 1e-3
        assert np.abs(np.corrcoef(whitened) - np.eye(4)).max() < 0.08

    def test_the_mean_has_less_variance_than_a_draw(self):
        vae = linear_gaussian(TestElbo.loadings, TestElbo.offset, TestElbo.scale)
        means = vae.sample(4000, seed=0, mean=True).var(axis=0)
        np.testing.assert_allclose(means, np.sum(TestElbo.loadings**2, axis=1), rtol=0.15, atol=1e-12)

    def test_more_than_a_batch_are_all_different(self):
        # Two batches of 1,024 and the rest.
        draws = linear_gaussian(TestElbo.loadings, TestElbo.offset, TestElbo.scale).sample(2500, seed=0)
        assert len(np.unique(draws, axis=0)) == 2500

    def test_none_at_all(self):
        assert small_vae().sample(0).shape == (0, *EVENT_SHAPE)

    @pytest.mark.parametrize(
        "arguments",
        [{"num_samples": -1}, {"num_samples": 2.5}, {"num_samples": 3, "seed": 1.5}, {"num_samples": 3, "seed": 2**31}],
    )
    def test_numbers_that_are_none_are_refused(self, arguments):
        with pytest.raises(ValueError, match="must be"):
            small_vae().sample(**arguments)


class TestConstruction:
    def test_a_prior_of_another_length_is_refused(self):
        with pytest.raises(ValueError, match="prior 3, posterior 2"):
            small_vae(prior=priors.StandardNormal(3))

    def test_a_decoder_that_was_built_for_other_codes_is_refused(self):
        with pytest.raises(ValueError, match=r"codes of length 2.* length 5"):
            VAE(Encoder(networks.dense([8]), posteriors.DiagonalNormal(5)), small_vae().decoder)

    def test_a_layer_that_both_networks_hold_trains_and_says_that_it_cannot_be_saved(self, eagerly, tmp_path):
        shared = keras.layers.Dense(8)
        encoder = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2), shared])
        with pytest.warns(UserWarning, match="share a layer"):
            vae = VAE(
                Encoder(encoder, posteriors.DiagonalNormal(2)),
                Decoder(keras.Sequential([shared]), likelihoods.Bernoulli(EVENT_SHAPE)),
            )
        vae.compile("adam")
        vae.fit(binary(8), verbose=0)
        with pytest.raises(ValueError, match=r"share a layer.*save_weights"):
            vae.save(tmp_path / "model.keras")
        vae.save_weights(tmp_path / "model.weights.h5")

    def test_a_deterministic_posterior_is_refused(self):
        autoencoder = small_autoencoder()
        with pytest.raises(ValueError, match=r"Deterministic.*Autoencoder"):
            VAE(autoencoder.encoder, autoencoder.decoder)

    @pytest.mark.parametrize(
        ("argument", "value"),
        [("num_samples", 0), ("free_bits", -0.1), ("prior", "normal"), ("objective", "elbo")],
    )
    def test_arguments_that_are_none_are_refused(self, argument, value):
        with pytest.raises(ValueError, match=f"`{argument}` must be"):
            small_vae(**{argument: value})

    def test_a_decoder_that_cannot_carry_the_event_is_refused_at_once(self):
        with pytest.raises(ValueError, match="cannot carry"):
            VAE(
                Encoder(networks.dense([8]), posteriors.DiagonalNormal(2)),
                Decoder(networks.conv_transpose([4], (8, 8, 1)), likelihoods.Bernoulli((28, 28, 1))),
            )


class TestMemory:
    """However many are asked for, so many elements are computed at once."""

    def test_a_bound_of_many_draws_is_the_mean_of_its_parts(self, monkeypatch):
        small, x = small_vae(), binary(3)
        step = vae_module.SEED_OF_NEXT_PART
        parts = [small.elbo(x, num_samples=size, seed=7 + step * part) for part, size in enumerate((2, 2, 1))]
        assert len(np.unique(parts)) == 9
        # Room for two draws of three examples.
        monkeypatch.setattr(vae_module, "DRAWN_ELEMENTS_AT_ONCE", 2 * x.size + 1)
        expected = np.average(parts, axis=0, weights=(2, 2, 1))
        np.testing.assert_allclose(small.elbo(x, num_samples=5, seed=7), expected, rtol=1e-6)
        assert small.elbo(x, num_samples=5, seed=7, batch_size=1).dtype == np.float32

    def test_no_more_examples_are_drawn_at_once_than_there_is_room_for(self, monkeypatch):
        small, sizes = small_vae(), []
        decode = small.decoder.call
        monkeypatch.setattr(small.decoder, "call", lambda z: sizes.append(z.shape) or decode(z))
        monkeypatch.setattr(vae_module, "ELEMENTS_AT_ONCE", 3 * small.event_shape[0] * small.event_shape[1])
        monkeypatch.setattr(small, "compiled_function", lambda key, function: function)
        assert small.sample(8, seed=0).shape == (8, *EVENT_SHAPE)
        assert [shape[0] for shape in sizes] == [3, 3, 2]


class TestSystems:
    """The source documents' systems, mended (S5 and S6)."""

    def test_two_standardised_blobs_are_reconstructed(self):
        rng = np.random.default_rng(0)
        centres = np.array([[4.0, -1, 2, 0], [-4.0, 3, -2, 1]])
        x = centres[rng.integers(0, 2, 1000)] + rng.normal(size=(1000, 4))
        x = (x - x.mean(axis=0)) / x.std(axis=0)
        vae = VAE(
            Encoder(networks.dense([64], activation="relu"), posteriors.DiagonalNormal(2)),
            Decoder(networks.dense([64], activation="relu"), likelihoods.Normal((4,), "optimal")),
        )
        vae.compile(keras.optimizers.Adam(1e-2))
        vae.fit(x, epochs=6, batch_size=50, verbose=0)
        unexplained = np.var(x - vae.reconstruct(x)) / np.var(x)
        # A tenth by now.
        assert unexplained < 0.35
        assert x.min() < 0

    def test_a_convolutional_vae_on_colour_images_improves(self):
        colours = np.random.default_rng(0).integers(0, 2, (64, 1, 2, 3))
        x = np.kron(colours, np.ones((1, 16, 8, 1))).astype(np.float32)
        vae = VAE(
            Encoder(networks.conv([8, 16]), posteriors.DiagonalNormal(8)),
            Decoder(networks.conv_transpose([16, 8], (16, 16, 3)), likelihoods.Normal((16, 16, 3), "optimal")),
        )
        vae.compile(keras.optimizers.Adam(1e-2))
        history = vae.fit(passes(x, 16, 16), epochs=2, verbose=0).history
        error = np.mean((x - vae.reconstruct(x)) ** 2)
        # The mean image leaves all of the variance; pure noise in the codes would too. A quarter or less by now.
        assert error < 0.5 * np.mean((x - x.mean(axis=0)) ** 2)
        assert history["negative_elbo"][-1] < history["negative_elbo"][0]
        assert history["kl"][-1] > 1

    def test_the_convolutional_vae_learns_its_noise_and_pays_for_its_codes(self):
        """The source's has neither a log-variance nor a KL divergence, and draws with a standard deviation of 0.1."""
        x = load_colour_digits("test").pixels[:150]
        vae = VAE.for_shape((32, 32, 3), 8, "conv", "discretized_logistic")
        vae.compile(keras.optimizers.Adam(5e-3))
        vae.fit(x, epochs=5, batch_size=25, verbose=0)
        outputs, posterior = vae(x), vae.encoder(x)
        params = {name: np.asarray(value, np.float64) for name, value in posterior.items()}
        assert params["log_variance"].shape == params["mean"].shape == (150, 8)
        kl = 0.5 * np.sum(params["mean"] ** 2 + np.exp(params["log_variance"]) - 1 - params["log_variance"], axis=-1)
        np.testing.assert_allclose(outputs["kl"], kl, rtol=1e-4)
        (added,) = vae.losses
        assert float(added) == pytest.approx(kl.mean(), rel=1e-4)
        # 13 nats or more by now.
        assert kl.mean() > 5
        # Begun near 1: it is of each latent, and of each image, what the data say.
        deviations = np.exp(0.5 * params["log_variance"])
        assert np.min(deviations.mean(axis=0)) < 0.3
        assert np.max(np.std(np.log(deviations), axis=0)) > 0.05

    def test_the_convolutional_vae_makes_its_layers_once_and_decodes_to_the_image(self):
        """The source's makes inputs in each call, and has no reshape between its dense layer and its convolutions."""
        vae = VAE.for_shape((32, 32, 3), 2, "conv", "discretized_logistic")
        x = load_colour_digits("test").pixels[:3]
        vae(x)
        layers, weights = vae._flatten_layers, [id(weight) for weight in vae.weights]
        before = [id(layer) for layer in layers()]
        again = vae(x[:2])
        assert [id(layer) for layer in layers()] == before
        assert [id(weight) for weight in vae.weights] == weights
        assert again["mean"].shape == again["log_scale"].shape == (2, 1, 32, 32, 3)
        (grid,) = [layer.target_shape for layer in vae.decoder.network.layers if hasattr(layer, "target_shape")]
        assert grid == (8, 8, 64)
        assert vae.decode(np.zeros((5, 2))).shape == (5, 32, 32, 3)


class TestTranslation:
    """Where a condition shifts x, what is translated is x without the one shift and with the other."""

    x = np.random.default_rng(0).normal(size=(7, 2)).astype(np.float32)
    condition = np.array([0, 1, 2, 0, 1, 2, 1])

    @pytest.mark.parametrize("to", [1, np.array([2, 2, 1, 0, 1, 0, 0])])
    @pytest.mark.parametrize("batch_size", [3, 256])
    def test_of_each_or_of_all(self, to, batch_size):
        found = shifted_vae().translate(self.x, self.condition, to, batch_size=batch_size)
        expected = self.x - SHIFTS[self.condition] + SHIFTS[to]
        # A sum of numbers up to 20: four roundings.
        np.testing.assert_allclose(found, expected, atol=8e-6)
        assert found.dtype == np.float32

    def test_of_one_condition_for_all_of_a_dict_and_of_a_dataset(self):
        vae = shifted_vae()
        np.testing.assert_allclose(vae.translate(self.x, 1, to=2), self.x - SHIFTS[1] + SHIFTS[2], atol=8e-6)
        examples = {"x": self.x, "condition": self.condition}
        dataset = tf.data.Dataset.from_tensor_slices(examples).batch(4)
        for held in (examples, dataset):
            found = vae.translate(held, None, to=self.condition[::-1])
            np.testing.assert_array_equal(found, vae.translate(self.x, self.condition, self.condition[::-1]))

    def test_to_its_own_condition_it_is_the_reconstruction(self):
        vae = shifted_vae()
        found = vae.translate(self.x, self.condition, self.condition)
        np.testing.assert_array_equal(found, vae.reconstruct(self.x, condition=self.condition))

    def test_mistakes_are_named(self):
        vae = shifted_vae()
        with pytest.raises(ValueError, match="`translate` needs a model with a condition"):
            small_vae().translate(binary(2), 0, 1)
        with pytest.raises(ValueError, match=r"`to` must hold labels from 0 to 2"):
            vae.translate(self.x, 0, to=3)
        with pytest.raises(ValueError, match=r"`to` must have one value for each of 7 examples. Received: 2"):
            vae.translate(self.x, 0, to=[1, 2])
        with pytest.raises(ValueError, match=r"`condition` must hold labels from 0 to 2"):
            vae.translate(self.x, -1, to=1)
        with pytest.raises(ValueError, match=r"has a condition, Labels\(3\), and `x` has none"):
            vae.translate(self.x, None, to=1)
