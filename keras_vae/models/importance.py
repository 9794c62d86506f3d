"""log p(x) by codes that are drawn from q(z|x)."""

import functools
import math

import numpy as np
from keras import ops

from keras_vae.inputs.examples import x_of
from keras_vae.ops import noise

# Elements of x that the decoder gives parameters for at once: many enough for its matrix products to be fast, and few
# enough for a processor's cache.
ELEMENTS_AT_ONCE = 2**21


def compiled_estimates(vae, num_samples):
    """`estimates` as a compiled function that takes as many draws at once as suits the size of a batch.

    Args:
        vae: A `VAE`.
        num_samples: Draws for each example.

    Returns:
        A function of (x, seed, stream).
    """

    def function(x, seed, stream):
        at_once = min(num_samples, max(1, ELEMENTS_AT_ONCE // max(1, math.prod(x_of(x).shape))))
        estimate = functools.partial(estimates, vae, num_samples=num_samples, at_once=at_once)
        return vae.compiled_function(("log_likelihood", num_samples, at_once), estimate)(x, seed, stream)

    return function


def estimates(vae, x, seed, stream=0, num_samples: int = 5000, at_once: int = 1):
    """log p(x) and the effective sample size of each example, for tensors.

    Args:
        vae: A `VAE`.
        x: `(batch, *event_shape)`.
        seed: Int, or scalar integer tensor.
        stream: Which of the sequences of draws that belong to the seed.
        num_samples: Draws for each example.
        at_once: Draws for each example that are held at one time.

    Returns:
        `(batch, 2)`, float64.
    """
    context = vae.context(x)
    first_stream = ops.cast(stream, "int64") * num_samples

    def add_chunk(chunk, most, total, squares, count=at_once):
        generator = noise.FixedSeed(seed, first_stream + ops.cast(chunk, "int64"))
        log_weights = ops.cast(vae.log_weights(x, vae.draws(context, count, generator)), "float64")
        larger = ops.maximum(most, ops.max(log_weights, axis=1))
        weights, shrunk = ops.exp(log_weights - larger[:, None]), ops.exp(most - larger)
        total = total * shrunk + ops.sum(weights, axis=1)
        return chunk + 1, larger, total, squares * shrunk**2 + ops.sum(weights**2, axis=1)

    zeros = ops.zeros((ops.shape(x_of(x))[0],), dtype="float64")
    # The smallest number in place of minus infinity, from which nothing can be subtracted.
    sums = (ops.zeros((), "int32"), zeros + np.finfo(np.float64).min, zeros, zeros)
    chunks, left = divmod(num_samples, at_once)
    sums = ops.while_loop(lambda chunk, *_: chunk < chunks, add_chunk, sums)
    if left:
        sums = add_chunk(*sums, count=left)
    _, most, total, squares = sums
    return ops.stack([most + ops.log(total) - math.log(num_samples), total * total / squares], axis=1)
