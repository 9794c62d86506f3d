"""The networks in PyTorch, started as Keras starts them."""

import itertools

from cases import CONV_FEATURES, KERNEL_SIZE, SIZE, SMALLEST_SIDE, Case
from torch import nn

ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "gelu": nn.GELU}


def encoder(case: Case) -> nn.Sequential:
    """Images to mean and log-variance, side by side."""
    return started(nn.Sequential(*(dense_encoder(case) if case.network == "dense" else conv_encoder(case))))


def decoder(case: Case) -> nn.Sequential:
    """Codes to logits, in the layout of `image_shape`."""
    return started(nn.Sequential(*(dense_decoder(case) if case.network == "dense" else conv_decoder(case))))


def image_shape(case: Case) -> tuple[int, ...]:
    """The layout of one image: flat, or channels first."""
    return (SIZE,) if case.network == "dense" else (1, 28, 28)


def dense_encoder(case):
    """Layers of the dense encoder."""
    return [*dense_layers(case, (SIZE, *case.widths)), nn.Linear(case.widths[-1], 2 * case.latent_dim)]


def dense_decoder(case):
    """Layers of the dense decoder."""
    return [*dense_layers(case, (case.latent_dim, *case.widths[::-1])), nn.Linear(case.widths[0], SIZE)]


def dense_layers(case, sizes):
    """Linear layers between sizes, each with the activation."""
    for inputs, outputs in itertools.pairwise(sizes):
        yield from (nn.Linear(inputs, outputs), ACTIVATIONS[case.activation]())


def conv_encoder(case):
    """Layers of the convolutional encoder."""
    activation = ACTIVATIONS[case.activation]
    for inputs, outputs in itertools.pairwise((1, *case.widths)):
        yield from (nn.Conv2d(inputs, outputs, KERNEL_SIZE, stride=2, padding=1), activation())
    flat = SMALLEST_SIDE**2 * case.widths[-1]
    yield from (nn.Flatten(), nn.Linear(flat, CONV_FEATURES), activation())
    yield nn.Linear(CONV_FEATURES, 2 * case.latent_dim)


def conv_decoder(case):
    """Layers of the convolutional decoder."""
    activation = ACTIVATIONS[case.activation]
    filters = case.widths[::-1]
    grid = (filters[0], SMALLEST_SIDE, SMALLEST_SIDE)
    yield from (nn.Linear(case.latent_dim, SMALLEST_SIDE**2 * filters[0]), activation(), nn.Unflatten(1, grid))
    for inputs, outputs in itertools.pairwise((filters[0], *filters)):
        kernel = nn.ConvTranspose2d(inputs, outputs, KERNEL_SIZE, stride=2, padding=1, output_padding=1)
        yield from (kernel, activation())
    yield nn.ConvTranspose2d(filters[-1], 1, KERNEL_SIZE, padding=1)


def started(network: nn.Module) -> nn.Module:
    """Glorot's uniform weights and zero biases."""
    for name, parameter in network.named_parameters():
        nn.init.xavier_uniform_(parameter) if name.endswith("weight") else nn.init.zeros_(parameter)
    return network
