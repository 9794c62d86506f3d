"""Whole numbers whose order means nothing, or whose distribution has any form."""

from collections.abc import Sequence

import keras
from keras import ops

from keras_vae.likelihoods.integer_likelihood import IntegerLikelihood
from keras_vae.ops.checks import checked_size

# The logit of a class that is left out of a sum, less the logit of the class that is chosen.
LEFT_OUT = -1e30


@keras.saving.register_keras_serializable("keras_vae")
class Categorical(IntegerLikelihood):
    """Independent elements, each with a probability for each class: P(x = k) = softmax(logits)_k.

    Parameters: `logits`, with a last axis of length `num_classes` after the event's.

    Source: van den Oord, Kalchbrenner and Kavukcuoglu 2016, "Pixel Recurrent Neural Networks", section 2.3.

    Args:
        event_shape: Shape of one example, such as `(28, 28, 1)`.
        num_classes: How many values an element can have, at least 2.
    """

    parameter_names = ("logits",)

    def __init__(self, event_shape: Sequence[int], num_classes: int, **kwargs):
        super().__init__(event_shape, checked_size(num_classes, "num_classes", minimum=2), **kwargs)
        self.num_classes = self.levels
        self.values_per_parameter = self.levels

    def level_log_prob(self, params, level):
        # By the odds of all the others: a log-softmax near 0 has no digits left.
        logits = params["logits"]
        chosen = ops.one_hot(ops.cast(level, "int32"), self.num_classes, dtype=logits.dtype)
        chosen_logit = ops.sum(chosen * logits, axis=-1, keepdims=True)
        others = ops.where(chosen > 0, LEFT_OUT, logits - chosen_logit)
        return -ops.softplus(ops.logsumexp(others, axis=-1))

    def mean(self, params):
        """Mean of the numbers 0 ... num_classes - 1, for data whose order matters."""
        # TensorFlow's own softmax takes no more than five axes.
        probabilities = ops.exp(ops.log_softmax(params["logits"], axis=-1))
        return ops.sum(probabilities * ops.arange(self.num_classes, dtype=probabilities.dtype), axis=-1)

    def sample(self, params, seed):
        logits = params["logits"]
        flat = ops.reshape(logits, (-1, self.num_classes))
        drawn = keras.random.categorical(flat, 1, dtype="int32", seed=seed)
        return ops.cast(ops.reshape(drawn, ops.shape(logits)[:-1]), logits.dtype)

    def get_config(self):
        config = super().get_config()
        config["num_classes"] = config.pop("levels")
        return config
