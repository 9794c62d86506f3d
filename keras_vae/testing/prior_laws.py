"""What a prior owes."""

from collections.abc import Sequence

import numpy as np
from keras import ops

from keras_vae import networks
from keras_vae.conditions import Covariates
from keras_vae.inputs.examples import joined
from keras_vae.likelihoods import Bernoulli
from keras_vae.models import VAE, Decoder, Encoder
from keras_vae.models.composite import checked_part
from keras_vae.posteriors import DiagonalNormal
from keras_vae.posteriors.closed_forms import posteriors_with_closed_form
from keras_vae.posteriors.posterior import Posterior
from keras_vae.priors.prior import Prior
from keras_vae.testing import density, draws, gradients
from keras_vae.testing.copies import copy_of, fresh, in_double_precision, prior_arguments
from keras_vae.testing.divergence_laws import hold_closed_form, made_for
from keras_vae.testing.round_trip import check_model
from keras_vae.testing.verdict import hold, hold_that

SEED, NUM_DRAWS = 0, 16_384
# Latents of which the weights h(z) / p(z) are averaged: their spread grows by half with each.
MOST_LATENTS = 8
# Probabilities, and codes, at which a marginal is looked at; codes further out than this mass are not.
NUM_MASSES, TAIL = 101, 1e-3
# What a density over 2e-4 is off by at a kink, in each of two latents: elsewhere it is far less.
HALF_STEP, DENSITY_TOLERANCE = 1e-4, 3e-4
# Sums of rounding errors near to 1.
INVERSE_TOLERANCE = 1e-9


def check_prior(prior, posteriors: Sequence[Posterior] | None = None) -> None:
    """Checks that a prior keeps the laws of priors.

    - exp(log p(z)) integrates to 1 in one latent and in two, and E_p[h(z) / p(z)] = 1 for a normal density h.
    - Draws follow the density, seeded and independent; the gradient of `log_prob` equals finite differences.
    - Its `marginal`, if it has one, has the density of each of its latents, and two functions that invert each other.
    - A KL divergence in closed form equals quadrature and Monte Carlo; terms latent by latent add up to the whole.
    - A prior p(z|c), whose `is_conditional` is set, keeps all this under a condition.
    - A model with it can be trained, saved, loaded and exported, and gives the same numbers each time.

    Args:
        prior: A `Prior` whose config can set its `latent_dim`. Copies of it are made.
        posteriors: Posteriors of its `latent_dim` for the divergences in closed form; `None` makes one of each class
            registered for it.

    Raises:
        AssertionError: If a law is broken. The message says which, by how much, and what to look at.
        ValueError: If the arguments are not what is asked for.
    """
    checked_part(prior, Prior, "prior")
    rng = np.random.default_rng(SEED)
    with in_double_precision():
        _hold_distribution(prior, rng)
        for posterior in made_for(prior, posteriors_with_closed_form(type(prior)), posteriors, "posteriors"):
            hold_closed_form(posterior, prior, rng)
    x = (rng.random((12, 6)) < 0.5).astype(np.float32)
    condition = rng.normal(size=(12, prior.condition_size)).astype(np.float32) if prior.is_conditional else None
    check_model(prior, _model(fresh(prior)), joined(x, condition))


def _hold_distribution(prior, rng):
    for latents in (1, 2):
        copy = copy_of(prior, rng, latent_dim=latents)
        drawn = _drawn(copy, SEED)
        density.hold_integral(copy, _log_density(copy), drawn)
        if latents == 1:
            density.hold_draws(copy, _log_density(copy), drawn)
        if copy.marginal is not None:
            _hold_marginal(copy, drawn)
    copy = copy_of(prior, rng, latent_dim=min(prior.latent_dim, MOST_LATENTS))
    drawn = _drawn(copy, SEED)
    law = "E[h(z) / p(z)] = 1 for a normal density h"
    draws.hold_normal_share(copy, law, _log_density(copy)(drawn), drawn, density.CONSTANTS)
    look_at = "the seed that `sample` is given"
    hold_that(copy, "the same seed draws the same", _drawn(copy, SEED) == drawn, look_at)
    hold_that(copy, "another seed draws anew", np.any(_drawn(copy, SEED + 1) != drawn), look_at)
    for latent in range(copy.latent_dim):
        # Latents of one code may depend on each other; codes may not.
        draws.hold_independent(copy, "codes are independent", drawn[:, latent : latent + 1], "the noise in `sample`")
    gradients.hold_gradients(
        copy,
        "the gradient of `log_prob` by the code is that of finite differences",
        lambda moved: copy.log_prob(moved["z"], *prior_arguments(copy)),
        {"z": drawn[:3]},
        rng,
        "custom gradients and `stop_gradient`",
    )


def _hold_marginal(prior, drawn):
    marginal, look_at = prior.marginal, "`marginal`"
    masses = np.linspace(0.0, 1.0, NUM_MASSES)[1:-1]
    again = [marginal.cdf(marginal.quantile(mass)) for mass in masses]
    hold(prior, "`marginal.cdf` inverts `marginal.quantile`", np.abs(again - masses), INVERSE_TOLERANCE, look_at)
    # Within the bulk, where differences of masses have digits.
    inside = (drawn > marginal.quantile(TAIL)) & (drawn < marginal.quantile(1 - TAIL))
    z = drawn[inside.all(axis=1)][:NUM_MASSES]
    law = "latents are independent, and `marginal` is the distribution of each"
    hold_that(prior, law, len(z) > 0, look_at)
    cdf = np.vectorize(marginal.cdf, otypes=[float])
    densities = (cdf(z + HALF_STEP) - cdf(z - HALF_STEP)) / (2 * HALF_STEP)
    error = np.abs(np.log(densities).sum(axis=1) - _log_density(prior)(z))
    hold(prior, law, error, DENSITY_TOLERANCE, look_at)


def _drawn(prior, seed) -> np.ndarray:
    return ops.convert_to_numpy(prior.sample(NUM_DRAWS, seed, *prior_arguments(prior)))


def _log_density(prior):
    return lambda z: ops.convert_to_numpy(prior.log_prob(ops.convert_to_tensor(z), *prior_arguments(prior)))


def _model(prior) -> VAE:
    vae = VAE(
        Encoder(networks.dense([6]), DiagonalNormal(prior.latent_dim, seed=SEED)),
        Decoder(networks.dense([6]), Bernoulli((6,))),
        prior=prior,
        condition=Covariates(prior.condition_size) if prior.is_conditional else None,
    )
    vae.build((None, 6))
    return vae
