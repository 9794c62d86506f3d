"""What a likelihood owes."""

import numpy as np
from keras import ops

from keras_vae import networks
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.models import VAE, Decoder, Encoder
from keras_vae.models.composite import checked_part
from keras_vae.ops.gradient import value_and_gradient
from keras_vae.posteriors import DiagonalNormal
from keras_vae.testing import draws, elements, gradients
from keras_vae.testing.copies import SPREADS, arrays, built_copy_of, features, fresh, in_double_precision, num_features
from keras_vae.testing.quadrature import centre_and_width
from keras_vae.testing.round_trip import check_model
from keras_vae.testing.verdict import hold, hold_that

SEED, NUM_DRAWS = 0, 4096
# The quadrature leaves less than 2e-5 of a density with a kink or a pole, far less of a smooth one.
MASS_TOLERANCE = 1e-4
# Of the width of the distribution: tails that the quadrature cuts off count by their distance.
MEAN_TOLERANCE = 1e-3
# How far from zero features may be with all gradients finite: a hundred times what a trained network gives is rare.
LARGE_FEATURES = 10.0
# Tried wherever the likelihood allows them.
PROBES = (0.0, 1.0, -1.0, 0.5, 2.0, 255.0, 1e6, -1e6)


def check_likelihood(likelihood, data) -> None:
    """Checks that a likelihood keeps the laws of likelihoods.

    - Masses sum to 1, or a density integrates to 1, element by element.
    - `sample` draws from what `log_prob` says, seeded and independent, and `mean`, if there is one, is its mean.
    - Gradients of `log_prob` with respect to the parameters equal finite differences, and are finite at large features.
    - `rescaled` is finite wherever data is allowed; where NaN marks what is missing, it counts for nothing.
    - A VAE with it can be trained, saved, loaded and exported, and gives the same numbers each time.

    Args:
        likelihood: A `Likelihood`, built or not. Copies of it are made from its config; one that adapts to data is
            adapted to `data`. One with its own `log_prob` must have an event of a single element.
        data: At least 3 examples that it allows, `(n, *event_shape)`.

    Raises:
        AssertionError: If a law is broken. The message says which, by how much, and what to look at.
        ValueError: If the arguments are not what is asked for.
    """
    checked_part(likelihood, Likelihood, "likelihood")
    data = np.asarray(data)
    _check_data(likelihood, data)
    elements.check_elements_can_be_had(likelihood)
    rng = np.random.default_rng(SEED)
    with in_double_precision():
        _hold_to_its_distribution(likelihood, data[: len(SPREADS)], rng)
    _hold_rescaled(likelihood, data)
    _hold_finite_gradients(likelihood, data[: len(SPREADS)], rng)
    check_model(likelihood, _vae(fresh(likelihood), data), data)


def _check_data(likelihood, data):
    if data.shape[1:] != likelihood.event_shape or len(data) < 3:
        raise ValueError(
            f"`data` must hold at least 3 examples of shape {likelihood.event_shape}. Received shape {data.shape}."
        )
    if not np.all(likelihood.in_support(data)):
        raise ValueError(f"`data` must hold {likelihood.support or likelihood.domain} for this likelihood.")


def _hold_to_its_distribution(likelihood, x, rng):
    copy = built_copy_of(likelihood, rng)
    copy.adapt(x)
    heads = features(rng, num_features(copy))
    params = arrays(copy(heads))
    # A scale that training estimates is then no longer where it started.
    copy.fitted({name: value[:, None] for name, value in params.items()}, x)
    params = arrays(copy(heads))
    _hold_masses_and_draws(copy, params, rng)
    _hold_gradients(copy, params, x, rng)
    if copy.takes_missing:
        _hold_missing(copy, params, x)


def _hold_masses_and_draws(copy, params, rng):
    drawn = elements.drawn(copy, params, NUM_DRAWS, SEED)
    hold_that(copy, "draws are allowed by `in_support`", copy.in_support(drawn), "`sample` and `in_support`")
    again, other = (elements.drawn(copy, params, NUM_DRAWS, seed) for seed in (SEED, SEED + 1))
    hold_that(copy, "the same seed draws the same", again == drawn, "the seed that `sample` is given")
    hold_that(copy, "another seed draws anew", np.any(other != drawn), "the seed that `sample` is given")
    discrete, means, uniform = elements.is_discrete(copy), _means(copy, params), []
    whole = not discrete.all() or copy.takes_missing or copy.data_form != "real"
    hold_that(copy, "whole numbers are taken as whole numbers", whole, "`data_form`")
    for i, flat in enumerate(drawn.reshape(len(drawn), NUM_DRAWS, -1)):
        one = {name: value[i : i + 1] for name, value in params.items()}
        columns = np.empty_like(flat)
        for chosen, distribution in ((discrete, elements.whole_numbers), (~discrete, elements.continuum)):
            if chosen.any():
                found = distribution(copy, one, flat)
                _hold_mass(copy, found, chosen)
                _hold_means(copy, found, None if means is None else means[i], flat, chosen)
                columns[:, chosen] = found.distribution(flat, rng.random(flat.shape))[:, chosen]
        uniform.append(columns)
    uniform = np.concatenate(uniform, axis=1)
    draws.hold_uniform(copy, "draws are distributed as `log_prob` says", uniform, "`sample`, and `log_prob`")
    draws.hold_independent(
        copy, "draws are independent", uniform, "the shape of the noise in `sample`, and seeds that are used twice"
    )


def _means(copy, params):
    try:
        return np.asarray(copy.mean(params), np.float64).reshape(len(next(iter(params.values()))), -1)
    except NotImplementedError:
        return None


def _hold_mass(copy, found, chosen):
    law = "masses sum to 1" if found.discrete else "the density integrates to 1"
    error = np.abs(found.masses.sum(axis=0) - 1)[chosen]
    hold(copy, law, error, MASS_TOLERANCE, "constants, Jacobians and log-scales in the log-probability")


def _hold_means(copy, found, means, flat, chosen):
    if means is None:
        return
    expected = (found.masses * found.values).sum(axis=0)
    _, width = centre_and_width(flat)
    width = np.maximum(width, flat.std(axis=0)) if found.discrete else width
    error = np.abs(means - expected)[chosen]
    hold(copy, "`mean` is the mean of the distribution", error, (MEAN_TOLERANCE * width)[chosen], "`mean`")


def _hold_gradients(copy, params, x, rng):
    def log_prob(moved):
        return ops.reshape(copy.log_prob({name: value[:, None] for name, value in moved.items()}, x), (-1,))

    gradients.hold_gradients(
        copy,
        "the gradient of `log_prob` by the parameters is that of finite differences",
        log_prob,
        params,
        rng,
        "custom gradients, `stop_gradient`, and branches of `where`",
    )


def _hold_missing(copy, params, x):
    blank = np.full((1, *copy.event_shape), np.nan)
    one = {name: value[:1] for name, value in params.items()}
    found = elements.log_probs(copy, one, blank)
    hold(copy, "what is missing counts nothing", np.abs(found), 0.0, "`element_log_prob` where x is NaN")
    rescaled = np.asarray(copy.rescaled(blank))
    hold_that(copy, "the encoder is given numbers for what is missing", np.isfinite(rescaled), "`rescaled`")


def _hold_rescaled(likelihood, data):
    likelihood = fresh(likelihood)
    likelihood.adapt(data)
    shape = (len(PROBES), *likelihood.event_shape)
    probes = np.broadcast_to(np.reshape(PROBES, (-1,) + (1,) * len(likelihood.event_shape)), shape).astype(np.float32)
    allowed = np.asarray(likelihood.in_domain(probes))
    rescaled = np.asarray(likelihood.rescaled(np.where(allowed, probes, data[:1])))
    hold_that(
        likelihood,
        "`rescaled` is finite on the domain",
        np.concatenate([np.isfinite(rescaled), np.isfinite(np.asarray(likelihood.rescaled(data)))]),
        "logarithms and quotients in `rescaled`",
    )


def _hold_finite_gradients(likelihood, x, rng):
    copy = fresh(likelihood)
    if not copy.built:
        copy.build((None, num_features(copy)))

    def log_prob(heads):
        params = copy(heads)
        return copy.log_prob({name: value[:, None] for name, value in params.items()}, x), None

    heads = ops.convert_to_tensor((LARGE_FEATURES * features(rng, num_features(copy))).astype(np.float32))
    value, gradient, _ = value_and_gradient(log_prob, heads)
    found = np.concatenate([np.asarray(value).reshape(-1), np.asarray(gradient).reshape(-1)])
    hold_that(
        copy,
        "log-probabilities and their gradients are finite at large features",
        np.isfinite(found),
        "exponentials and quotients that overflow; keep to logarithms",
    )


def _vae(likelihood, data) -> VAE:
    likelihood.adapt(data)
    vae = VAE(
        Encoder(networks.dense([6]), DiagonalNormal(2, seed=SEED)),
        Decoder(networks.dense([num_features(likelihood)]), likelihood),
    )
    vae.build((None, *likelihood.event_shape))
    return vae
