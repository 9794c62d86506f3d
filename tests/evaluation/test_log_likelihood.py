"""Importance-sampled log p(x) against quadrature, closed forms and NumPy."""

import warnings

import numpy as np
import pytest
import tensorflow as tf
from scipy import special, stats

from keras_vae import VAE, Decoder, Encoder, evaluation, likelihoods, networks, posteriors, priors
from keras_vae.evaluation import log_likelihood
from tests import rows, seeds
from tests.models.small import binary, small_autoencoder, small_vae


def exact(vae, x, half_width=9.0, nodes=200):
    """log p(x) by the trapezoidal rule on a grid over z, whose error is nil for smooth integrands that vanish."""
    axis = np.linspace(-half_width, half_width, nodes)
    grid = np.stack(np.meshgrid(*[axis] * vae.latent_dim), axis=-1).reshape(-1, vae.latent_dim)
    log_prior = np.asarray(vae.prior.log_prob(grid.astype(np.float32)[None]), np.float64)
    params = vae.decoder(tf.constant(grid[None], tf.float32), training=False)
    rows_of_x = [
        special.logsumexp(np.asarray(vae.decoder.likelihood.log_prob(params, example[None]), np.float64) + log_prior)
        for example in x
    ]
    return np.array(rows_of_x) + vae.latent_dim * np.log(axis[1] - axis[0])


def model(likelihood, latent_dim, prior=None):
    vae = VAE(
        Encoder(networks.dense([6]), posteriors.DiagonalNormal(latent_dim)),
        Decoder(networks.dense([6], activation="tanh"), likelihood),
        prior=prior,
    )
    vae.build((None, *likelihood.event_shape))
    return vae


def within_errors(result, expected, most=4.0):
    """The estimates lie within so many standard errors of the truth, all of them; and are not all far below that."""
    deviations = (result.per_example - expected) / result.sampling_error
    assert np.all(np.abs(deviations) < most)
    # Errors that were far too large would pass as well; those of examples that q(z|x) misses are larger.
    assert np.median(result.sampling_error) < 0.1


@pytest.mark.usefixtures("eagerly")
class TestAgainstQuadrature:
    """Eagerly: compiling each would take most of the time. The other tests are compiled."""

    @pytest.mark.parametrize("latent_dim", [1, 2])
    @pytest.mark.parametrize(
        ("name", "make"),
        [(name, make) for name, makers in rows.LIKELIHOODS.items() for make in makers],
        ids=[f"{name}-{i}" for name, makers in rows.LIKELIHOODS.items() for i in range(len(makers))],
    )
    def test_every_likelihood(self, name, make, latent_dim):
        vae = model(make(), latent_dim)
        x = vae.sample(8, seed=0)
        assert x.shape == rows.DATA[name][:8].shape
        within_errors(log_likelihood(vae, x, num_samples=10_000, seed=0), exact(vae, x))

    @pytest.mark.parametrize(
        "prior", [priors.Laplace(2), priors.MixtureOfNormals(2, 3)], ids=lambda prior: type(prior).__name__
    )
    def test_other_priors(self, prior):
        vae, x = model(likelihoods.Bernoulli((5,)), 2, prior), binary(6, (5,))
        # Wide, as an importance sampler must be beside a prior whose tails are heavier than its own.
        kernel, bias = vae.encoder.posterior.get_weights()
        vae.encoder.posterior.set_weights([kernel, bias + np.log([1, 1, 9, 9]).astype(np.float32)])
        # The Laplace prior has a kink at 0 as well.
        within_errors(log_likelihood(vae, x, num_samples=4000, seed=0), exact(vae, x, half_width=20.0, nodes=400))


@pytest.fixture(scope="module")
def vae():
    """Of one model each number of draws is compiled once."""
    seeds.set_all(0)
    return small_vae()


@pytest.mark.filterwarnings("ignore:The estimates of")
class TestCounting:
    @pytest.mark.parametrize("batch_size", [1, 3, 7, 100])
    def test_every_example_counts_once_whatever_the_batches(self, vae, batch_size):
        x = binary(7)
        result = log_likelihood(vae, x, num_samples=3000, batch_size=batch_size, seed=1)
        assert result.num_examples == 7
        assert result.num_samples == 3000
        reference = log_likelihood(vae, x, num_samples=3000, batch_size=7, seed=2)
        errors = np.hypot(result.sampling_error, reference.sampling_error)
        assert np.all(np.abs(result.per_example - reference.per_example) < 4 * errors)

    def test_samples_and_examples_never_swap_roles(self, vae):
        for examples, samples in ((2, 5), (5, 2), (3, 1)):
            result = log_likelihood(vae, binary(examples), num_samples=samples)
            assert result.per_example.shape == result.effective_sample_size.shape == (examples,)
            assert np.all((result.effective_sample_size >= 1 - 1e-9) & (result.effective_sample_size <= samples + 1e-9))

    def test_one_sample_is_the_log_weight_of_one_draw(self, vae):
        x = binary(4)
        result = log_likelihood(vae, x, num_samples=1, seed=3)
        np.testing.assert_allclose(result.effective_sample_size, 1.0)
        np.testing.assert_array_equal(result.sampling_error, 0.0)
        many = np.array([log_likelihood(vae, x, num_samples=1, seed=seed).per_example for seed in range(300)])
        assert np.all(np.abs(many.mean(axis=0) - vae.elbo(x, 20_000, seed=0)) < 4 * stats.sem(many))

    def test_the_same_seed_gives_the_same_values_and_none_gives_others(self, vae):
        first, again = (log_likelihood(vae, binary(3), 10, seed=5).per_example for _ in range(2))
        np.testing.assert_array_equal(first, again)
        other, another = (log_likelihood(vae, binary(3), 10).per_example for _ in range(2))
        assert np.all(other != another)

    def test_a_stream_without_cardinality_is_counted(self, vae):
        x = binary(7)
        stream = tf.data.Dataset.from_generator(
            lambda: (x[start : start + 3] for start in range(0, 7, 3)),
            output_signature=tf.TensorSpec((None, *x.shape[1:]), tf.float32),
        )
        assert stream.cardinality() == tf.data.UNKNOWN_CARDINALITY
        result = log_likelihood(vae, stream, num_samples=10, seed=0)
        assert result.num_examples == 7
        np.testing.assert_allclose(
            result.per_example, log_likelihood(vae, x, num_samples=10, batch_size=3, seed=0).per_example, rtol=1e-5
        )


class TestResult:
    def test_mean_and_errors_by_hand(self):
        result = evaluation.LogLikelihood(np.array([-3.0, -5.0, -10.0]), np.array([4.0, 10.0, 1.0]), num_samples=10)
        assert result.mean == pytest.approx(-6.0)
        assert result.standard_error == pytest.approx(stats.sem([-3.0, -5.0, -10.0]))
        np.testing.assert_allclose(result.sampling_error, np.sqrt([1 / 4 - 1 / 10, 0, 1 - 1 / 10]))

    def test_the_sampling_error_is_the_spread_of_repeated_estimates(self):
        vae, x = small_vae(), binary(3)
        results = [log_likelihood(vae, x, num_samples=200, seed=seed) for seed in range(200)]
        spread = np.std([result.per_example for result in results], axis=0)
        np.testing.assert_allclose(np.mean([result.sampling_error for result in results], axis=0), spread, rtol=0.2)

    def test_extreme_weights_stay_finite(self):
        # Log-weights of minus ten thousand nats, far below what float32 and float64 can hold as weights.
        vae = model(likelihoods.Normal((1000,), scale=0.1), 1)
        x = np.full((2, 1000), 5.0, np.float32)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            result = log_likelihood(vae, x, num_samples=50, seed=0)
        assert np.all(result.per_example < -1e5)
        assert np.all(np.isfinite(result.per_example))

    def test_a_posterior_that_misses_warns_and_a_good_one_does_not(self):
        vae, x = small_vae(), binary(5)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            log_likelihood(vae, x, num_samples=100, seed=0)
        kernel, bias = vae.encoder.posterior.get_weights()
        vae.encoder.posterior.set_weights([kernel, bias + np.array([4, 4, 0, 0], np.float32)])
        with pytest.warns(UserWarning, match="5 of 5 examples rest on fewer than 5 effective draws of 100"):
            log_likelihood(vae, x, num_samples=100, seed=0)


class TestBadInput:
    @pytest.mark.parametrize("num_samples", [0, -1, 2.5, "many", True])
    def test_the_number_of_samples_is_a_whole_number_of_at_least_one(self, num_samples):
        with pytest.raises(ValueError, match="`num_samples` must be a whole number of at least 1"):
            log_likelihood(small_vae(), binary(2), num_samples=num_samples)

    def test_an_autoencoder_has_no_likelihood(self):
        with pytest.raises(ValueError, match=r"log p\(x\) cannot be estimated"):
            log_likelihood(small_autoencoder(), binary(2))

    def test_greys_have_no_likelihood_under_a_bernoulli(self):
        x = binary(3)
        x[1, 2, 1, 0] = 0.5
        with pytest.raises(ValueError, match=r"zeros and ones.*0\.5 at index \(1, 2, 1, 0\).*(Binarize|binarize)"):
            log_likelihood(small_vae(), x)

    def test_greys_in_a_stream_are_found_too(self):
        x = binary(4)
        x[3, 0, 0, 0] = 0.25
        with pytest.raises(ValueError, match=r"0\.25 at index \(3, 0, 0, 0\)"):
            log_likelihood(small_vae(), tf.data.Dataset.from_tensor_slices(x).batch(2), num_samples=2)

    def test_nothing_is_no_data(self):
        with pytest.raises(ValueError, match="`x` is empty"):
            log_likelihood(small_vae(), binary(0))
