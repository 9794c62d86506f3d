"""VAEs whose figures can be written down: q(z|x) = N(x A + a, exp(x B + b)), p(x|z) = N(z C + c, s^2)."""

import keras
import numpy as np

from keras_vae import VAE, Autoencoder, Decoder, Encoder, conditions, likelihoods, posteriors

NUM_FEATURES, LATENT_DIM, SCALE = 3, 2, 0.7
RNG = np.random.default_rng(5)
TO_MEAN = RNG.normal(size=(NUM_FEATURES, LATENT_DIM))
MEAN_BIAS = np.array([0.5, -1.5])
TO_LOG_VARIANCE = 0.3 * RNG.normal(size=(NUM_FEATURES, LATENT_DIM))
LOG_VARIANCE_BIAS = np.array([-2.0, 0.4])
SHIFTS_OF_CODES = np.array([[2.0, 0.0], [-1.0, 3.0]])
SHIFTS_OF_X = np.array([[0.0, 1.0, 0.0], [-2.0, 0.0, 4.0]])
TO_X, X_BIAS = RNG.normal(size=(LATENT_DIM, NUM_FEATURES)), np.array([0.1, 0.0, -2.0])


def examples(count: int, seed: int = 0) -> np.ndarray:
    """Examples `(count, NUM_FEATURES)`."""
    return np.random.default_rng(seed).normal(size=(count, NUM_FEATURES))


def linear_vae(to_mean=TO_MEAN, to_log_variance=TO_LOG_VARIANCE, prior=None, **biases) -> VAE:
    """A VAE with these weights; the biases are `mean_bias` and `log_variance_bias`."""
    num_features, latent_dim = np.shape(to_mean)
    vae = VAE(
        Encoder(keras.layers.Identity(), posteriors.DiagonalNormal(latent_dim)),
        Decoder(keras.layers.Identity(), likelihoods.Normal((num_features,), SCALE)),
        prior=prior,
    )
    vae.build((None, num_features))
    bias = [biases.get("mean_bias", MEAN_BIAS), biases.get("log_variance_bias", LOG_VARIANCE_BIAS)]
    kernel = np.concatenate([to_mean, to_log_variance], axis=1)
    vae.encoder.posterior.set_weights([kernel, np.concatenate(bias)])
    if np.shape(to_mean) == TO_MEAN.shape:
        vae.decoder.likelihood.set_weights([TO_X, X_BIAS])
    return vae


def conditional_vae(prior=None) -> VAE:
    """That VAE of two classes, with a shift of the code's mean and of x for each."""
    vae = VAE(
        Encoder(keras.layers.Identity(), posteriors.DiagonalNormal(LATENT_DIM)),
        Decoder(keras.layers.Identity(), likelihoods.Normal((NUM_FEATURES,), SCALE)),
        prior=prior,
        condition=conditions.Labels(2),
    )
    vae.build((None, NUM_FEATURES))
    of_classes = np.concatenate([SHIFTS_OF_CODES, np.zeros((2, LATENT_DIM))], axis=1)
    kernel = np.concatenate([np.concatenate([TO_MEAN, TO_LOG_VARIANCE], axis=1), of_classes])
    vae.encoder.posterior.set_weights([kernel, np.concatenate([MEAN_BIAS, LOG_VARIANCE_BIAS])])
    vae.decoder.likelihood.set_weights([np.concatenate([TO_X, SHIFTS_OF_X]), X_BIAS])
    return vae


def coded_vae(mean, log_variance, prior=None) -> VAE:
    """A VAE for one-hot examples: example i has the i-th row of each of these, `(n, latent_dim)`, as its posterior."""
    zeros = np.zeros(np.shape(mean)[1])
    return linear_vae(np.asarray(mean), np.asarray(log_variance), prior, mean_bias=zeros, log_variance_bias=zeros)


def linear_autoencoder() -> Autoencoder:
    """The autoencoder with the weights of the means."""
    model = Autoencoder(
        Encoder(keras.layers.Identity(), posteriors.Deterministic(LATENT_DIM)),
        Decoder(keras.layers.Identity(), likelihoods.Normal((NUM_FEATURES,), SCALE)),
    )
    model.build((None, NUM_FEATURES))
    model.encoder.posterior.set_weights([TO_MEAN, MEAN_BIAS])
    model.decoder.likelihood.set_weights([TO_X, X_BIAS])
    return model


def means(x) -> np.ndarray:
    """Means of q(z|x) `(count, LATENT_DIM)`, in float64."""
    return x @ TO_MEAN + MEAN_BIAS


def log_variances(x) -> np.ndarray:
    """Log-variances of q(z|x) `(count, LATENT_DIM)`, in float64."""
    return x @ TO_LOG_VARIANCE + LOG_VARIANCE_BIAS


def kl_terms(mean, log_variance) -> np.ndarray:
    """KL(N(mean, exp(log_variance)) || N(0, 1)), elementwise."""
    return 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance)
