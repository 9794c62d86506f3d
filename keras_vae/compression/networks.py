"""A model's networks in float64, which repeat themselves far better than rounding can tell."""

import copy
import json
import weakref

import keras
import numpy as np

from keras_vae.compression._fingerprint import fingerprint
from keras_vae.compression.rounding import MARGIN, Grid
from keras_vae.inputs.batches import num_rows, rows
from keras_vae.inputs.examples import condition_of, joined, x_of
from keras_vae.models.compiled_functions import CompiledFunctions
from keras_vae.ops.precision import float64_policy, in_float64

# Examples that are computed at once and one by one, to see how far the results are apart.
PROBES = 4
# The networks that were made last for each model, and what they were made of.
_LAST = weakref.WeakKeyDictionary()


def networks_of(vae: keras.Model) -> "Float64Networks":
    """The networks of a model, made and compiled once for what it is now: other weights or settings make others.

    They are kept as long as the model is, twice the size of its own weights.
    """
    networks, made_of = _LAST.get(vae, (None, None))
    if networks is None or made_of != _made_of(vae):
        networks = Float64Networks(vae)
        _LAST[vae] = networks, _made_of(vae)
    return networks


class Float64Networks:
    """The encoder and the decoder of a VAE again, with the same weights, all of it in float64.

    In float32 a sum depends in its last digits on the number of threads, the batch and the instruction set (oneDNN).
    In float64 it does so too, in digits that are 10^8 times smaller.

    Of a model with a condition, examples and codes are `{"x": ..., "condition": ...}`, with the condition's values.

    Args:
        vae: A built model with a prior.

    Raises:
        ValueError: If a network cannot be made again from its configuration.
    """

    def __init__(self, vae):
        self._encoder = _again(vae.encoder, "encoder", lambda encoder: encoder.build((None, *vae.event_shape)))
        # A decoder may have the encoder's weights.
        self._decoder = _again(vae.decoder, "decoder", lambda decoder: decoder.build_for(self._encoder))
        self._condition = None
        if vae.condition is not None:
            self._condition = _again(vae.condition, "condition", lambda again: again.build((None, *again.shape)))
        self._functions = CompiledFunctions()

    def posterior(self, x: np.ndarray) -> dict[str, np.ndarray]:
        """Parameters of q(z|x): `(n, *event_shape)` to float64 `(n, latent_dim)`, by name."""
        return self._call("posterior", self._posterior, x)

    def likelihood(self, z: np.ndarray) -> dict[str, np.ndarray]:
        """Parameters of p(x|z): `(n, latent_dim)` to float64 `(n, *event_shape, ...)`, by name."""
        return self._call("likelihood", self._likelihood, z)

    def mean_image(self, z: np.ndarray) -> np.ndarray:
        """The mean of p(x|z): `(n, latent_dim)` to float64 `(n, *event_shape)`."""
        return self._call("mean", self._mean, z)["mean"]

    def check_repeatable(self, x: np.ndarray, posterior_grids: dict[str, Grid], grids: dict[str, Grid]) -> None:
        """Raises a ValueError if the networks' outputs for an example depend on the others in its batch.

        Args:
            x: Examples `(n, *event_shape)`, of which the first few are tried.
            posterior_grids: What the posterior's parameters are rounded to, by name.
            grids: What the likelihood's parameters are rounded to, by name.
        """
        x = rows(x, 0, PROBES)
        if num_rows(x) < 2:
            return
        posterior = self.posterior(x)
        _check(self.posterior, x, posterior, posterior_grids, "encoder")
        z = joined(posterior["mean"], condition_of(x))
        _check(self.likelihood, z, self.likelihood(z), grids, "decoder")

    def _call(self, name, function, inputs):
        inputs = joined(np.asarray(x_of(inputs), np.float64), condition_of(inputs))
        found = self._functions.get(name, function)(inputs)
        return {key: np.asarray(value) for key, value in found.items()}

    def _posterior(self, x):
        return self._encoder(x_of(x), *self._features(x), training=False)

    def _likelihood(self, z):
        return self._decoder(x_of(z), *self._features(z), training=False)

    def _mean(self, z):
        return {"mean": self._decoder.likelihood.mean(self._likelihood(z))}

    def _features(self, inputs) -> list:
        return [] if self._condition is None else [self._condition(condition_of(inputs))]


def _check(function, inputs, together, grids, name):
    alone = [function(rows(inputs, i, 1)) for i in range(num_rows(inputs))]
    for parameter, grid in grids.items():
        one_by_one = np.concatenate([outputs[parameter] for outputs in alone])
        difference = np.abs(together[parameter] - one_by_one).max() * grid.steps_per_unit
        if difference > MARGIN / 10:
            raise ValueError(
                f"The {name} gives different values for an example alone and for the same one in a batch: its "
                f"{parameter!r} differs by {difference / grid.steps_per_unit:.1e}. Whoever reads the file must get the "
                "same values. A layer may be random, depend on the batch, or compute in less than float64 whatever "
                "its dtype says."
            )


def _again(model, name, build):
    with float64_policy():
        try:
            other = type(model).from_config(in_float64(copy.deepcopy(model.get_config())))
        except (TypeError, NotImplementedError) as error:
            raise ValueError(
                f"Compression rebuilds the {name} from its configuration, in float64, and that fails. Give each of "
                "your own layers a `get_config`, and register its class with "
                f"`@keras.saving.register_keras_serializable()`. Keras says: {error}"
            ) from error
        if not other.built:
            build(other)
    other.set_weights(model.get_weights())
    return other


def _made_of(vae) -> tuple[bytes, str]:
    """All that networks are made of: the weights, and whole configurations, of which a fingerprint has a part."""
    parts = [vae.encoder, vae.decoder] if vae.condition is None else [vae.encoder, vae.decoder, vae.condition]
    configs = [part.get_config() for part in parts]
    return fingerprint(vae), json.dumps(configs)
