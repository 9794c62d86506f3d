"""What a KL divergence in closed form owes."""

import math
from collections.abc import Sequence

import numpy as np
from keras import ops

from keras_vae.divergences import closed_form
from keras_vae.testing import density, draws
from keras_vae.testing.copies import arrays, built_copy_of, copy_of, features, num_features, prior_arguments
from keras_vae.testing.verdict import hold, hold_that

SEED, NUM_DRAWS, CONDITION_SIZE = 0, 16_384, 3
LOOK_AT = "factors, constants and signs in the function that was registered"


def made_for(part, kinds: Sequence[type], given, name: str) -> list:
    """The other halves of the pairs that have a closed form: as given, or one of each class.

    Raises:
        ValueError: If one cannot be made of `latent_dim` alone.
    """
    if given is not None:
        return list(given)
    try:
        return [kind(part.latent_dim, **_settings(kind)) for kind in kinds]
    except TypeError as error:
        raise ValueError(
            f"One of the {name} with a closed form to {type(part).__name__} needs more than `latent_dim`: {error}. "
            f"Give them as `{name}`."
        ) from error


def hold_closed_form(posterior, prior, rng: np.random.Generator) -> None:
    """Holds a divergence to what quadrature and draws say of it; a pair without a closed form has nothing to hold."""
    if closed_form(posterior, prior) is None:
        return
    for latents in (1, posterior.latent_dim):
        q, p = built_copy_of(posterior, rng, latent_dim=latents), copy_of(prior, rng, latent_dim=latents)
        heads = features(rng, num_features(q))
        params = arrays(q(heads))
        form = closed_form(q, p)
        under = prior_arguments(p)
        terms = np.asarray(form(params, *under))
        pair = f"KL({type(q).__name__} || {type(p).__name__})"
        count, meaning = (latents, "each latent") if form.axis == "latent" else (1, "the whole code")
        law = f"{pair} is one number for {meaning}, as it was registered"
        hold_that(posterior, law, terms.shape == (len(heads), count), LOOK_AT)
        drawn = np.asarray(q.sample(params, NUM_DRAWS, SEED))
        log_q, log_p = np.asarray(q.log_prob(params, drawn)), np.asarray(p.log_prob(drawn, *under))
        law = f"{pair} adds up to its Monte Carlo estimate"
        draws.hold_mean(posterior, law, (log_q - log_p).T, terms.sum(axis=1), LOOK_AT)
        if latents == 1:
            found = [_by_quadrature(q, p, params, example, drawn[example]) for example in range(len(terms))]
            error = np.abs(terms[:, 0] - found)
            tolerance = density.TOLERANCE * (1 + np.abs(found))
            hold(posterior, f"{pair} in one latent is its integral", error, tolerance, LOOK_AT)


def _settings(kind) -> dict:
    return {"condition_size": CONDITION_SIZE} if getattr(kind, "is_conditional", False) else {}


def _by_quadrature(posterior, prior, params, example, drawn) -> float:
    one = {name: value[example : example + 1] for name, value in params.items()}

    def log_q(z):
        return np.asarray(posterior.log_prob(one, ops.convert_to_tensor(z[None])))[0]

    def log_ratio(z):
        log_p = np.asarray(prior.log_prob(ops.convert_to_tensor(z), *prior_arguments(prior)))
        return np.where(np.isneginf(log_p), math.inf, log_q(z) - log_p)

    return density.expectation(log_q, drawn, log_ratio)
