"""The linear-Gaussian model, p(x|z) = N(Wz + b, s^2 I) and p(z) = N(0, I), as a VAE and in closed form.

All closed forms are NumPy's and SciPy's, in float64, of the weights that a VAE has at the moment.
"""

import keras
import numpy as np
from scipy import special, stats

from keras_vae import VAE, Decoder, Encoder, likelihoods, posteriors


def linear_vae(num_features: int, latent_dim: int, scale="shared", **kwargs) -> VAE:
    """A VAE whose encoder and decoder are nothing but the linear projections that its parts own, built."""
    vae = VAE(
        Encoder(keras.layers.Identity(), posteriors.DiagonalNormal(latent_dim)),
        Decoder(keras.layers.Identity(), likelihoods.Normal((num_features,), scale)),
        **kwargs,
    )
    vae.build((None, num_features))
    return vae


def decoder_of(vae) -> tuple[np.ndarray, np.ndarray, float]:
    """W `(num_features, latent_dim)`, b `(num_features,)` and s."""
    kernel, bias = (weight.astype(np.float64) for weight in vae.decoder.likelihood.projection.get_weights())
    params = vae.decoder(np.zeros((1, vae.latent_dim), np.float32))
    scale = np.exp(float(params["log_scale"][0, 0])) if "log_scale" in params else vae.decoder.likelihood.scale
    return kernel.T, bias, scale


def posterior_of(vae, x) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of q(z|x), each `(num_examples, latent_dim)`."""
    kernel, bias = (weight.astype(np.float64) for weight in vae.encoder.posterior.projection.get_weights())
    mean, log_variance = np.split(np.asarray(x, np.float64) @ kernel + bias, 2, axis=1)
    return mean, np.exp(log_variance)


def log_marginal(vae, x) -> np.ndarray:
    """log p(x) = log N(x; b, W W^T + s^2 I) of each example, `(num_examples,)`.

    Source: Tipping and Bishop 1999, "Probabilistic Principal Component Analysis", equation 3.
    """
    loadings, offset, scale = decoder_of(vae)
    covariance = loadings @ loadings.T + scale**2 * np.eye(len(offset))
    return np.atleast_1d(stats.multivariate_normal(offset, covariance).logpdf(np.asarray(x, np.float64)))


def elbo(vae, x) -> np.ndarray:
    """E_q[log p(x|z)] - KL(q(z|x) || p(z)) of each example, `(num_examples,)`.

    The expectation of ||x - Wz - b||^2 is that at q's mean, and each latent's variance times its column's length.
    """
    loadings, offset, scale = decoder_of(vae)
    mean, variance = posterior_of(vae, x)
    error = np.sum((x - mean @ loadings.T - offset) ** 2, axis=1) + variance @ np.sum(loadings**2, axis=0)
    divergence = 0.5 * np.sum(mean**2 + variance - 1 - np.log(variance), axis=1)
    return -0.5 * len(offset) * np.log(2 * np.pi * scale**2) - 0.5 * error / scale**2 - divergence


def simulated_bounds(vae, x, num_samples: int, repetitions: int, seed: int) -> np.ndarray:
    """log 1/K sum_k p(x|z_k) p(z_k) / q(z_k|x) with NumPy's noise: `(repetitions, num_examples)`.

    Source: Burda, Grosse and Salakhutdinov 2015, "Importance Weighted Autoencoders", equation 8.
    """
    loadings, offset, scale = decoder_of(vae)
    mean, variance = posterior_of(vae, x)
    noise = np.random.default_rng(seed).normal(size=(num_samples, repetitions, *mean.shape))
    z = mean + np.sqrt(variance) * noise
    log_weights = stats.norm.logpdf(x, z @ loadings.T + offset, scale).sum(axis=-1)
    log_weights += (stats.norm.logpdf(z) - stats.norm.logpdf(z, mean, np.sqrt(variance))).sum(axis=-1)
    return special.logsumexp(log_weights, axis=0) - np.log(num_samples)
