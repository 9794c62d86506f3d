"""What every objective has in common."""

import keras
from keras import ops


class Objective(keras.layers.Layer):
    """Base class: which bound on log p(x) is optimised, and with which gradients.

    An objective owns the axis of samples: K equal codes cost as much as one of them, and their order does not matter.
    It is a layer, so that it is saved with its model and may have variables. A subclass

    - implements `cost`, for each example by itself, and sets `weighs_codes` to ask for what it needs besides log
      p(x|z);
    - may override `penalty`, which sees the whole batch and is beta times the KL divergence, or have none, by
      `adds_kl`;
    - may override `gradients`, whose expectation must be the gradient of the loss;
    - implements `next_beta` and sets `sets_beta` if it gives the model's beta;
    - puts its constructor's arguments into `get_config`, and is registered with
      `keras.saving.register_keras_serializable`.

    At beta = 1 the loss is never below -log p(x) on average. `testing.check_objective` checks all this.
    """

    # Whether the KL divergence is a term of the loss, beside `cost`.
    adds_kl = True
    # Whether `cost` finds `log_ratio`, log p(z) - log q(z|x) `(batch, num_samples)`, in the model's outputs; and
    # whether q(z|x) is a function of z alone there, whose parameters have no gradient but through z.
    weighs_codes = False
    stops_score = False
    # Whether the objective gives the model's beta.
    sets_beta = False
    # Whether the axis of samples is one of classes: a code is drawn for each, and a label may be missing. Beside
    # `log_ratio` the outputs hold `classes`, one-hot labels `(batch, num_classes)`, zeros where one is missing, and
    # `log_class_probabilities`, `(num_classes,)`.
    enumerates_classes = False

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.built = True

    def build(self, log_likelihood_shape):
        """Notes the shape of log p(x|z), `(batch, num_samples)`: weights are made in the constructor."""

    def compute_output_shape(self, log_likelihood_shape):
        """The shape of what `cost` returns."""
        return tuple(log_likelihood_shape[:1])

    def check(self, vae) -> None:
        """Raises a ValueError if the objective cannot train a model: is called when that is made, with its parts."""

    def log_class_probabilities(self, labels):
        """log p(c) of a model with labels, `(num_classes,)`: by the frequencies of its training."""
        return labels.log_probabilities

    def shares(self, log_likelihood, outputs):
        """What each code counts where reconstructions are averaged, `(batch, num_samples)`; `None` is all alike."""
        return None

    def terms(self, log_likelihood, outputs) -> tuple:
        """What is logged as `reconstruction` and as `kl`, two of `(batch,)` in nats; their sum is the negative ELBO.

        Args:
            log_likelihood: log p(x|z), `(batch, num_samples)`, in nats.
            outputs: What the model's `call` returned.
        """
        return self.reconstruction(log_likelihood), outputs["kl"]

    def reconstruction(self, log_likelihood):
        """-E_q[log p(x|z)] in nats from log p(x|z): `(batch, num_samples)` to `(batch,)`."""
        return -ops.mean(log_likelihood, axis=1)

    def penalty(self, vae, context, draws, kl):
        """What the model's `call` adds to the loss with `add_loss`: a scalar in nats, or `None`.

        Args:
            vae: The model, to be asked for draws from its prior or for weights.
            context: Its `Context` of the batch.
            draws: Its `Draws`, not decoded.
            kl: The KL divergence in nats, averaged over the batch and not below the free bits: a scalar.
        """
        return ops.cast(vae.beta, kl.dtype) * kl if self.adds_kl else None

    def cost(self, log_likelihood, outputs, beta):
        """What a step minimises for each example, besides what was added to the loss.

        Args:
            log_likelihood: log p(x|z), `(batch, num_samples)`, in nats.
            outputs: What the model's `call` returned.
            beta: The model's beta, a scalar.

        Returns:
            `(batch,)`, in nats.
        """
        raise NotImplementedError

    def gradients(self, tape, step, weights, beta) -> list:
        """The gradients of a step's loss with respect to the weights.

        Args:
            tape: A persistent tape that has recorded the step.
            step: Its `loss` and the part of it that was `added`, both scalars, and `log_likelihood` and `outputs` as in
                `cost`.
            weights: The trainable weights.
            beta: As in `cost`.
        """
        return tape.gradient(step.loss, weights)

    def next_beta(self, beta, terms):
        """Beta for the next training step, from this one's and the batch means of what is logged: scalars."""
        raise NotImplementedError
