"""The evidence lower bound."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_vae")
class ELBO(keras.layers.Layer):
    """log p(x) >= E_q[log p(x|z)] - KL(q(z|x) || p(z)).

    The expectation is a mean over samples; the divergence is the model's, which adds it with `add_loss`.

    Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", equations 3 and 7.
    """

    def reconstruction(self, log_likelihood):
        """-E_q[log p(x|z)] in nats from log p(x|z): `(batch, num_samples)` to `(batch,)`."""
        return -ops.mean(log_likelihood, axis=1)
