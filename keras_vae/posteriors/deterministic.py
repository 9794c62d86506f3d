"""A single code for each example."""

import keras
from keras import ops

from keras_vae.posteriors.posterior import Posterior
from keras_vae.regularizers import KullbackLeiblerSparsity


@keras.saving.register_keras_serializable("keras_vae")
class Deterministic(Posterior):
    """The code of an autoencoder: one point for each example, no noise and no KL divergence.

    A sparse autoencoder is one whose code has an `activity_regularizer`: its penalty is summed over the units, averaged
    over the batch and added to the loss once, in nats like the reconstruction. `keras.regularizers.L1(weight)` adds
    weight * sum_j |z_j|; with `activation="relu"` many units are exactly 0.
    `regularizers.KullbackLeiblerSparsity(target, weight)` needs `activation="sigmoid"`. As everywhere in Keras, a
    regularizer does not see sample weights.

    Such a penalty asks for small numbers, which a decoder can scale up again: alone, it may leave all units in use at a
    small scale. Noise on the code prevents that, as in `Decoder(keras.Sequential([keras.layers.GaussianNoise(1.0),
    networks.dense([128])]), likelihood)`.

    ```python
    sparse = keras_vae.Autoencoder(
        keras_vae.Encoder(
            keras_vae.networks.dense([64]), keras_vae.posteriors.Deterministic(32, "relu", keras.regularizers.L1(0.1))
        ),
        keras_vae.Decoder(keras_vae.networks.dense([64]), keras_vae.likelihoods.Bernoulli((8, 8, 1))),
    )
    ```

    Parameters: `mean` `(batch, latent_dim)`.

    Args:
        latent_dim: Length of the code.
        activation: A Keras activation for the code, or `None`.
        activity_regularizer: A `keras.regularizers.Regularizer`, called on codes `(batch, latent_dim)`, whose value
            Keras divides by the batch size; or `None`.

    Raises:
        ValueError: If the regularizer does not suit codes with this activation.
    """

    parameter_names = ("mean",)
    is_point = True

    def __init__(self, latent_dim: int, activation=None, activity_regularizer=None, **kwargs):
        super().__init__(latent_dim, activity_regularizer=activity_regularizer, **kwargs)
        self.activation = keras.activations.get(activation)
        if isinstance(self.activity_regularizer, KullbackLeiblerSparsity):
            self.activity_regularizer.check_activation(self.activation)

    def call(self, features):
        params = super().call(features)
        return {"mean": self.activation(params["mean"])}

    def mean(self, params):
        return params["mean"]

    def variance(self, params):
        return ops.zeros_like(params["mean"])

    def sample(self, params, num_samples: int = 1, seed=None, shared_noise: bool = False):
        return ops.repeat(ops.expand_dims(params["mean"], 1), num_samples, axis=1)

    def get_config(self):
        return {**super().get_config(), "activation": keras.activations.serialize(self.activation)}
