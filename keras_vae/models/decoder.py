"""p(x|z) as a model."""

import keras
from keras import ops

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.models.composite import Composite, build_network, checked_part, takes
from keras_vae.models.condition_size import checked_condition_size, checked_features
from keras_vae.models.modulation import Modulation


@keras.saving.register_keras_serializable("keras_vae")
class Decoder(Composite):
    """A network that ends in a likelihood: `decoder(z)` returns the parameters of p(x|z).

    In a model with a condition it is told the features of that by the model, and is called `decoder(z, condition)`. The
    network is given both side by side, or, where it was built for z alone, a z that the condition scales and shifts:
    see `Modulation`.

    Args:
        network: Any Keras model or layer from `(n, latent_dim)` to features: flat ones `(n, d)`, or of the
            event's sides `(n, *event_shape[:-1], d)`.
        likelihood: What the features are projected to, such as `likelihoods.Bernoulli((28, 28, 1))`.
        condition_size: Number of features of the model's condition, which the model says; 0 is none.

    Raises:
        ValueError: If a part is of another kind, or the features cannot carry the event's shape.
    """

    part_names = ("network", "likelihood")

    def __init__(self, network: keras.layers.Layer, likelihood: Likelihood, condition_size: int = 0, **kwargs):
        super().__init__(**kwargs)
        self.network = checked_part(network, keras.layers.Layer, "network")
        self.likelihood = checked_part(likelihood, Likelihood, "likelihood")
        self.condition_size = condition_size
        self.modulation = None

    @property
    def event_shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        return self.likelihood.event_shape

    def take_condition(self, size: int) -> None:
        """Takes features of a condition beside z from now on.

        Raises:
            ValueError: If it was built for other ones.
        """
        self.condition_size = checked_condition_size(self, size, "decoder")

    def build_for(self, encoder) -> None:
        """Builds itself for an encoder's codes, where it is not built yet."""
        if not self.built:
            self.build((None, encoder.latent_dim))

    def build(self, input_shape):
        alone = (None, input_shape[-1])
        both = (None, input_shape[-1] + self.condition_size)
        joins = self.condition_size and takes(self.network, both)
        features_shape = build_network(self.network, both if joins else alone, "decoder")
        if self.condition_size and not joins:
            self.modulation = Modulation(self.condition_size, name="modulation")
            self.modulation.build(alone)
        if not self.likelihood.built:
            self.likelihood.build(features_shape)
        self.latent_dim = input_shape[-1]

    def call(self, z, condition=None):
        """Maps z `(batch, latent_dim)` or `(batch, num_samples, latent_dim)` to a dict of parameters.

        The network sees a single leading axis: a network for `(n, latent_dim)` serves for any number of
        samples.

        Args:
            z: Codes.
            condition: In a model with a condition, its features: `(batch, condition_size)`, the same for all samples
                of an example, or `(batch, num_samples, condition_size)`.

        Returns:
            Dict of tensors `(batch, *event_shape)` or `(batch, num_samples, *event_shape)`.
        """
        if z.shape[-1] != self.latent_dim:
            raise ValueError(f"The decoder was built for codes of length {self.latent_dim}. Received shape {z.shape}.")
        codes = ops.reshape(z, (-1, self.latent_dim))
        if self.condition_size:
            codes = self._conditioned(codes, _for_each_code(checked_features(condition, "decoder"), z))
        params = self.likelihood(self.network(codes))
        leading = (-1, *z.shape[1:-1])
        return {name: ops.reshape(value, (*leading, *value.shape[1:])) for name, value in params.items()}

    def get_config(self):
        # Of a decoder without a condition, what it always was.
        return {**super().get_config(), **({"condition_size": self.condition_size} if self.condition_size else {})}

    def _conditioned(self, codes, condition):
        """What the network is given, from codes and features with one leading axis."""
        if self.modulation is not None:
            return self.modulation(codes, condition)
        return ops.concatenate([codes, ops.cast(condition, codes.dtype)], axis=-1)


def _for_each_code(condition, z):
    """The features of each code, with one leading axis: those of an example are repeated for its samples."""
    if len(z.shape) == 3 and len(condition.shape) == 2:
        condition = ops.repeat(condition[:, None], ops.shape(z)[1], axis=1)
    return ops.reshape(condition, (-1, condition.shape[-1]))
