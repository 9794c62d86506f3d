"""Which pairs of a posterior and a prior have a KL divergence in closed form."""

import dataclasses
from collections.abc import Callable

from keras_vae.ops.checks import checked_bool
from keras_vae.posteriors.posterior import Posterior
from keras_vae.priors.prior import Prior

# What the last axis of the terms of a divergence is.
LATENT, CODE = "latent", "code"
_REGISTERED = {}


@dataclasses.dataclass(frozen=True)
class ClosedForm:
    """KL(q(z|x) || p(z)) of a posterior and a prior, as a function of the posterior's parameters.

    Attributes:
        function: What was registered.
        axis: What the last axis of its result is: "latent", one term for each latent, or "code", a single one for the
            whole code.
        prior: The prior.
    """

    function: Callable
    axis: str
    prior: Prior

    def __call__(self, params, prior_params=None):
        """Maps the posterior's parameters, and those of a prior under a condition, to the terms of the divergence.

        They are `(batch, latent_dim)` or `(batch, 1)`.
        """
        if self.prior.is_conditional:
            return self.function(params, prior=self.prior, prior_params=prior_params)
        return self.function(params, prior=self.prior)


def register_closed_form(
    posterior_type: type[Posterior], prior_type: type[Prior], function: Callable, whole_code: bool = False
) -> None:
    """Registers what KL(q(z|x) || p(z)) is for a pair of distributions.

    It holds for these two classes only, not for subclasses, whose density may differ: a subclass with its parent's
    density registers its parent's function.

    Args:
        posterior_type: A class of posteriors.
        prior_type: A class of priors.
        function: Maps the posterior's parameters, a dict of tensors, and the prior to the divergence of each latent in
            nats, `(batch, latent_dim)`. Of a prior under a condition its parameters come with it, as `prior_params`.
        whole_code: Whether the function gives the divergence of the whole code instead, `(batch, 1)`, which is no sum
            with one term for each latent.

    Raises:
        ValueError: If a class is not a posterior or a prior, or the pair already has a closed form.
    """
    for kind, base in ((posterior_type, Posterior), (prior_type, Prior)):
        if not (isinstance(kind, type) and issubclass(kind, base)):
            raise ValueError(f"A subclass of {base.__name__} is expected. Received: {kind!r}.")
    if (posterior_type, prior_type) in _REGISTERED:
        raise ValueError(
            f"KL({posterior_type.__name__} || {prior_type.__name__}) already has a closed form. To use your own, make "
            "a subclass of one of the two."
        )
    _REGISTERED[posterior_type, prior_type] = function, CODE if checked_bool(whole_code, "whole_code") else LATENT


def closed_form(posterior: Posterior, prior: Prior) -> ClosedForm | None:
    """The function from parameters to the terms of the divergence of a pair of distributions; `None` if there is none.

    Args:
        posterior: A posterior.
        prior: A prior.

    Raises:
        ValueError: If the pair has no divergence at all.
    """
    if posterior.is_point:
        raise ValueError(
            f"A {type(posterior).__name__} posterior has no KL divergence: it is a point, not a distribution. A model "
            "with one is an Autoencoder; for a VAE use `posteriors.DiagonalNormal`."
        )
    found = _REGISTERED.get((type(posterior), type(prior)))
    return None if found is None else ClosedForm(*found, prior)


def priors_with_closed_form(posterior_type: type[Posterior]) -> list[type[Prior]]:
    """The classes of priors to which a class of posteriors has a closed form."""
    return [prior for posterior, prior in _REGISTERED if posterior is posterior_type]


def posteriors_with_closed_form(prior_type: type[Prior]) -> list[type[Posterior]]:
    """The classes of posteriors that have a closed form to a class of priors."""
    return [posterior for posterior, prior in _REGISTERED if prior is prior_type]
