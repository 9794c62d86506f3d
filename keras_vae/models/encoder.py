"""q(z|x) as a model."""

import keras
from keras import ops

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.models.composite import Composite, build_network, checked_part, takes
from keras_vae.models.condition_size import checked_condition_size, checked_features
from keras_vae.models.enclosing import is_called_by_sequential
from keras_vae.models.modulation import Modulation
from keras_vae.models.network_units import NetworkUnits
from keras_vae.ops.checks import checked_bool
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

    In a model with a condition it is told the features of that by the model, and is called `encoder(x, condition)`. A
    network of flat examples is given both side by side. One of images, or one that was built for x alone, is given x,
    and the condition scales and shifts its features: see `Modulation`.

    A subclass that computes something else overrides `parameters`.

    Args:
        network: Any Keras model or layer from `(batch, *event_shape)` to features `(batch, ...)`.
        posterior: What the features are projected to, such as `posteriors.DiagonalNormal(16)`.
        units: How data is rescaled for the network; `None` is as it will be said by the model that the encoder is for.
        condition_size: Number of features of the model's condition, which the model says; 0 is none.
        ignores_condition: Whether q(z|x) is the same under all conditions.

    Raises:
        ValueError: If a part is of another kind, or the network's features have no known size.
    """

    part_names = ("network", "posterior", "units")

    def __init__(
        self,
        network: keras.layers.Layer,
        posterior: Posterior,
        units: NetworkUnits | None = None,
        condition_size: int = 0,
        ignores_condition: bool = False,
        **kwargs,
    ):
        # Data is rescaled in full precision, and cast for the network afterwards.
        super().__init__(**{**kwargs, "autocast": False})
        self.network = checked_part(network, keras.layers.Layer, "network")
        self.posterior = checked_part(posterior, Posterior, "posterior")
        self.units = checked_part(NetworkUnits(name="units") if units is None else units, NetworkUnits, "units")
        self.condition_size = condition_size
        self.ignores_condition = checked_bool(ignores_condition, "ignores_condition")
        self.modulation = None

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

    def take_condition(self, size: int) -> None:
        """Takes features of a condition beside x from now on.

        Raises:
            ValueError: If it was built for other ones.
        """
        if not self.ignores_condition:
            self.condition_size = checked_condition_size(self, size, "encoder")

    def build(self, input_shape):
        network_shape = self._network_shape(input_shape)
        features_shape = build_network(self.network, network_shape, "encoder")
        if self.condition_size and network_shape == tuple(input_shape):
            self.modulation = Modulation(self.condition_size, name="modulation")
            self.modulation.build(features_shape)
        # Called and not built, after which it could follow no other model: `summary` shows its shape then.
        self.units(keras.KerasTensor((None, *input_shape[1:]), dtype=self.units.variable_dtype))
        if not self.posterior.built:
            self.posterior.build(features_shape)
        self.input_spec = keras.layers.InputSpec(shape=(None, *input_shape[1:]))

    def call(self, x, condition=None):
        """Maps x `(batch, *event_shape)`, in the data's units, to a dict of parameters, each `(batch, latent_dim)`.

        In a model with a condition its features come with x, `(batch, condition_size)`; or `(batch, count,
        condition_size)` for several values, under each of which an example is looked at: parameters are then
        `(batch * count, latent_dim)`, all those of an example one after the other. Where a `keras.Sequential` calls it,
        it returns their mean `(batch, latent_dim)`.
        """
        x = ops.cast(self.units(x), self.compute_dtype)
        if self.condition_size:
            params = self.parameters(x, checked_features(condition, "encoder"))
        else:
            params = self.parameters(x)
        return self.posterior.mean(params) if is_called_by_sequential(self) else params

    def parameters(self, x, condition=None):
        """Maps what the network is given, `(batch, *event_shape)`, to a dict of parameters; see `call`."""
        if condition is None:
            return self.posterior(self.network(x))
        if self.modulation is None:
            x, condition = _for_each_value(x, condition)
            return self.posterior(self.network(ops.concatenate([x, ops.cast(condition, x.dtype)], axis=-1)))
        # The network runs once, however many values there are.
        return self.posterior(self.modulation(*_for_each_value(self.network(x), condition)))

    def get_config(self):
        # Of an encoder without a condition, what it always was.
        size = {"condition_size": self.condition_size} if self.condition_size else {}
        return {**super().get_config(), **size, **({"ignores_condition": True} if self.ignores_condition else {})}

    def _network_shape(self, input_shape) -> tuple:
        """What the network is given: flat examples with the condition beside them, where it takes that; else x."""
        input_shape = tuple(input_shape)
        if self.condition_size and len(input_shape) == 2:
            both = (input_shape[0], input_shape[1] + self.condition_size)
            return both if takes(self.network, both) else input_shape
        return input_shape


def _for_each_value(tensor, condition) -> tuple:
    """A tensor and the features of a condition with one leading axis: an example is repeated for each of its values."""
    if len(condition.shape) == 2:
        return tensor, condition
    return ops.repeat(tensor, condition.shape[1], axis=0), ops.reshape(condition, (-1, condition.shape[2]))
