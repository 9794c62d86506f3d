"""The evidence lower bound with beta found in training."""

import keras
from keras import ops

from keras_vae.objectives.elbo import ELBO
from keras_vae.ops.checks import checked_number

# The constraint is followed by a moving average, as in the source.
MOMENTUM = 0.99
SMALLEST_BETA, LARGEST_BETA = 1e-4, 1e4


@keras.saving.register_keras_serializable("keras_vae")
class GECO(ELBO):
    """Minimises KL(q(z|x) || p(z)) subject to -E_q[log p(x|z)] = `reconstruction`; beta sets itself.

    The loss is the ELBO's, `reconstruction + beta * kl`, where 1 / beta is the constraint's multiplier. After each
    training step beta is multiplied by exp(-speed * c): while the model reconstructs worse than asked, beta falls; when
    it reconstructs better, beta rises and the code gets cheaper. c is the moving average of the constraint divided by
    the batch's KL divergence, clipped to [-1, 1]. The paper does not fix the constraint's scale; this one needs no
    tuning per dataset. The model's `beta` is the starting value; it stays between 1e-4 and 1e4.

    Source: Rezende and Viola 2018, "Taming VAEs", algorithm 1.

    Args:
        reconstruction: The reconstruction term to reach, in nats per example, as logged. For densities it may be
            negative.
        speed: Change of log beta in one step, at most; above 0.

    Raises:
        ValueError: If an argument is not a finite number, or `speed` is not above 0.
    """

    sets_beta = True

    def __init__(self, reconstruction: float, speed: float = 1e-3, **kwargs):
        super().__init__(**kwargs)
        self.target = checked_number(reconstruction, "reconstruction")
        self.speed = checked_number(speed, "speed", 0.0, inclusive=False)
        stored = {"shape": (), "trainable": False, "autocast": False, "initializer": "zeros", "aggregation": "mean"}
        self.average = self.add_weight(name="constraint", **stored)
        self.steps = self.add_weight(name="steps", **stored)

    def next_beta(self, beta, terms):
        constraint = ops.cast(terms["reconstruction"], self.average.dtype) - self.target
        self.steps.assign_add(1.0)
        # The first batches set the average: it does not start from an arbitrary 0.
        step_size = ops.maximum(1.0 - MOMENTUM, 1.0 / self.steps)
        self.average.assign_add(step_size * (constraint - self.average))
        scale = ops.maximum(ops.cast(terms["kl"], self.average.dtype), 1.0)
        change = -self.speed * ops.clip(self.average / scale, -1.0, 1.0)
        return ops.clip(beta * ops.exp(change), SMALLEST_BETA, LARGEST_BETA)

    def get_config(self):
        return {**super().get_config(), "reconstruction": self.target, "speed": self.speed}
