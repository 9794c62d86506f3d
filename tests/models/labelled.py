"""A linear VAE with labels, whose log p(x|c) has a closed form: p(z|c) = N(m_c, s^2), p(x|z, c) = N(w z + v_c, S^2).

Its q(z|x, c) is the exact posterior, which is linear in x and in the one-hot c.
"""

import keras
import numpy as np
from scipy import stats

from keras_vae import VAE, Decoder, Encoder, conditions, likelihoods, posteriors, priors

NUM_CLASSES, NUM_FEATURES, SCALE = 3, 2, 0.7
TO_X = np.array([0.8, -0.5])
OFFSETS = np.array([[0.0, 0.3], [1.0, -0.6], [-0.7, 0.2]])
PRIOR_MEANS, PRIOR_SCALE = np.array([0.3, -0.8, 0.0]), 0.8
# How many examples of each class it was trained on, by its counts.
COUNTS = np.array([5, 1, 2])
LOG_PROBABILITIES = np.log((COUNTS + 0.5) / np.sum(COUNTS + 0.5))


def labelled_vae(objective=None, **kwargs) -> VAE:
    """The model, built, with these counts of labels."""
    vae = VAE(
        Encoder(keras.layers.Identity(), posteriors.DiagonalNormal(1)),
        Decoder(keras.layers.Identity(), likelihoods.Normal((NUM_FEATURES,), SCALE)),
        prior=priors.ConditionalNormal(1),
        condition=conditions.Labels(NUM_CLASSES),
        objective=objective,
        **kwargs,
    )
    vae.build((None, NUM_FEATURES))
    vae.decoder.likelihood.set_weights([np.concatenate([TO_X[None], OFFSETS]), np.zeros(NUM_FEATURES)])
    vae.prior.set_weights([PRIOR_MEANS[:, None], np.full((NUM_CLASSES, 1), np.log(PRIOR_SCALE))])
    vae.encoder.posterior.set_weights(exact_posterior())
    vae.condition.counts.assign(COUNTS)
    return vae


def exact_posterior() -> list[np.ndarray]:
    """Kernel and bias from x and the one-hot c to the mean and the log-variance of p(z|x, c).

    Source: Bishop 2006, "Pattern Recognition and Machine Learning", equations 2.116 and 2.117.
    """
    precision = PRIOR_SCALE**-2 + TO_X @ TO_X / SCALE**2
    kernel = np.zeros((NUM_FEATURES + NUM_CLASSES, 2))
    kernel[:NUM_FEATURES, 0] = TO_X / SCALE**2 / precision
    kernel[NUM_FEATURES:, 0] = (PRIOR_MEANS / PRIOR_SCALE**2 - OFFSETS @ TO_X / SCALE**2) / precision
    return [kernel, np.array([0.0, -np.log(precision)])]


def loosen(vae) -> None:
    """Makes q(z|x, c) another than the exact posterior."""
    kernel, bias = exact_posterior()
    vae.encoder.posterior.set_weights([kernel, bias + np.array([0.3, 0.5])])


def log_likelihoods(x) -> np.ndarray:
    """log p(x|c), `(n, NUM_CLASSES)`, in closed form."""
    covariance = PRIOR_SCALE**2 * np.outer(TO_X, TO_X) + SCALE**2 * np.eye(NUM_FEATURES)
    means = OFFSETS + PRIOR_MEANS[:, None] * TO_X
    return np.stack([stats.multivariate_normal(mean, covariance).logpdf(x) for mean in means], axis=1)


def examples(count: int, seed: int = 0) -> np.ndarray:
    """Examples `(count, NUM_FEATURES)`."""
    return np.random.default_rng(seed).normal(size=(count, NUM_FEATURES)).astype(np.float32)
