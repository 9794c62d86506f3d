"""The negative ELBO of a small VAE, written once more in NumPy and float64, with loops for sums."""

import keras
import numpy as np
from scipy import stats


def loss(vae, x, target, weights, epsilon, beta):
    """sum_i w_i [ -1/K sum_k log p(x_i|z_ik) + beta KL_i ] / batch_size, plus nothing else.

    Args:
        vae: A VAE of `small.small_vae`, with a Bernoulli likelihood or `Normal(scale=0.5)`.
        x: Inputs `(batch, *event_shape)`.
        target: What the likelihood is taken of, in the same shape.
        weights: `(batch,)`.
        epsilon: Noise `(batch, num_samples, latent_dim)`.
        beta: Weight of the KL divergence.
    """
    w1, b1, w2, b2 = (np.asarray(weight, np.float64) for weight in vae.encoder.get_weights())
    w3, b3, w4, b4 = (np.asarray(weight, np.float64) for weight in vae.decoder.get_weights())
    total = 0.0
    for i in range(len(x)):
        mean, log_variance = np.split(np.tanh(x[i].ravel() @ w1 + b1) @ w2 + b2, 2)
        kl = sum(0.5 * (m**2 + np.exp(v) - 1 - v) for m, v in zip(mean, log_variance, strict=True))
        reconstruction = 0.0
        for noise in epsilon[i]:
            z = mean + np.exp(log_variance / 2) * noise
            reconstruction -= log_prob(np.tanh(z @ w3 + b3) @ w4 + b4, target[i].ravel(), vae) / len(epsilon[i])
        total += weights[i] * (reconstruction + beta * kl)
    return total / len(x)


def log_prob(output, x, vae):
    """log p(x|z) of one example by SciPy."""
    if type(vae.decoder.likelihood).__name__ == "Bernoulli":
        return stats.bernoulli.logpmf(x.astype(int), 1 / (1 + np.exp(-output))).sum()
    return stats.norm.logpdf(x, output, vae.decoder.likelihood.scale).sum()


def next_noise(vae, batch_size):
    """The noise that the model will draw next, without taking it away."""
    generator = vae.encoder.posterior.seed_generator
    state = np.asarray(generator.state)
    noise = keras.random.normal((batch_size, vae.num_samples, vae.latent_dim), dtype="float64", seed=generator)
    generator.state.assign(state)
    return np.asarray(noise)
