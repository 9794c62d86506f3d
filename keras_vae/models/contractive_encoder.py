"""An encoder whose code changes little where x does."""

import keras
import tensorflow as tf
from keras import ops

from keras_vae.models.encoder import Encoder
from keras_vae.ops.checks import checked_number
from keras_vae.ops.keras_internals import all_layers
from keras_vae.ops.precision import head_dtype
from keras_vae.ops.reductions import batch_mean
from keras_vae.posteriors.posterior import Posterior


@keras.saving.register_keras_serializable("keras_vae")
class ContractiveEncoder(Encoder):
    """An `Encoder` that adds weight * ||dz/dx||_F^2 to the loss: a contractive autoencoder's part.

    The penalty is the squared Frobenius norm of the Jacobian of the posterior's mean with respect to the network's
    input, averaged over the batch. It is exact for any network. It costs a backward pass for each unit of the code, and
    memory for `batch * latent_dim * elements of x` numbers. The loss of `evaluate` holds the
    penalty too; `encode` and its like compute none of it where they run as graphs.

    Layers that let the examples of a batch depend on each other, such as a batch normalization that is trained, have
    no derivative for each example, and Keras's own are refused.

    Under mixed precision the derivatives are computed in the network's dtype, and their squares in float32.

    Source: Rifai et al. 2011, "Contractive Auto-Encoders: Explicit Invariance During Feature Extraction", equation 1
    for the norm, and its objective J_CAE, where `weight` is lambda.

    Args:
        network: Any Keras model or layer from `(batch, *event_shape)` to features `(batch, ...)`.
        posterior: What the features are projected to, such as `posteriors.Deterministic(16)`.
        weight: Nats of the loss for each unit of the squared norm, at least 0.

    Raises:
        ValueError: If a part is of another kind, the weight is below 0, or the code has no derivative by x.
    """

    def __init__(self, network: keras.layers.Layer, posterior: Posterior, weight: float, **kwargs):
        super().__init__(network, posterior, **kwargs)
        self.weight = checked_number(weight, "weight", 0.0)

    def build(self, input_shape):
        super().build(input_shape)
        mixing = [layer for layer in all_layers(self.network) if _mixes_examples(layer)]
        if mixing:
            raise ValueError(
                "A contractive penalty needs a code that depends on its own example alone. The network has "
                f"{mixing[0].name!r}, a batch normalization that is trained: use `keras.layers.LayerNormalization`, or "
                "freeze it by `trainable = False`."
            )
        if not self._has_derivative(input_shape):
            raise ValueError(
                "The code has no derivative by x: some layer of the encoder's network, such as an embedding or a "
                "rounding, cuts it off. Use `Encoder`."
            )

    def parameters(self, x, condition=None):
        """Maps what the network is given to a dict of parameters, each `(batch, latent_dim)`, and adds the penalty."""
        x = tf.convert_to_tensor(x)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            params = super().parameters(x, condition)
            code = self.posterior.mean(params)
        self.add_loss(self.weight * batch_mean(squared_norm(tape.batch_jacobian(code, x))))
        return params

    def _has_derivative(self, input_shape) -> bool:
        # Asked before any training: a Jacobian that there is none of would be zeros.
        if None in input_shape[1:]:
            return True
        x = tf.zeros((1, *input_shape[1:]), self.compute_dtype)
        condition = tf.zeros((1, self.condition_size), self.compute_dtype) if self.condition_size else None
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            code = self.posterior.mean(super().parameters(x, condition))
        return tape.gradient(code, x) is not None

    def get_config(self):
        return {**super().get_config(), "weight": self.weight}


def squared_norm(jacobian):
    """The sum of squares for each example: `(batch, ...)` to `(batch,)`, computed in the dtype of heads."""
    jacobian = ops.cast(jacobian, head_dtype())
    return ops.sum(jacobian * jacobian, axis=tuple(range(1, len(jacobian.shape))))


def _mixes_examples(layer) -> bool:
    return isinstance(layer, keras.layers.BatchNormalization) and layer.trainable
