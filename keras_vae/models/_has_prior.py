"""Which models have a prior, and the refusal of those that have none."""


def has_prior(model) -> bool:
    """Whether anything is a model with a prior; what is no model of this package has none."""
    return getattr(model, "has_prior", False)


def check_has_prior(model, caller: str, instead: str = "") -> None:
    """Raises a ValueError if a model has no prior.

    Args:
        model: Anything.
        caller: What needs one, as the error's first words.
        instead: A sentence for the error's end, of what does without.
    """
    if not has_prior(model):
        raise ValueError(
            f"{caller} needs a model with a prior, such as a VAE. Received: {type(model).__name__}, which has no prior."
            f"{instead and ' '}{instead}"
        )
