"""q(z|x) as a model."""

import keras
from keras import ops

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.models.composite import Composite, build_network, checked_part
from keras_vae.models.enclosing import is_called_by_sequential
from keras_vae.models.network_units import NetworkUnits
from keras_vae.posteriors.posterior import Posterior


@keras.saving.register_keras_serializable("keras_vae")
class Encoder(Composite):
    """A network that ends in a posterior: `encoder(x)` returns the parameters of q(z|x), a dict of tensors.

    x is in the data's own units, alone as in a model: an encoder that belongs to a model rescales x as that model's
    likelihood says, such as whole numbers to [-1, 1] or the columns of a table by what was fitted to them, and takes
    that along wherever it goes. An encoder that belongs to none gives its network x as it is.

    It is a layer as any other, so that a trained one is the base of another model: the code is
    `encoder(inputs)["mean"]` in a functional model, and `keras.Sequential([vae.encoder, keras.layers.Dense(10)])` gives
    its next layer the mean of q(z|x), `(batch, latent_dim)`, in place of the dict. Such a model trains the encoder too
    unless `vae.encoder.trainable = False`, and is saved and loaded without the VAE.

    A subclass that computes something else overrides `parameters`.

    Args:
        network: Any Keras model or layer from `(batch, *event_shape)` to features `(batch, ...)`.
        posterior: What the features are projected to, such as `posteriors.DiagonalNormal(16)`.
        units: How data is rescaled for the network; `None` is as it will be said by the model that the encoder is for.

    Raises:
        ValueError: If a part is of another kind, or the network's features have no known size.
    """

    part_names = ("network", "posterior", "units")

    def __init__(self, network: keras.layers.Layer, posterior: Posterior, units: NetworkUnits | None = None, **kwargs):
        # Data is rescaled in full precision, and cast for the network afterwards.
        super().__init__(**{**kwargs, "autocast": False})
        self.network = checked_part(network, keras.layers.Layer, "network")
        self.posterior = checked_part(posterior, Posterior, "posterior")
        self.units = checked_part(NetworkUnits(name="units") if units is None else units, NetworkUnits, "units")

    @property
    def latent_dim(self) -> int:
        """Length of the code."""
        return self.posterior.latent_dim

    @property
    def latent_shape(self) -> tuple[int, ...]:
        """Shape of one code."""
        return self.posterior.latent_shape

    def take_units_of(self, likelihood: Likelihood) -> None:
        """Takes data in the units of a likelihood from now on, the one of the model that it belongs to.

        Raises:
            ValueError: If it belongs to a model of other units already.
        """
        self.units.follow(likelihood)

    def build(self, input_shape):
        features_shape = build_network(self.network, input_shape, "encoder")
        # Called and not built, after which it could follow no other model: `summary` shows its shape then.
        self.units(keras.KerasTensor((None, *input_shape[1:]), dtype=self.units.variable_dtype))
        if not self.posterior.built:
            self.posterior.build(features_shape)
        self.input_spec = keras.layers.InputSpec(shape=(None, *input_shape[1:]))

    def call(self, x):
        """Maps x `(batch, *event_shape)`, in the data's units, to a dict of parameters, each `(batch, latent_dim)`.

        Where a `keras.Sequential` calls it, to their mean `(batch, latent_dim)`.
        """
        params = self.parameters(ops.cast(self.units(x), self.compute_dtype))
        return self.posterior.mean(params) if is_called_by_sequential(self) else params

    def parameters(self, x):
        """Maps what the network is given, `(batch, *event_shape)`, to a dict of parameters."""
        return self.posterior(self.network(x))
