"""The importance-weighted bound."""

import math

import keras
from keras import ops

from keras_vae.objectives.objective import Objective
from keras_vae.ops.checks import checked_bool


@keras.saving.register_keras_serializable("keras_vae")
class ImportanceWeighted(Objective):
    """log p(x) >= E[log 1/K sum_k w_k], w_k = p(x|z_k) p(z_k) / q(z_k|x), for the K = `num_samples` codes of a model.

    With K = 1 it is the ELBO, from a single draw; the more codes, the tighter the bound. The model's `call` adds no
    divergence; the logged `kl` and `negative_elbo` are the ELBO's, for comparison. If beta is not 1, it weighs log p(z)
    - log q(z|x) in log w, so that a warm-up works; only at beta = 1 is this a bound.

    The usual gradient for the encoder gets noisier with K. The doubly reparameterized one has the same expectation and
    less variance: it leaves out the score of q(z|x), which a second reparameterization turns into a second factor w_k /
    sum_j w_j on the gradient through z_k; if beta is not 1, the factor is 1 - beta + beta w_k / sum_j w_j. The value of
    the loss, and the decoder's gradient, are the same.

    ```python
    iwae = keras_vae.VAE(
        keras_vae.Encoder(keras_vae.networks.dense([64]), keras_vae.posteriors.DiagonalNormal(8)),
        keras_vae.Decoder(keras_vae.networks.dense([64]), keras_vae.likelihoods.Bernoulli((8, 8, 1))),
        objective=keras_vae.objectives.ImportanceWeighted(),
        num_samples=5,
    )
    ```

    Sources: Burda, Grosse and Salakhutdinov 2015, "Importance Weighted Autoencoders", equation 8; Tucker, Lawson, Gu
    and Maddison 2018, "Doubly Reparameterized Gradient Estimators for Monte Carlo Objectives", equation 8.

    Args:
        doubly_reparameterized: Whether the encoder gets the doubly reparameterized gradient.

    Raises:
        ValueError: If the argument is not a bool.
    """

    adds_kl = False
    weighs_codes = True

    def __init__(self, doubly_reparameterized: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.doubly_reparameterized = checked_bool(doubly_reparameterized, "doubly_reparameterized")

    @property
    def stops_score(self) -> bool:
        """Whether q(z|x) in the weights is a function of z alone: its parameters then act only through z."""
        return self.doubly_reparameterized

    def cost(self, log_likelihood, outputs, beta):
        log_weights = _log_weights(log_likelihood, outputs, beta)
        return math.log(log_weights.shape[1]) - ops.logsumexp(log_weights, axis=1)

    def gradients(self, tape, step, weights, beta):
        if not self.doubly_reparameterized:
            return super().gradients(tape, step, weights, beta)
        z = step.outputs["z"]
        *gradients, z_gradient = tape.gradient(step.loss, [*weights, z])
        # What layers of the decoder have added is no part of the bound, and keeps its gradient.
        z_gradient = _difference(z_gradient, tape.gradient(step.added, z))
        # The gradient through z_k has the factor w_k / sum_j w_j once; what is missing to its square is added. The
        # score that is left out has the factor beta, and so has what stands in for it.
        log_weights = _log_weights(step.log_likelihood, step.outputs, beta)
        share = ops.exp(log_weights - ops.logsumexp(log_weights, axis=1, keepdims=True))
        missing = ops.cast(beta, share.dtype) * ops.expand_dims(share - 1.0, -1) * z_gradient
        corrections = tape.gradient(z, weights, output_gradients=missing)
        return [_sum(*pair) for pair in zip(gradients, corrections, strict=True)]

    def get_config(self):
        return {**super().get_config(), "doubly_reparameterized": self.doubly_reparameterized}


def _log_weights(log_likelihood, outputs, beta):
    """log w of each code: `(batch, num_samples)`."""
    return log_likelihood + ops.cast(beta, log_likelihood.dtype) * outputs["log_ratio"]


def _difference(gradient, part):
    return gradient if part is None else gradient - part


def _sum(gradient, correction):
    if gradient is None or correction is None:
        return gradient if correction is None else correction
    return gradient + correction
