"""Where a prior's mass lies along each latent."""

import numpy as np
from keras import ops

DRAWS, SEED = 100_000, 0


def prior_quantiles(vae, probabilities) -> np.ndarray:
    """Quantiles of each latent's marginal distribution under a model's prior.

    Exact where the prior has a `marginal`; for any other prior those of 100,000 draws by a fixed seed.

    Args:
        vae: A model with a prior.
        probabilities: `(n,)`, strictly between 0 and 1.

    Returns:
        float64 array `(n, latent_dim)`.

    Raises:
        ValueError: If the prior is p(z|c).
    """
    if vae.has_conditional_prior:
        raise ValueError("The prior is another one under each condition, p(z|c), and has no quantiles of its own.")
    marginal = vae.prior_marginal
    if marginal is not None:
        quantiles = [marginal.quantile(float(probability)) for probability in probabilities]
        return np.tile(np.reshape(quantiles, (-1, 1)), (1, vae.latent_dim))
    draws = ops.convert_to_numpy(vae.sample_prior(DRAWS, SEED))
    return np.quantile(draws.astype(np.float64), np.asarray(probabilities), axis=0)
