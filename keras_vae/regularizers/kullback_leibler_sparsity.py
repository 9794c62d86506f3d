"""Units that are rarely on."""

import math

import keras
from keras import ops

from keras_vae.ops.checks import checked_number

# What a mean activation is kept away from 0 and from 1, where the divergence is infinite.
MARGIN = 1e-7
# Where an activation is asked whether it stays between 0 and 1.
PROBES = [[-1e4, -3.0, -1.0, 0.0, 1.0, 3.0, 1e4]]


@keras.saving.register_keras_serializable("keras_vae")
class KullbackLeiblerSparsity(keras.regularizers.Regularizer):
    """Pulls the mean activation of each unit of a code to a target: weight * sum_j KL(target || mean_j), in nats.

    KL(r || m) = r log(r / m) + (1 - r) log((1 - r) / (1 - m)), with m the mean over the batch. Units lie between 0 and
    1, as after a sigmoid, and count as the probability of being on. Use it as `posteriors.Deterministic(latent_dim,
    activation="sigmoid", activity_regularizer=KullbackLeiblerSparsity())`, which refuses other activations; elsewhere,
    a mean outside 0 to 1 gives NaN.

    The sum is over units, and examples are averaged inside the divergence: the penalty does not grow with the batch,
    but the means of small batches vary, and so does their cost.

    Source: Ng 2011, "CS294A Lecture notes: Sparse autoencoder", section 3: its rho is `target`, its beta `weight`.

    Args:
        target: Mean activation that each unit should have, between 0 and 1.
        weight: Nats of the loss for each nat of divergence, at least 0.

    Raises:
        ValueError: If a number is out of range.
    """

    def __init__(self, target: float = 0.05, weight: float = 1.0):
        self.target = checked_number(target, "target", 0.0, inclusive=False)
        if self.target >= 1:
            raise ValueError(f"`target` must be a number between 0 and 1. Received: target={target!r}.")
        self.weight = checked_number(weight, "weight", 0.0)

    def __call__(self, code):
        """The penalty of a batch, times its size, by which Keras divides what an activity regularizer returns.

        Args:
            code: `(batch, units)`, from 0 to 1.

        Returns:
            A scalar, in nats.
        """
        mean = MARGIN + (1 - 2 * MARGIN) * ops.mean(code, axis=0)
        on = self.target * (math.log(self.target) - ops.log(mean))
        off = (1 - self.target) * (math.log1p(-self.target) - ops.log1p(-mean))
        return self.weight * ops.sum(on + off) * ops.cast(ops.shape(code)[0], mean.dtype)

    def check_activation(self, activation) -> None:
        """Raises a ValueError if an activation function leaves the range from 0 to 1."""
        values = ops.convert_to_numpy(activation(ops.convert_to_tensor(PROBES)))
        if not (values.min() >= 0 and values.max() <= 1):
            raise ValueError(
                "KullbackLeiblerSparsity needs a code between 0 and 1, whose mean is the share of the time that a "
                "unit is on: give `activation='sigmoid'`. Received: "
                f"activation={getattr(activation, '__name__', activation)!r}, with values from {values.min():g} to "
                f"{values.max():g}. For codes of any size use `keras.regularizers.L1`."
            )

    def get_config(self):
        return {"target": self.target, "weight": self.weight}
