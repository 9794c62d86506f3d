"""A decoder with the encoder's weights."""

import math
import weakref

import keras

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.models.decoder import Decoder
from keras_vae.models.encoder import Encoder
from keras_vae.models.transposed_dense import TransposedDense
from keras_vae.ops.trainable import freeze_built

LAYERS_WITHOUT_WEIGHTS = (keras.layers.Flatten, keras.layers.Identity, keras.layers.InputLayer)


@keras.saving.register_keras_serializable("keras_vae")
class TiedDecoder(Decoder):
    """A decoder whose layers are the encoder's dense layers in reverse, their kernels transposed and their biases own.

    `Autoencoder(Encoder(networks.dense([128, 64]), posterior), TiedDecoder(likelihood))`: the model that it belongs to
    ties it to its encoder, which is built for it, when it is made and when it is loaded. A kernel is one variable,
    which is trained by what both sides make of it; the hidden layers have the activations that they have in the
    encoder. Of a posterior with more than a mean, as in a VAE, the mean's part of the kernel counts.

    With one layer on each side, no activation and squared errors the best kernel has orthonormal columns: x̂ - b is
    the projection on the leading principal axes (Baldi and Hornik 1989, "Neural Networks and Principal Component
    Analysis").

    Source: Vincent et al. 2010, "Stacked Denoising Autoencoders", section 2.2, on tied weights: W' = W^T.

    Args:
        likelihood: One with a single number for each element, such as `likelihoods.Bernoulli((28, 28, 1))`, and not
            yet built.

    Raises:
        ValueError: If the likelihood is of another kind.
    """

    part_names = ("likelihood",)

    def __init__(self, likelihood: Likelihood, **kwargs):
        # Its layers come with the encoder.
        super().__init__(keras.Sequential([keras.layers.Identity()]), likelihood, **kwargs)
        count = likelihood.num_parameters / math.prod(likelihood.event_shape)
        if count != 1:
            raise ValueError(
                "A tied decoder gives one number for each element, as the encoder takes one. "
                f"{type(likelihood).__name__} needs {count:g}: use `Decoder`, or a likelihood with one."
            )
        _check_projects(likelihood)
        if likelihood.built:
            raise ValueError("The likelihood is built already, with a projection of its own: give a new one.")
        self._encoder = None

    def take_condition(self, size: int) -> None:
        """Raises a ValueError: the encoder's layers in reverse have no place for a condition."""
        raise ValueError("A tied decoder has no place for a condition: use `Decoder`.")

    def build_for(self, encoder: Encoder) -> None:
        """Ties itself to an encoder, which is built for examples of the event's shape where it is not built yet.

        Raises:
            ValueError: If the encoder is not made of dense layers, takes another shape, or is another one than before.
        """
        if self._encoder is not None:
            if self._encoder() is not encoder:
                raise ValueError("The decoder is tied to the encoder of another model: give each model its own.")
            return
        _check_projects(encoder.posterior)
        dense = _dense_layers(encoder.network)
        if not encoder.built:
            encoder.build((None, *self.event_shape))
        dense.append(encoder.posterior.projection)
        if tuple(encoder.input_spec.shape[1:]) != self.event_shape:
            raise ValueError(
                f"A tied decoder gives back what its encoder takes, of shape {tuple(encoder.input_spec.shape[1:])}. "
                f"Received a likelihood of event_shape={self.event_shape}."
            )
        _check_flat(dense, self.event_shape)
        first, *hidden = _transposed(dense, encoder.latent_dim, self.likelihood)
        for layer in reversed(hidden):
            self.network.add(layer)
        self.likelihood.projection = first
        # No part of this one, which Keras would save with it.
        self._encoder = weakref.ref(encoder)
        super().build_for(encoder)
        freeze_built(self)

    def get_build_config(self):
        # It is built when it is tied, and not before.
        return None

    def get_config(self):
        config = super().get_config()
        config["likelihood"].pop("build_config", None)
        return config


def _check_projects(part) -> None:
    """Raises a ValueError where a posterior or a likelihood has no projection that could be shared."""
    if not part.has_projection:
        raise ValueError(
            f"A tied decoder shares the projection of {type(part).__name__}, which was made with projection=False: "
            "leave that out, or use `Decoder`."
        )


def _dense_layers(network) -> list[keras.layers.Dense]:
    """The dense layers of an encoder's network, from the first to the last."""
    layers = network.layers if isinstance(network, keras.Sequential) else [network]
    for layer in layers:
        if not isinstance(layer, (keras.layers.Dense, *LAYERS_WITHOUT_WEIGHTS)):
            raise ValueError(
                "A tied decoder needs an encoder of dense layers, one after the other, such as `networks.dense` makes. "
                f"Received: {layer.name!r} of type {type(layer).__name__}."
            )
    return [layer for layer in layers if isinstance(layer, keras.layers.Dense)]


def _check_flat(dense, event_shape) -> None:
    """Raises a ValueError where a layer takes anything but all that the one before it gives."""
    given = [math.prod(event_shape), *(layer.units for layer in dense[:-1])]
    for layer, size in zip(dense, given, strict=True):
        if layer.kernel.shape[0] != size:
            raise ValueError(
                f"A tied decoder needs dense layers on flat examples, of {size} numbers. {layer.name!r} takes "
                f"{layer.kernel.shape[0]}: begin the network with `keras.layers.Flatten()`."
            )


def _transposed(dense, latent_dim, likelihood) -> list[TransposedDense]:
    """For each layer the one that undoes it, and that ends in the activation of the layer before."""
    before = dense[:-1]
    units = [*(layer.units for layer in before), latent_dim]
    activations = [None, *(layer.activation for layer in before)]
    dtypes = [likelihood.dtype_policy, *(layer.dtype_policy for layer in before)]
    layers = zip(dense, units, activations, dtypes, strict=True)
    return [TransposedDense(layer, count, act, dtype=dtype) for layer, count, act, dtype in layers]
