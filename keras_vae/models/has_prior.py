"""The refusal of models without a prior, for all that need one."""


def check_has_prior(model, caller: str, instead: str = "") -> None:
    """Raises a ValueError if a model has no prior.

    Args:
        model: Anything; what is no model of this package has no prior.
        caller: What needs one, as the error's first words.
        instead: A sentence for the error's end, of what does without.
    """
    if not getattr(model, "has_prior", False):
        raise ValueError(
            f"{caller} needs a model with a prior, such as a VAE. Received: {type(model).__name__}, which has no prior."
            f"{instead and ' '}{instead}"
        )
