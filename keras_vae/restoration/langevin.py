"""Draws from a density by Langevin steps that are accepted or refused."""

import math

from keras import ops

from keras_vae.ops import noise
from keras_vae.ops.gradient import value_and_gradient

# The share of steps taken at which a chain moves fastest.
BEST_ACCEPTANCE = 0.574
# How fast the changes of the step size die away, above 1/2 and at most 1.
DECAY = 0.6
STATE = ("z", "value", "gradient", "log_step_size", "accepted")


def start_chains(log_joint, z, step_size) -> dict:
    """The state of chains before their first step.

    Args:
        log_joint: Maps codes `(batch, num_chains, latent_dim)` to a log-density up to a constant, and to anything else,
            the former `(batch, num_chains)`, in nats.
        z: Codes to start at.
        step_size: Of the first steps, as a share of the scales that `move` is given.

    Returns:
        Dict of tensors for `move`: `z`, `value`, `gradient`, `log_step_size`, and `accepted`, the sum over the steps of
        the probabilities with which they were taken, `(batch, num_chains)`.
    """
    value, gradient, _ = value_and_gradient(log_joint, z)
    log_step_size = ops.log(ops.full_like(value, step_size))
    return {
        "z": z,
        "value": value,
        "gradient": gradient,
        "log_step_size": log_step_size,
        "accepted": ops.zeros_like(value),
    }


def move(log_joint, state: dict, variance, seed, stream, first, last, adapts) -> dict:
    """Metropolis-adjusted Langevin steps of many chains at once, which leave the density as it is.

    z' = z + e^2/2 V grad + e V^(1/2) noise is taken with the probability min(1, p(z') q(z|z') / p(z) q(z'|z)), else the
    chain stays where it is. Each chain has a step size e of its own, which in burn-in goes where 57 % of the steps are
    taken, by smaller and smaller changes; it is held afterwards, since a chain that still adapts does not have the
    density that it should.

    Sources: Roberts and Tweedie 1996, "Exponential convergence of Langevin distributions and their discrete
    approximations", section 1.4.2; 0.574: Roberts and Rosenthal 1998, "Optimal scaling of discrete approximations to
    Langevin diffusions", theorem 2; the adaptation: Andrieu and Thoms 2008, "A tutorial on adaptive MCMC", section 5.

    Args:
        log_joint: As for `start_chains`.
        state: What `start_chains` or a call before returned.
        variance: V, variances of the latents, broadcasting to `(batch, num_chains, latent_dim)`.
        seed: Int, or scalar integer tensor.
        stream: Number of the first of as many sequences of draws that belong to the seed as there are steps.
        first: Number of the first step, from 0; an int or a scalar integer tensor.
        last: Number of the step to stop before.
        adapts: Whether the step sizes change.

    Returns:
        The state after so many steps.
    """
    scale, first, last = ops.sqrt(variance), ops.cast(first, "int32"), ops.cast(last, "int32")

    def step(count, *values):
        now = dict(zip(STATE, values, strict=True))
        generator = noise.FixedSeed(seed, ops.cast(stream, "int64") + ops.cast(count, "int64"))
        log_uniform = ops.log(noise.uniform(ops.shape(now["value"]), generator, now["value"].dtype))
        epsilon = noise.normal(ops.shape(now["z"]), generator, now["z"].dtype)
        spread = ops.exp(now["log_step_size"])[..., None] * scale
        z = now["z"] + 0.5 * spread * spread * now["gradient"] + spread * epsilon
        value, gradient, _ = value_and_gradient(log_joint, z)
        # The noise that would lead back.
        back = epsilon + 0.5 * spread * (now["gradient"] + gradient)
        log_ratio = value - now["value"] + 0.5 * ops.sum(epsilon * epsilon - back * back, axis=-1)
        log_ratio = ops.where(ops.isfinite(log_ratio), ops.minimum(log_ratio, 0.0), -math.inf)
        taken, probability = log_uniform < log_ratio, ops.exp(log_ratio)
        change = ops.cast(adapts, probability.dtype) * ops.cast(count + 1, probability.dtype) ** -DECAY
        return (
            count + 1,
            ops.where(taken[..., None], z, now["z"]),
            ops.where(taken, value, now["value"]),
            ops.where(taken[..., None], gradient, now["gradient"]),
            now["log_step_size"] + change * (probability - BEST_ACCEPTANCE),
            now["accepted"] + probability,
        )

    _, *values = ops.while_loop(lambda count, *_: count < last, step, (first, *(state[name] for name in STATE)))
    return dict(zip(STATE, values, strict=True))
