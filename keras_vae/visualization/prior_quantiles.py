"""Where a prior's mass lies along each latent."""

import statistics

import numpy as np
from keras import ops

from keras_vae.priors import StandardNormal

DRAWS, SEED = 100_000, 0


def prior_quantiles(prior, probabilities) -> np.ndarray:
    """Quantiles of each latent's marginal distribution under a prior.

    Exact for `priors.StandardNormal`; for any other prior those of 100,000 draws by a fixed seed.

    Args:
        prior: A prior.
        probabilities: `(n,)`, strictly between 0 and 1.

    Returns:
        float64 array `(n, latent_dim)`.
    """
    # A subclass may have another density.
    if type(prior) is StandardNormal:
        quantiles = [statistics.NormalDist().inv_cdf(float(probability)) for probability in probabilities]
        return np.tile(np.reshape(quantiles, (-1, 1)), (1, prior.latent_dim))
    draws = ops.convert_to_numpy(prior.sample(DRAWS, SEED))
    return np.quantile(draws.astype(np.float64), np.asarray(probabilities), axis=0)
