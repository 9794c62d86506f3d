"""What a posterior owes."""

from collections.abc import Sequence

import numpy as np
from keras import ops

from keras_vae import networks
from keras_vae.likelihoods import Bernoulli
from keras_vae.models import VAE, Autoencoder, Decoder, Encoder
from keras_vae.models.composite import checked_part
from keras_vae.posteriors.closed_forms import priors_with_closed_form
from keras_vae.posteriors.posterior import Posterior
from keras_vae.priors.prior import Prior
from keras_vae.testing import density, draws, gradients
from keras_vae.testing.copies import arrays, built_copy_of, features, fresh, in_double_precision, num_features
from keras_vae.testing.divergence_laws import hold_closed_form, made_for
from keras_vae.testing.round_trip import check_model
from keras_vae.testing.verdict import hold, hold_that

SEED, NUM_DRAWS = 0, 8192
# Latents of which the weights h(z) / q(z|x) are averaged: their spread grows by half with each.
MOST_LATENTS = 8


def check_posterior(posterior, priors: Sequence[Prior] | None = None) -> None:
    """Checks that a posterior keeps the laws of posteriors.

    - exp(log q(z|x)) integrates to 1 in one latent and in two, and E_q[h(z) / q(z|x)] = 1 for a normal density h.
    - Draws follow the density, agree with `mean` and `variance`, and are seeded and independent unless noise is shared.
    - Gradients of `log_prob` and of the draws with respect to the parameters equal finite differences.
    - If it sets `is_diagonal_normal`, its density is that of normal latents with its `mean` and `log_variance`.
    - A KL divergence in closed form equals quadrature and Monte Carlo; terms latent by latent add up to the whole.
    - A point draws its mean, has no variance and no density, and is refused by a VAE.
    - A model with it can be trained, saved, loaded and exported, and gives the same numbers each time.

    Args:
        posterior: A `Posterior`, built or not, whose config can set its `latent_dim`. Copies of it are made.
        priors: Priors of its `latent_dim` for the divergences in closed form; `None` makes one of each class registered
            for it.

    Raises:
        AssertionError: If a law is broken. The message says which, by how much, and what to look at.
        ValueError: If the arguments are not what is asked for.
    """
    checked_part(posterior, Posterior, "posterior")
    rng = np.random.default_rng(SEED)
    with in_double_precision():
        if posterior.is_point:
            _hold_point(posterior, rng)
        else:
            _hold_distribution(posterior, rng)
            for prior in made_for(posterior, priors_with_closed_form(type(posterior)), priors, "priors"):
                hold_closed_form(posterior, prior, rng)
    check_model(posterior, _model(fresh(posterior)), _binary_examples(rng))


def drawn_from(posterior, params: dict, num_samples: int, seed: int = SEED, **options) -> np.ndarray:
    """Codes `(batch, num_samples, latent_dim)` as an array."""
    return ops.convert_to_numpy(posterior.sample(params, num_samples, seed, **options))


def log_density(posterior, params: dict, example: int):
    """log q(z|x) of one example, as a function of codes `(n, latent_dim)`."""
    one = {name: value[example : example + 1] for name, value in params.items()}
    return lambda z: np.asarray(posterior.log_prob(one, ops.convert_to_tensor(z[None])))[0]


def _hold_distribution(posterior, rng):
    for latents in (1, 2):
        copy = built_copy_of(posterior, rng, latent_dim=latents)
        params = arrays(copy(features(rng, num_features(copy))))
        for example, drawn in enumerate(drawn_from(copy, params, NUM_DRAWS)):
            of_example = log_density(copy, params, example)
            density.hold_integral(copy, of_example, drawn)
            if latents == 1:
                density.hold_draws(copy, of_example, drawn)
    copy = built_copy_of(posterior, rng, latent_dim=min(posterior.latent_dim, MOST_LATENTS))
    params = arrays(copy(features(rng, num_features(copy))))
    drawn = drawn_from(copy, params, NUM_DRAWS)
    _hold_draws(copy, params, drawn)
    _hold_moments(copy, params, drawn)
    if copy.is_diagonal_normal:
        _hold_normal(copy, params, drawn)
    _hold_gradients(copy, params, drawn, rng)


def _hold_draws(copy, params, drawn):
    for example, codes in enumerate(drawn):
        law = "E[h(z) / q(z|x)] = 1 for a normal density h"
        draws.hold_normal_share(copy, law, log_density(copy, params, example)(codes), codes, density.CONSTANTS)
    look_at = "the seed that `sample` is given"
    hold_that(copy, "the same seed draws the same", drawn_from(copy, params, NUM_DRAWS) == drawn, look_at)
    other = drawn_from(copy, params, NUM_DRAWS, SEED + 1)
    hold_that(copy, "another seed draws anew", np.any(other != drawn), look_at)
    # Latents of one code may depend on each other; codes may not.
    for latent in range(copy.latent_dim):
        law = "codes of different examples, and one code and the next, are independent"
        draws.hold_independent(copy, law, drawn[..., latent].T, "the shape of the noise in `sample`")
    twice = {name: np.repeat(value[:1], 2, axis=0) for name, value in params.items()}
    shared = drawn_from(copy, twice, 5, shared_noise=True)
    hold_that(copy, "with `shared_noise` equal examples have equal codes", shared[0] == shared[1], "`shared_noise`")
    own = drawn_from(copy, twice, 5)
    hold_that(copy, "without `shared_noise` each example has its own codes", own[0] != own[1], "`shared_noise`")


def _hold_moments(copy, params, drawn):
    mean, variance = (np.asarray(moment(params)) for moment in (copy.mean, copy.variance))
    draws.hold_mean(copy, "draws have the mean that `mean` says", np.swapaxes(drawn, 0, 1), mean, "`mean`, `sample`")
    squares = np.swapaxes((drawn - mean[:, None]) ** 2, 0, 1)
    law = "draws have the variance that `variance` says"
    draws.hold_mean(copy, law, squares, variance, "`variance`, and the scale of the noise in `sample`")


def _hold_normal(copy, params, drawn):
    z, mean, log_variance = drawn[:, :3], params["mean"][:, None], params["log_variance"][:, None]
    expected = -0.5 * ((z - mean) ** 2 / np.exp(log_variance) + log_variance + np.log(2 * np.pi)).sum(axis=-1)
    law = "a diagonal normal has the density of its `mean` and `log_variance`"
    error = np.abs(np.asarray(copy.log_prob(params, ops.convert_to_tensor(z))) - expected)
    # float64, of a few latents within a few deviations.
    hold(copy, law, error, 1e-9, "`is_diagonal_normal`, which a density of another kind must not set")


def _hold_gradients(copy, params, drawn, rng):
    z = ops.convert_to_tensor(drawn[:, :3])
    look_at = "custom gradients and `stop_gradient`"
    law = "the gradient of `log_prob` by the parameters is that of finite differences"
    gradients.hold_gradients(copy, law, lambda moved: ops.sum(copy.log_prob(moved, z), axis=1), params, rng, look_at)
    weights = rng.normal(size=z.shape)
    law = "the gradient of draws by the parameters is that of finite differences"
    gradients.hold_gradients(
        copy, law, lambda moved: ops.sum(copy.sample(moved, 3, SEED) * weights, axis=(1, 2)), params, rng, look_at
    )


def _hold_point(posterior, rng):
    copy = built_copy_of(posterior, rng)
    params = arrays(copy(features(rng, num_features(copy))))
    error = np.abs(drawn_from(copy, params, 3) - np.asarray(copy.mean(params))[:, None])
    hold(copy, "a point draws its mean", error, 0.0, "`sample`")
    hold(copy, "a point has no variance", np.abs(copy.variance(params)), 0.0, "`variance`")
    refusals = {
        "a point has no density": (lambda: copy.log_prob(params, copy.sample(params)), NotImplementedError),
        "a VAE refuses a point": (lambda: _of_encoder(VAE, fresh(posterior)), ValueError),
    }
    for law, (refused, error) in refusals.items():
        hold_that(copy, law, _raises(refused, error), "`is_point`, which a distribution must not set")


def _raises(function, error) -> bool:
    try:
        function()
    except error:
        return True
    return False


def _model(posterior):
    return _of_encoder(Autoencoder if posterior.is_point else VAE, posterior)


def _of_encoder(kind, posterior):
    model = kind(
        Encoder(networks.dense([num_features(posterior)]), posterior), Decoder(networks.dense([6]), Bernoulli((6,)))
    )
    model.build((None, 6))
    return model


def _binary_examples(rng):
    return (rng.random((12, 6)) < 0.5).astype(np.float32)
