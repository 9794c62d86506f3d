"""What a training is of: its data, and the likelihood, which is the one of their values where none is named."""

from keras_vae import datasets
from keras_vae.choices import AUTO
from keras_vae.models import for_shape
from keras_vae.runs.own_data import OwnSplits, open_splits
from keras_vae.runs.tables import is_table


def settled(settings: dict, validation) -> tuple[dict, OwnSplits | None, list[str]]:
    """The settings of a training with what its data say.

    Args:
        settings: As `runs.train` takes them; the likelihood may be `"auto"`, and `conditional` left out.
        validation: As `runs.own_data.open_splits` takes it.

    Returns:
        The settings with the likelihood that is taken, and of data of one's own with their paths; these data, or
        `None`; and lines that say what was read and chosen.

    Raises:
        ValueError: If the data cannot be read, or the likelihood does not take them.
    """
    own = open_splits(settings["dataset"], validation, settings.get("conditional", False))
    likelihood, chosen = likelihood_for(settings["likelihood"], settings["dataset"], own)
    settings = {**settings, "likelihood": likelihood}
    if own is not None:
        own.check(for_shape.likelihood_for(own.data.event_shape, likelihood))
        settings |= own.settings
    return settings, own, [str(line) for line in (own, chosen) if line is not None]


def likelihood_for(likelihood: str, dataset, own: OwnSplits | None = None) -> tuple[str, str | None]:
    """A likelihood by name, and for `"auto"` a line that says which one the data ask for, and why.

    Args:
        likelihood: A name of `choices.LIKELIHOOD_NAMES`, or `"auto"`.
        dataset: A name for `datasets.load`.
        own: Data of one's own, in place of it.
    """
    if likelihood != AUTO:
        return likelihood, None
    if is_table(own):
        chosen, reason = "tabular", "the data are rows of a table, whose columns have units of their own"
    else:
        chosen, reason = _by_levels(datasets.levels(dataset) if own is None else _levels(own))
    return chosen, f"The likelihood is {chosen}, since {reason}."


def _levels(own):
    # Bytes that are black and white are of 256 levels, of which two are there.
    return 2 if own.facts.kind == "binary" else own.levels


def _by_levels(levels) -> tuple[str, str]:
    if levels is None:
        return "normal", "the values are real numbers"
    if levels == 2:
        return "bernoulli", "there are two values, black and white or 0 and 1"
    return "beta_binomial", f"the values are whole numbers from 0 to {levels - 1:,}"
