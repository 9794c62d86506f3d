"""A full covariance: its density by SciPy, its draws, and the exact posterior of a correlated linear-Gaussian model."""

import keras
import numpy as np
import pytest
from scipy import stats

from keras_vae import VAE, Decoder, Encoder, compression, divergences, evaluation, likelihoods, posteriors, priors
from keras_vae.posteriors import DiagonalNormal, FullNormal
from tests.oracles import linear_gaussian

RNG = np.random.default_rng(0)


def parameters(batch, latent_dim, spread=0.7) -> dict:
    """Parameters at random, whose correlations do not grow with the number of latents."""
    below = spread / np.sqrt(latent_dim) * RNG.normal(size=(batch, latent_dim * (latent_dim - 1) // 2))
    log_scale = 0.5 * RNG.normal(size=(batch, latent_dim))
    cholesky = np.concatenate([log_scale, below], axis=1).astype(np.float32)
    return {"mean": RNG.normal(size=(batch, latent_dim)).astype(np.float32), "cholesky": cholesky}


def factors(params) -> np.ndarray:
    """L = diag(s) (I + N) of each example by NumPy, float64 `(batch, latent_dim, latent_dim)`."""
    batch, latent_dim = params["mean"].shape
    numbers = np.asarray(params["cholesky"], np.float64)
    unit = np.tile(np.eye(latent_dim), (batch, 1, 1))
    unit[(slice(None), *np.tril_indices(latent_dim, -1))] = numbers[:, latent_dim:]
    return np.exp(numbers[:, :latent_dim, None]) * unit


def covariances(params) -> np.ndarray:
    return factors(params) @ np.swapaxes(factors(params), 1, 2)


@pytest.mark.parametrize("latent_dim", [1, 5, 256])
def test_log_prob_is_scipys(latent_dim):
    params = parameters(2, latent_dim)
    z = RNG.normal(size=(2, 3, latent_dim)).astype(np.float32)
    normals = [stats.multivariate_normal(*pair) for pair in zip(params["mean"], covariances(params), strict=True)]
    expected = [normal.logpdf(codes) for normal, codes in zip(normals, z, strict=True)]
    # Sums in float32 over as many squares as there are latents.
    np.testing.assert_allclose(FullNormal(latent_dim).log_prob(params, z), np.reshape(expected, (2, 3)), rtol=2e-5)


def test_a_draw_is_the_mean_plus_the_factor_times_noise():
    params, posterior = parameters(3, 4), FullNormal(4)
    epsilon = np.asarray(keras.random.normal((3, 5, 4), seed=11), np.float64)
    expected = params["mean"][:, None] + np.einsum("bij,bsj->bsi", factors(params), epsilon)
    np.testing.assert_allclose(posterior.sample(params, 5, seed=11), expected, rtol=1e-5, atol=1e-6)
    shared = np.asarray(keras.random.normal((1, 5, 4), seed=11), np.float64)[0]
    expected = params["mean"][:, None] + np.einsum("bij,sj->bsi", factors(params), shared)
    np.testing.assert_allclose(posterior.sample(params, 5, 11, shared_noise=True), expected, rtol=1e-5, atol=1e-6)
    assert not np.array_equal(posterior.sample(params), posterior.sample(params))


def test_its_variance_is_the_diagonal_of_the_covariance():
    params = parameters(3, 4)
    expected = np.diagonal(covariances(params), axis1=1, axis2=2)
    np.testing.assert_allclose(FullNormal(4).variance(params), expected, rtol=1e-5)
    np.testing.assert_array_equal(FullNormal(4).mean(params), params["mean"])


@pytest.mark.parametrize("latent_dim", [1, 6])
def test_its_divergence_is_one_number_of_the_whole_code(latent_dim):
    params, pair = parameters(3, latent_dim), (FullNormal(latent_dim), priors.StandardNormal(latent_dim))
    covariance = covariances(params)
    trace, log_determinant = np.trace(covariance, axis1=1, axis2=2), np.linalg.slogdet(covariance)[1]
    expected = 0.5 * (np.sum(params["mean"] ** 2, axis=1) + trace - latent_dim - log_determinant)
    assert divergences.kl_axis(*pair) == "code"
    np.testing.assert_allclose(divergences.kl_terms(*pair, params), expected[:, None], rtol=1e-5)
    at_prior = {name: np.zeros_like(value) for name, value in params.items()}
    np.testing.assert_array_equal(divergences.kl_divergence(*pair, at_prior), np.zeros(3))


def test_it_starts_as_a_diagonal_normal_does():
    features = 1e4 * RNG.normal(size=(5, 3)).astype(np.float32)
    started, diagonal = [], []
    for kind, found in ((FullNormal, started), (DiagonalNormal, diagonal)):
        keras.utils.set_random_seed(0)
        posterior = kind(4)
        params = posterior(features)
        found += [posterior.sample(params, 2, seed=0), posterior.variance(params)]
    # Sums of three products, by matrix products of two widths, and the noise: four roundings of the largest sum.
    largest = np.abs(features).sum(axis=1).max()
    np.testing.assert_allclose(started[0], diagonal[0], rtol=0, atol=4 * 2**-24 * largest)
    np.testing.assert_array_equal(started[1], np.ones((5, 4)))


def test_more_latents_than_a_covariance_is_good_for_are_refused():
    assert FullNormal(256).num_parameters == 256 + 256 * 257 // 2
    with pytest.raises(ValueError, match=r"at most 256 latents. Received: latent_dim=257. Use DiagonalNormal"):
        FullNormal(257)


# Columns that are not orthogonal: the exact posterior is correlated.
LOADINGS = np.array([[1.0, 1.0, 0.0], [0.5, 1.0, 0.5], [0.0, 1.0, 1.0], [1.0, 0.5, 1.0]])
OFFSET, SCALE = np.array([0.5, -1.0, 0.0, 2.0]), 0.8
PRECISION = np.eye(3) + LOADINGS.T @ LOADINGS / SCALE**2
X = (OFFSET + np.linspace(-1.0, 4.0, 7)[:, None] * [1.0, -0.5, 0.25, 0.75]).astype(np.float32)


def linear_vae(posterior, bias) -> VAE:
    """A linear-Gaussian model, and a posterior with the exact mean whose other parameters are the same for all x."""
    vae = VAE(Encoder(keras.layers.Identity(), posterior), Decoder(keras.layers.Identity(), likelihood()))
    vae.build((None, 4))
    to_mean = np.linalg.solve(PRECISION, LOADINGS.T).T / SCALE**2
    kernel = np.concatenate([to_mean, np.zeros((4, len(bias)))], axis=1)
    vae.encoder.posterior.set_weights([kernel, np.concatenate([-OFFSET @ to_mean, bias])])
    vae.decoder.likelihood.set_weights([LOADINGS.T, OFFSET])
    return vae


def likelihood():
    return likelihoods.Normal((4,), SCALE)


@pytest.fixture(scope="module")
def exact() -> VAE:
    """A model whose q(z|x) is p(z|x) = N(m(x), (I + W^T W / s^2)^-1)."""
    factor = np.linalg.cholesky(np.linalg.inv(PRECISION))
    scale = np.diag(factor)
    below = (factor / scale[:, None])[np.tril_indices(3, -1)]
    return linear_vae(FullNormal(3), np.concatenate([np.log(scale), below]))


@pytest.mark.filterwarnings("ignore:.*effective draws:UserWarning")
def test_at_the_exact_posterior_the_bound_is_log_p(exact):
    """In expectation, by the model's divergence; and draw by draw, where each weight is p(x)."""
    log_p = linear_gaussian.log_marginal(exact, X)
    params = exact.encoder(X)
    mean, covariance = np.asarray(params["mean"], np.float64), covariances(params)
    error = np.sum((X - mean @ LOADINGS.T - OFFSET) ** 2, axis=1) + np.trace(
        LOADINGS @ covariance @ LOADINGS.T, 0, 1, 2
    )
    reconstruction = 0.5 * error / SCALE**2 + 2 * np.log(2 * np.pi * SCALE**2)
    divergence = divergences.kl_divergence(exact.encoder.posterior, exact.prior, params)
    np.testing.assert_allclose(-reconstruction - np.asarray(divergence), log_p, atol=1e-4)
    found = evaluation.log_likelihood(exact, X, num_samples=5, seed=0)
    np.testing.assert_allclose(found.per_example, log_p, atol=1e-4)
    assert found.effective_sample_size.min() > 4.99


def test_the_best_diagonal_normal_does_not_reach_it():
    """With the same mean and variances 1 / P_jj, of the precision P, it is 1/2 (sum_j log P_jj - log det P) away.

    Source: Bishop 2006, "Pattern Recognition and Machine Learning", section 10.1.2.
    """
    vae = linear_vae(DiagonalNormal(3), -np.log(np.diag(PRECISION)))
    gap = 0.5 * (np.sum(np.log(np.diag(PRECISION))) - np.linalg.slogdet(PRECISION)[1])
    bound = linear_gaussian.elbo(vae, X)
    # The weights are float32.
    np.testing.assert_allclose(linear_gaussian.log_marginal(vae, X) - bound, gap, atol=1e-5)
    assert gap > 0.4
    # No other variances are better.
    kernel, bias = vae.encoder.posterior.get_weights()
    for moved in 0.05 * np.concatenate([np.eye(3), -np.eye(3)]):
        vae.encoder.posterior.set_weights([kernel, bias + np.concatenate([np.zeros(3), moved])])
        assert np.all(linear_gaussian.elbo(vae, X) < bound)


def test_codes_of_all_examples_have_the_moments_and_the_rate_of_the_model(exact):
    found = evaluation.aggregate_posterior(exact, X, num_samples=50)
    params = exact.encoder(X)
    means = np.asarray(params["mean"], np.float64)
    np.testing.assert_allclose(found.variance, np.diag(np.linalg.inv(PRECISION)) + means.var(axis=0), rtol=1e-5)
    covariance = np.linalg.inv(PRECISION)
    rate = 0.5 * (np.sum(means**2, axis=1) + np.trace(covariance) - 3 + np.linalg.slogdet(PRECISION)[1])
    assert found.rate == pytest.approx(rate.mean(), rel=1e-5)


def test_what_is_made_for_independent_latents_refuses_it(exact, tmp_path):
    with pytest.raises(ValueError, match=r"Compression needs a posterior.*Received: FullNormal"):
        compression.compress(exact, X, tmp_path / "x.kvz")
    with pytest.raises(ValueError, match=r"KL\(FullNormal \|\| StandardNormal\) is one number for the whole code"):
        evaluation.kl_per_latent(exact, X)
    assert posteriors.FullNormal is FullNormal
