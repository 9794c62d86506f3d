"""The networks in JAX, started as Keras starts them: parameters are lists of `(weights, bias)`."""

import functools
import itertools

import jax
import jax.numpy as jnp
from cases import CONV_FEATURES, EVENT_SHAPE, KERNEL_SIZE, SIZE, SMALLEST_SIDE, Case

ACTIVATIONS = {"tanh": jnp.tanh, "relu": jax.nn.relu, "gelu": functools.partial(jax.nn.gelu, approximate=False)}
LAYOUT = ("NHWC", "HWIO", "NHWC")
glorot = jax.nn.initializers.glorot_uniform()


def image_shape(case: Case) -> tuple[int, ...]:
    """The layout of one image: flat, or channels last."""
    return (SIZE,) if case.network == "dense" else EVENT_SHAPE


def initial(case: Case, key) -> dict:
    """Parameters of encoder and decoder."""
    filters = case.widths[::-1]
    if case.network == "dense":
        encoder = dense_shapes((SIZE, *case.widths, 2 * case.latent_dim))
        decoder = dense_shapes((case.latent_dim, *filters, SIZE))
    else:
        flat = SMALLEST_SIDE**2 * filters[0]
        encoder = [*kernel_shapes((1, *case.widths)), *dense_shapes((flat, CONV_FEATURES, 2 * case.latent_dim))]
        decoder = [*dense_shapes((case.latent_dim, flat)), *transposed_shapes((filters[0], *filters, 1))]
    keys = iter(jax.random.split(key, len(encoder) + len(decoder)))
    return {
        part: [(glorot(next(keys), weights), jnp.zeros(outputs)) for weights, outputs in shapes]
        for part, shapes in (("encoder", encoder), ("decoder", decoder))
    }


def dense_shapes(sizes):
    """Of each dense layer between sizes the shape of its weights, and its outputs."""
    return [((before, after), after) for before, after in itertools.pairwise(sizes)]


def kernel_shapes(channels):
    """Of each convolution between channels the shape of its kernel, and its outputs."""
    return [((KERNEL_SIZE, KERNEL_SIZE, before, after), after) for before, after in itertools.pairwise(channels)]


def transposed_shapes(channels):
    """Of each transposed convolution between channels the shape of its kernel, and its outputs."""
    return [((KERNEL_SIZE, KERNEL_SIZE, after, before), after) for before, after in itertools.pairwise(channels)]


def encode(case, params, x):
    """Images to mean and log-variance."""
    activation, layers = ACTIVATIONS[case.activation], params["encoder"]
    if case.network == "conv":
        kernels, layers = layers[: len(case.widths)], layers[len(case.widths) :]
        for kernel, bias in kernels:
            x = activation(conv(x, kernel, 2) + bias)
        x = x.reshape(len(x), -1)
    return jnp.split(dense(x, layers, activation), 2, axis=1)


def decode(case, params, z):
    """Codes to logits."""
    activation, layers = ACTIVATIONS[case.activation], params["decoder"]
    if case.network == "dense":
        return dense(z, layers, activation)
    first, *middle, last = layers
    x = activation(dense(z, [first], activation)).reshape(-1, SMALLEST_SIDE, SMALLEST_SIDE, case.widths[-1])
    for kernel, bias in middle:
        x = activation(conv_transpose(x, kernel, 2) + bias)
    kernel, bias = last
    return conv_transpose(x, kernel, 1) + bias


def dense(x, layers, activation):
    """Dense layers, with the activation between them."""
    *hidden, (weights, bias) = layers
    for hidden_weights, hidden_bias in hidden:
        x = activation(x @ hidden_weights + hidden_bias)
    return x @ weights + bias


def conv(x, kernel, strides):
    """A convolution that divides the sides by the strides."""
    return jax.lax.conv_general_dilated(x, kernel, (strides, strides), "SAME", dimension_numbers=LAYOUT)


@functools.partial(jax.custom_vjp, nondiff_argnums=(2,))
def conv_transpose(x, kernel, strides):
    """The transpose of `conv`: a kernel from its inputs to its outputs, which are here x.

    Its gradients are a convolution and the gradient of one. Those that JAX finds by itself take XLA many times
    as long on a CPU.
    """
    return jax.lax.conv_transpose(
        x, kernel, (strides, strides), "SAME", dimension_numbers=LAYOUT, transpose_kernel=True
    )


def conv_transpose_forward(x, kernel, strides):
    """What the gradients need is what came in."""
    return conv_transpose(x, kernel, strides), (x, kernel)


def conv_transpose_backward(strides, inputs, gradient):
    """Gradients of x and of the kernel."""
    x, kernel = inputs
    x_gradient, transpose = jax.vjp(lambda kernel: conv(gradient, kernel, strides), kernel)
    return x_gradient, *transpose(x)


conv_transpose.defvjp(conv_transpose_forward, conv_transpose_backward)
