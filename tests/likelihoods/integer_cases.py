"""What the tests of the likelihoods of whole numbers have in common."""

import numpy as np


def all_levels(likelihood, params):
    """log P(x = k) for every level k: `(levels, len(parameter))`, in float64."""
    count = len(next(iter(params.values())))
    levels = np.repeat(np.arange(likelihood.levels, dtype=np.float32)[:, None], count, axis=1)
    return np.asarray(likelihood.element_log_prob(params, levels), np.float64)


def assert_samples_agree(likelihood, params, probabilities, draws=4000):
    """Samples have each level as often as its probability says, by their distribution functions."""
    for index in range(probabilities.shape[1]):
        repeated = {name: np.repeat(value[index : index + 1], draws, axis=0) for name, value in params.items()}
        sample = np.asarray(likelihood.sample(repeated, seed=index)).astype(int)
        counted = np.bincount(sample, minlength=likelihood.levels) / draws
        # Kolmogorov's bound at a level of 1 in 10,000, which for discrete values is an upper one.
        assert np.abs(np.cumsum(counted) - np.cumsum(probabilities[:, index])).max() < 2.2 / np.sqrt(draws)
