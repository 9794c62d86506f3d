"""JAX by hand: one jitted `lax.scan` over the steps of an epoch; with convolutions, a loop over a jitted step."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from cases import ADAM_EPSILON, WHITE, Case

from contenders import jax_networks

FIRST_DECAY, SECOND_DECAY = 0.9, 0.999


class Contender:
    """Data, random numbers and optimizer live inside what is compiled; the state is donated to it."""

    def __init__(self, case: Case, images: np.ndarray, seed: int):
        key, weights_key = jax.random.split(jax.random.key(seed))
        self.case = case
        self.images = jnp.asarray(images.reshape(-1, *jax_networks.image_shape(case)))
        self.state = initial_state(jax_networks.initial(case, weights_key), key)
        # In a loop of its own, XLA computes convolutions on a CPU some forty times as slowly.
        self.run_epoch = scanned(case) if case.network == "dense" else stepped(case)

    def train(self, epochs: int) -> list[float]:
        return [self._epoch() for _ in range(epochs)]

    def _epoch(self) -> float:
        self.state, loss = jax.block_until_ready(self.run_epoch(self.state, self.images))
        return float(loss)

    def negative_elbo(self, images) -> float:
        x = images.reshape(-1, *self.images.shape[1:])
        return float(jax.jit(negative_elbo, static_argnums=0)(self.case, self.state["params"], x, jax.random.key(0)))


def initial_state(params, key) -> dict:
    """What changes from step to step: parameters, Adam's means, the number of steps and the random state."""
    first, second = (jax.tree.map(jnp.zeros_like, params) for _ in range(2))
    return {"params": params, "first": first, "second": second, "count": jnp.zeros((), jnp.int32), "key": key}


def scanned(case):
    """An epoch as one compiled function: state and images to the new state and the mean loss."""

    def epoch(state, images):
        state, order = shuffled(case, state)
        state, losses = jax.lax.scan(lambda state, chosen: step(case, state, images, chosen), state, order)
        return state, losses.mean()

    return jax.jit(epoch, donate_argnums=0)


def stepped(case):
    """The same as a loop over a compiled step."""
    shuffle = jax.jit(functools.partial(shuffled, case), donate_argnums=0)
    one_step = jax.jit(functools.partial(step, case), donate_argnums=0)

    def epoch(state, images):
        state, order = shuffle(state)
        losses = []
        for chosen in order:
            state, loss = one_step(state, images, chosen)
            losses.append(loss)
        return state, jnp.stack(losses).mean()

    return epoch


def shuffled(case, state):
    """The new state, and indices of images, `(steps, batch_size)`."""
    key, order_key = jax.random.split(state["key"])
    order = jax.random.permutation(order_key, case.images).reshape(case.steps, case.batch_size)
    return {**state, "key": key}, order


def step(case, state, images, chosen):
    """Binarises a batch, and takes a step of Adam: the new state, and the loss."""
    key, draw_key, noise_key = jax.random.split(state["key"], 3)
    pixels = images[chosen]
    x = (jax.random.uniform(draw_key, pixels.shape) * WHITE < pixels).astype(jnp.float32)
    loss, gradients = jax.value_and_grad(functools.partial(negative_elbo, case))(state["params"], x, noise_key)
    return {**adam(case, state, gradients), "key": key}, loss


def negative_elbo(case, params, x, key):
    """The negative ELBO of a batch, averaged over it."""
    mean, log_variance = jax_networks.encode(case, params, x)
    z = mean + jnp.exp(0.5 * log_variance) * jax.random.normal(key, mean.shape)
    logits = jax_networks.decode(case, params, z)
    reconstruction = jnp.sum(jax.nn.softplus(logits) - x * logits)
    kl = -0.5 * jnp.sum(1 + log_variance - mean**2 - jnp.exp(log_variance))
    return (reconstruction + kl) / len(x)


def adam(case, state, gradients):
    """Adam, with the bias of both means corrected.

    Source: Kingma and Ba 2015, "Adam: a method for stochastic optimization", algorithm 1.
    """
    rates = jnp.asarray(case.learning_rates())
    rate = rates[jnp.minimum(state["count"], len(rates) - 1)]
    count = state["count"] + 1
    first = jax.tree.map(lambda mean, g: FIRST_DECAY * mean + (1 - FIRST_DECAY) * g, state["first"], gradients)
    second = jax.tree.map(lambda mean, g: SECOND_DECAY * mean + (1 - SECOND_DECAY) * g**2, state["second"], gradients)
    first_bias, second_bias = 1 - FIRST_DECAY**count, 1 - SECOND_DECAY**count

    def updated(param, mean, square):
        return param - rate * (mean / first_bias) / (jnp.sqrt(square / second_bias) + ADAM_EPSILON)

    params = jax.tree.map(updated, state["params"], first, second)
    return {"params": params, "first": first, "second": second, "count": count}
