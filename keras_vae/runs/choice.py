"""The likelihood that data is modelled by where none is named: the one of the values that it has."""

import keras_vae.datasets
from keras_vae.choices import AUTO


def likelihood_of(dataset: str) -> tuple[str, str]:
    """Which likelihood takes a dataset as it is stored, by the number of levels of its values, and why.

    Args:
        dataset: A name for `datasets.load`.

    Returns:
        A name of `LIKELIHOODS`, and the reason in words.
    """
    levels = keras_vae.datasets.levels(dataset)
    if levels == 2:
        return "bernoulli", "the values are 0 and 1"
    return "beta_binomial", f"the values are whole numbers from 0 to {levels - 1:,}"


def with_likelihood(settings: dict) -> tuple[dict, str | None]:
    """The settings of a run with a likelihood in place of `"auto"`, and a line that says which one and why."""
    if settings["likelihood"] != AUTO:
        return settings, None
    likelihood, reason = likelihood_of(settings["dataset"])
    return {**settings, "likelihood": likelihood}, f"The likelihood is {likelihood}, since {reason}."
