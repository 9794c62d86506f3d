"""Checks of models that the figures share."""


def check_has_prior(model, figure: str) -> None:
    """Raises a ValueError that names the figure if a model has no KL divergence."""
    if not hasattr(model, "prior"):
        raise ValueError(
            f"{figure} needs a posterior and a prior, which {type(model).__name__} does not have. Use it with a VAE."
        )
