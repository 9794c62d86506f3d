"""What every objective has in common."""

import keras
from keras import ops


class Objective(keras.layers.Layer):
    """Base class: which bound on log p(x) is optimised, and with which gradients.

    An objective owns the axis of samples: K codes that are all alike cost what one of them does, and their order means
    nothing. It is a layer, so that it is saved with its model and may have variables. A subclass

    - implements `cost`, and says by `adds_kl` whether the model's `call` is to add the KL divergence to the loss;
    - asks in `outputs` for what `cost` needs beside log p(x|z);
    - may take other `gradients`, whose expectation is that of the loss;
    - implements `next_beta` and sets `sets_beta` if it gives the model's beta;
    - puts what its constructor takes into `get_config`, and is registered by
      `keras.saving.register_keras_serializable`.

    At beta = 1 the loss is never below -log p(x) on average. `testing.check_objective` holds it to all this.
    """

    adds_kl = True
    sets_beta = False

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.built = True

    def build(self, log_likelihood_shape):
        """Notes the shape of log p(x|z), `(batch, num_samples)`: weights are made in the constructor."""

    def compute_output_shape(self, log_likelihood_shape):
        """The shape of what `cost` returns."""
        return tuple(log_likelihood_shape[:1])

    def reconstruction(self, log_likelihood):
        """-E_q[log p(x|z)] in nats from log p(x|z): `(batch, num_samples)` to `(batch,)`."""
        return -ops.mean(log_likelihood, axis=1)

    def outputs(self, posterior, prior, params, z) -> dict:
        """What `cost` takes from the model's `call` beside the decoder's parameters: a dict of tensors.

        Args:
            posterior: The encoder's posterior.
            prior: The model's prior.
            params: The posterior's parameters, each `(batch, latent_dim)`.
            z: Codes that were drawn from it, `(batch, num_samples, latent_dim)`.
        """
        return {}

    def cost(self, log_likelihood, outputs, beta):
        """What a step minimises for each example, beside what `call` added.

        Args:
            log_likelihood: log p(x|z), `(batch, num_samples)`, in nats.
            outputs: What the model's `call` returned.
            beta: The model's beta, a scalar.

        Returns:
            `(batch,)`, in nats.
        """
        raise NotImplementedError

    def gradients(self, tape, loss, added, weights, log_likelihood, outputs, beta) -> list:
        """The gradients of a step's loss by the weights.

        Args:
            tape: A persistent tape that has recorded the step.
            loss: What is minimised, a scalar.
            added: The part of it that layers and regularizers have added.
            weights: The trainable weights.
            log_likelihood: As `cost` has it.
            outputs: As `cost` has it.
            beta: As `cost` has it.
        """
        return tape.gradient(loss, weights)

    def next_beta(self, beta, terms):
        """Beta for the next training step, from this one's and the batch means of what is logged: scalars."""
        raise NotImplementedError
