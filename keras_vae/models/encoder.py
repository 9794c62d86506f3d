"""q(z|x) as a model."""

import keras
from keras import ops

from keras_vae.models.composite import Composite, build_network, checked_part
from keras_vae.posteriors.posterior import Posterior


@keras.saving.register_keras_serializable("keras_vae")
class Encoder(Composite):
    """A network that ends in a posterior: `encoder(x)` returns the parameters of q(z|x).

    Args:
        network: Any Keras model or layer from `(batch, *event_shape)` to features `(batch, ...)`.
        posterior: What the features are projected to, such as `posteriors.DiagonalNormal(16)`.

    Raises:
        ValueError: If a part is of another kind, or the network's features have no known size.
    """

    part_names = ("network", "posterior")

    def __init__(self, network: keras.layers.Layer, posterior: Posterior, **kwargs):
        super().__init__(**kwargs)
        self.network = checked_part(network, keras.layers.Layer, "network")
        self.posterior = checked_part(posterior, Posterior, "posterior")

    @property
    def latent_dim(self) -> int:
        """Length of the code."""
        return self.posterior.latent_dim

    def build(self, input_shape):
        features_shape = build_network(self.network, input_shape, "encoder")
        if not self.posterior.built:
            self.posterior.build(features_shape)
        self.input_spec = keras.layers.InputSpec(shape=(None, *input_shape[1:]))

    def call(self, x):
        """Maps x `(batch, *event_shape)` to a dict of parameters, each `(batch, latent_dim)`."""
        return self.posterior(self.network(ops.cast(x, self.compute_dtype)))
