"""p(x|z) as a model."""

import keras
from keras import ops

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.models.composite import Composite, build_network, checked_part


@keras.saving.register_keras_serializable("keras_vae")
class Decoder(Composite):
    """A network that ends in a likelihood: `decoder(z)` returns the parameters of p(x|z).

    Args:
        network: Any Keras model or layer from `(n, latent_dim)` to features: flat ones `(n, d)`, or of the
            event's sides `(n, *event_shape[:-1], d)`.
        likelihood: What the features are projected to, such as `likelihoods.Bernoulli((28, 28, 1))`.

    Raises:
        ValueError: If a part is of another kind, or the features cannot carry the event's shape.
    """

    part_names = ("network", "likelihood")

    def __init__(self, network: keras.layers.Layer, likelihood: Likelihood, **kwargs):
        super().__init__(**kwargs)
        self.network = checked_part(network, keras.layers.Layer, "network")
        self.likelihood = checked_part(likelihood, Likelihood, "likelihood")

    @property
    def event_shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        return self.likelihood.event_shape

    def build_for(self, encoder) -> None:
        """Builds itself for an encoder's codes, where it is not built yet."""
        if not self.built:
            self.build((None, encoder.latent_dim))

    def build(self, input_shape):
        features_shape = build_network(self.network, (None, input_shape[-1]), "decoder")
        if not self.likelihood.built:
            self.likelihood.build(features_shape)
        self.latent_dim = input_shape[-1]

    def call(self, z):
        """Maps z `(batch, latent_dim)` or `(batch, num_samples, latent_dim)` to a dict of parameters.

        The network sees a single leading axis: a network for `(n, latent_dim)` serves for any number of
        samples.

        Returns:
            Dict of tensors `(batch, *event_shape)` or `(batch, num_samples, *event_shape)`.
        """
        if z.shape[-1] != self.latent_dim:
            raise ValueError(f"The decoder was built for codes of length {self.latent_dim}. Received shape {z.shape}.")
        params = self.likelihood(self.network(ops.reshape(z, (-1, self.latent_dim))))
        leading = (-1, *z.shape[1:-1])
        return {name: ops.reshape(value, (*leading, *value.shape[1:])) for name, value in params.items()}
