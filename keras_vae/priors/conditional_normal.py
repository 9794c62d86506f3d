"""A normal distribution for each value of a condition."""

import math

import keras
from keras import ops

from keras_vae.ops import noise
from keras_vae.priors.prior import Prior


@keras.saving.register_keras_serializable("keras_vae")
class ConditionalNormal(Prior):
    """p(z|c) = N(z; m(c), diag s(c)^2), where m and log s are linear in the condition's features.

    Of labels that is a learned mean and a learned scale for each class. They start at N(0, I) for all conditions.

    Source: Sohn, Lee and Yan 2015, "Learning Structured Output Representation using Deep Conditional Generative
    Models", section 4.

    Args:
        latent_dim: Length of the code.
        condition_size: Number of features of the model's condition, which the model says; 0 is not known yet.
    """

    is_conditional = True

    def __init__(self, latent_dim: int, condition_size: int = 0, **kwargs):
        super().__init__(latent_dim, **kwargs)
        self.condition_size = 0
        if condition_size:
            self._make_weights(condition_size)

    def take_condition(self, condition) -> None:
        """Makes its weights for a model's condition.

        Raises:
            ValueError: If the model has none, or the weights were made for another.
        """
        if condition is None:
            raise ValueError(
                "ConditionalNormal is p(z|c), and the model has no condition: give it one, such as "
                "`VAE(..., condition=conditions.Labels(10))`, or take `priors.StandardNormal`."
            )
        if self.condition_size not in (0, condition.size):
            raise ValueError(
                f"The prior was made for a condition of {self.condition_size} features, and the model's has "
                f"{condition.size}. Give the model a prior of its own."
            )
        if not self.condition_size:
            self._make_weights(condition.size)

    def parameters(self, features):
        """Means and logarithms of the scales: features `(batch, condition_size)` to two of `(batch, latent_dim)`."""
        features = ops.cast(features, self.compute_dtype)
        return {"mean": ops.matmul(features, self.means), "log_scale": ops.matmul(features, self.log_scales)}

    def log_prob(self, z, params):
        """Log-density in nats: `(batch, num_samples, latent_dim)` or `(batch, latent_dim)`, without the last axis."""
        mean, log_scale = _beside(z, params)
        standardised = (z - mean) * ops.exp(-log_scale)
        return -0.5 * ops.sum(standardised * standardised + 2 * log_scale + math.log(2 * math.pi), axis=-1)

    def sample(self, num_samples, seed, params):
        """Draws codes `(num_samples, latent_dim)`, one for each row of the parameters."""
        epsilon = noise.normal((num_samples, self.latent_dim), seed, self.compute_dtype)
        return params["mean"] + ops.exp(params["log_scale"]) * epsilon

    def get_config(self):
        return {**super().get_config(), "condition_size": self.condition_size}

    def _make_weights(self, condition_size):
        self.condition_size = condition_size
        made = {"shape": (condition_size, self.latent_dim), "initializer": "zeros", "autocast": False}
        self.means, self.log_scales = (self.add_weight(name=name, **made) for name in ("means", "log_scales"))


def _beside(z, params) -> list:
    """Parameters with an axis for the samples, where codes have one."""
    pair = (params["mean"], params["log_scale"])
    return [ops.expand_dims(value, 1) if len(z.shape) == 3 else value for value in pair]
