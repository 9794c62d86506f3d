"""From the data's units to those that a network sees."""

import keras

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.likelihoods.masked import Masked, unmasked
from keras_vae.ops.keras_internals import all_layers

# Of a likelihood's configuration, what does not change how it rescales.
NO_UNITS = ("name", "dtype", "trainable", "event_shape", "projection")


@keras.saving.register_keras_serializable("keras_vae")
class NetworkUnits(keras.layers.Layer):
    """Rescales data as a likelihood says: what an encoder begins with, and takes along where it goes without a model.

    What a likelihood fits to data, such as the means of a table's columns, are this layer's variables too. Without a
    likelihood x stays as it is.

    Args:
        likelihood: A `Likelihood` that belongs to no model, or `None`: a model says which one is its own by `follow`.
    """

    def __init__(self, likelihood: Likelihood | None = None, **kwargs):
        # The likelihood casts for itself: in half precision large values would lose their digits first.
        super().__init__(**{**kwargs, "autocast": False})
        # It has no weights to build, and what it follows may change later.
        self.built = True
        self._follows_a_model = False
        self._fitted = []
        self._take(likelihood)

    def follow(self, likelihood: Likelihood) -> None:
        """Rescales as the likelihood of a model does from now on.

        Raises:
            ValueError: If it follows another model's, which rescales otherwise.
        """
        before = self._likelihood()
        if before is likelihood:
            return
        if before is not None and not self._agrees_with(likelihood):
            raise ValueError(
                f"The encoder takes the data of another {_name(before)}, and rescales it so for its network; this "
                f"model's {_name(likelihood)} rescales its data otherwise. Give the model an encoder of its own: with "
                "the same network and posterior that is `Encoder(encoder.network, encoder.posterior)`."
            )
        if not (self._follows_a_model and isinstance(before, Masked)):
            # What leaves out missing values does for data without any.
            self._take(likelihood)
        self._follows_a_model = True

    def call(self, x):
        """Maps x `(batch, *event_shape)` to what the network is given, in the same shape."""
        likelihood = self._likelihood()
        return x if likelihood is None else likelihood.rescaled(x)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def quantize(self, *args, **kwargs):
        """Does nothing."""

    def load_own_variables(self, store):
        # Older files hold them with the likelihood alone, which loads them.
        if len(store.keys()) > 0:
            super().load_own_variables(store)

    def get_config(self):
        return {**super().get_config(), "likelihood": _unbuilt_config(self._likelihood())}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "likelihood": keras.saving.deserialize_keras_object(config["likelihood"])})

    def _take(self, likelihood):
        # No part of this layer, which would count the decoder's weights among the encoder's.
        self._likelihood = lambda: likelihood
        # In place, so that Keras forgets the variables that were in it.
        self._fitted.clear()
        self._fitted.extend([] if likelihood is None else _fitted(_unbuilt(likelihood), likelihood))

    def _agrees_with(self, likelihood) -> bool:
        ours, other = unmasked(self._likelihood()), unmasked(likelihood)
        if ours is other:
            return True
        rescaled = type(ours).rescaled
        if rescaled is not type(other).rescaled:
            return False
        if rescaled is Likelihood.rescaled:
            return True
        # Two models fit what they fit to data of their own.
        return _settings(ours) == _settings(other) and not (self._follows_a_model and self._fitted)


def _name(likelihood) -> str:
    settings = ", ".join(f"{name}={value!r}" for name, value in _settings(unmasked(likelihood)).items())
    return f"{type(likelihood).__name__} ({settings})" if settings else type(likelihood).__name__


def _settings(likelihood) -> dict:
    return {name: value for name, value in likelihood.get_config().items() if name not in NO_UNITS}


def _unbuilt_config(likelihood) -> dict | None:
    """A likelihood's serialised configuration without its projection; `None` where it leaves data as it is."""
    if likelihood is None or type(likelihood).rescaled is Likelihood.rescaled:
        return None
    return _without_builds(keras.saving.serialize_keras_object(likelihood))


def _without_builds(config):
    if not isinstance(config, dict):
        return config
    return {name: _without_builds(value) for name, value in config.items() if name != "build_config"}


def _unbuilt(likelihood) -> Likelihood:
    """The likelihood, or one like it, as it is before it is built: what it has then it can rescale by."""
    built = any(layer.built for layer in all_layers(likelihood))
    config = _unbuilt_config(likelihood) if built else None
    return likelihood if config is None else type(likelihood).from_config(config["config"])


def _fitted(unbuilt, likelihood):
    """The variables of a likelihood that it has before it is built."""
    if type(likelihood).rescaled is Likelihood.rescaled:
        return
    for name, value in vars(unbuilt).items():
        if isinstance(value, keras.Variable):
            yield getattr(likelihood, name)
        elif isinstance(value, Likelihood):
            yield from _fitted(value, getattr(likelihood, name))
