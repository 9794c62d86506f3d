"""Codes uphill, of which none gets worse."""

from keras import ops

from keras_vae.ops.gradient import value_and_gradient

GROWTH, SHRINKAGE = 1.5, 0.5
STATE = ("z", "value", "log_likelihood", "least", "gradient", "step_size")


def start_ascent(log_joint, z, step_size) -> dict:
    """The state of an ascent before its first step.

    Args:
        log_joint: Maps codes `(batch, num_samples, latent_dim)` to log p(z) + log p(observed | z) and to its second
            term alone, each `(batch, num_samples)`, in nats.
        z: Codes to start at.
        step_size: Of the first step, as a share of the scales that `ascend` is given.

    Returns:
        Dict of tensors for `ascend`: `z`, `value`, `log_likelihood`, `least` (what `log_likelihood` never falls below),
        `gradient` and `step_size`.
    """
    value, gradient, log_likelihood = value_and_gradient(log_joint, z)
    return {
        "z": z,
        "value": value,
        "log_likelihood": log_likelihood,
        "least": log_likelihood,
        "gradient": gradient,
        "step_size": ops.full_like(value, step_size),
    }


def ascend(log_joint, state: dict, variance, num_steps) -> dict:
    """Gradient steps towards a mode of p(z | observed), each code with a step size of its own.

    A step is taken only where log p(z) + log p(observed | z) rises, and log p(observed | z) does not fall below what it
    was at the start; the next is longer then, and shorter after one that was not taken. So neither gets worse, whatever
    the step size, and where it is far too long or too short it mends itself.

    Args:
        log_joint: As for `start_ascent`.
        state: What `start_ascent` or a call before returned.
        variance: Scales the gradient: variances of the latents, broadcasting to `(batch, num_samples, latent_dim)`.
        num_steps: How many, an int or a scalar integer tensor.

    Returns:
        The state after so many steps.
    """
    num_steps = ops.cast(num_steps, "int32")

    def step(count, *values):
        now = dict(zip(STATE, values, strict=True))
        z = now["z"] + now["step_size"][..., None] * variance * now["gradient"]
        value, gradient, log_likelihood = value_and_gradient(log_joint, z)
        # Comparisons with NaN are false: such a step is not taken.
        better = ops.logical_and(value > now["value"], log_likelihood >= now["least"])
        better = ops.logical_and(better, ops.all(ops.isfinite(gradient), axis=-1))
        return (
            count + 1,
            ops.where(better[..., None], z, now["z"]),
            ops.where(better, value, now["value"]),
            ops.where(better, log_likelihood, now["log_likelihood"]),
            now["least"],
            ops.where(better[..., None], gradient, now["gradient"]),
            now["step_size"] * ops.where(better, GROWTH, SHRINKAGE),
        )

    _, *values = ops.while_loop(lambda count, *_: count < num_steps, step, (0, *(state[name] for name in STATE)))
    return dict(zip(STATE, values, strict=True))
