"""What was found for what was not observed."""

import dataclasses

import numpy as np

# Intervals by this definition hold one draw more with their nominal probability, however few the draws.
QUANTILES = "weibull"


@dataclasses.dataclass(frozen=True)
class Restoration:
    """Restored examples, and how certain they are. All images are in the data's units.

    Where x itself was observed, restorations hold the observed value, and the interval is that value alone.

    Attributes:
        restorations: Draws of x given what was observed, each with its own code and noise, `(batch, num_restorations,
            *event_shape)`.
        pictures: The mean of p(x|z) at the code of each restoration, in the same shape: what to look at.
        mean: Mean of x given what was observed, `(batch, *event_shape)`.
        standard_deviation: Standard deviation of the draws of x, in the shape of `mean`.
        lower: Lower end of the interval that contains each element with probability `level`, in the shape of `mean`.
        upper: Its upper end.
        level: Probability of the intervals.
        codes: Code of each restoration, `(batch, num_restorations, latent_dim)`.
        best_code: The most probable code found, `(batch, latent_dim)`.
        best_picture: The mean of p(x|z) at it, `(batch, *event_shape)`.
        starting_log_likelihood: log p(observed | z) at the encoder's code, in nats, `(batch,)`.
        log_likelihood: The same at `best_code`, never below it.
        acceptance_rate: Share of each chain's Langevin steps that were accepted, `(batch, num_restorations)`.
    """

    restorations: np.ndarray
    pictures: np.ndarray
    mean: np.ndarray
    standard_deviation: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: float
    codes: np.ndarray
    best_code: np.ndarray
    best_picture: np.ndarray
    starting_log_likelihood: np.ndarray
    log_likelihood: np.ndarray
    acceptance_rate: np.ndarray


def joined(parts: list[Restoration]) -> Restoration:
    """The restorations of several batches as one."""
    arrays = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in dataclasses.fields(Restoration)
        if field.name != "level"
    }
    return Restoration(**arrays, level=parts[0].level)


def summary_of(draws: np.ndarray, means: np.ndarray, level: float) -> dict:
    """Mean, standard deviation and interval of each element.

    Of n draws the interval's ends are those order statistics, interpolated, between which one draw more falls with the
    probability `level` (Hyndman and Fan 1996, "Sample quantiles in statistical packages", definition 6), exactly so
    where nothing is interpolated; with fewer draws than 2 / (1 - level) - 1 they are the least and the greatest, and
    the probability is less.

    Args:
        draws: Draws of x, `(num_draws, batch, *event_shape)`.
        means: Mean of p(x|z) at the code of each, in the same shape, whose average has less noise than that of `draws`.
        level: Probability of the interval.

    Returns:
        Dict of arrays `(batch, *event_shape)`.
    """
    tail = (1.0 - level) / 2
    lower, upper = np.quantile(draws, (tail, 1.0 - tail), axis=0, method=QUANTILES).astype(draws.dtype)
    # In float64 the mean of one value many times is that value.
    mean = means.mean(axis=0, dtype=np.float64).astype(means.dtype)
    # About the better mean, for as many degrees of freedom as there are draws.
    deviation = np.sqrt(np.mean((draws - mean) ** 2, axis=0))
    return {"mean": mean, "standard_deviation": deviation, "lower": lower, "upper": upper}
