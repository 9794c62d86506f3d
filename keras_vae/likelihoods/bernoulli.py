"""Binary data."""

import keras
from keras import ops

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.ops import noise
from keras_vae.ops.cross_entropy import binary_cross_entropy
from keras_vae.ops.missing import is_missing


@keras.saving.register_keras_serializable("keras_vae")
class Bernoulli(Likelihood):
    """Independent binary elements: p(x = 1) = sigmoid(logits).

    log p(x) = x log sigmoid(l) + (1 - x) log sigmoid(-l), the negative binary cross-entropy. Grey values between 0 and
    1 can be trained on, as is often done, but they have no probability under a Bernoulli distribution: the result is
    not a likelihood, and a warning says so once.

    Parameters: `logits`.

    Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", appendix C.1.

    Args:
        event_shape: Shape of one example, such as `(28, 28, 1)`.
    """

    parameter_names = ("logits",)
    data_form = "binary"
    domain = "values in [0, 1]"
    support = "zeros and ones"
    mend = "Divide 8-bit images by 255, or binarize them (`datasets.load(name, binarize='dynamic')`)."

    def element_log_prob(self, params, x):
        return -binary_cross_entropy(params["logits"], x)

    def mean(self, params):
        return ops.sigmoid(params["logits"])

    def sample(self, params, seed):
        probabilities = self.mean(params)
        draws = noise.uniform(ops.shape(probabilities), seed, probabilities.dtype)
        return ops.cast(draws < probabilities, probabilities.dtype)

    def caution(self, x) -> str | None:
        if bool(ops.all(ops.logical_or(is_missing(x), self.in_support(x)))):
            return None
        return (
            "Bernoulli was given values between 0 and 1. The cross-entropy can be minimised on them, but it is not a "
            "likelihood: nats and bits computed from it mean nothing. Binarize the data (`datasets.load(name, "
            "binarize='dynamic')`), or choose another likelihood."
        )

    def in_domain(self, x):
        return ops.logical_and(x >= 0, x <= 1)

    def in_support(self, x):
        return ops.logical_or(x == 0, x == 1)
