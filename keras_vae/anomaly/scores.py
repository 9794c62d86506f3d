"""What an example costs a model: the higher, the less it is like the data that the model was trained on.

A score is the sum of one term for each element and one term for the whole example, such as the KL divergence. Draws are
fixed, and the same for all examples: the same example has the same score, whatever else is in its batch.
"""

import functools
import math

from keras import ops

from keras_vae.evaluation._log_likelihood import check_has_likelihood
from keras_vae.inputs import batches
from keras_vae.inputs.examples import x_of
from keras_vae.inputs.rules import rule_of, support_of
from keras_vae.models.vae import SCORE_DRAWS, SCORE_SEED
from keras_vae.ops import noise
from keras_vae.ops.missing import is_missing

# Elements of all draws of a batch that are held at once.
ELEMENTS_AT_ONCE = 2**21


def elbo(model, x, num_samples: int):
    """-ELBO in nats; of an `Autoencoder`, whose code is a point, -log p(x|z).

    Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", equation 7.

    Args:
        model: An `Autoencoder` or a `VAE`.
        x: `(batch, *event_shape)`; of a model with a condition, `{"x": ..., "condition": ...}`.
        num_samples: Codes that are drawn for each example; an autoencoder has one.

    Returns:
        -E_q[log p(x|z)] element by element, `(batch, *event_shape)`, and KL(q(z|x) || p(z)), `(batch,)`.
    """
    draws, costs = _drawn(model, x, num_samples)
    elements = ops.mean(costs, axis=1)
    if draws.kl_terms is None:
        return elements, ops.zeros_like(_summed(elements))
    return elements, ops.sum(draws.kl_terms, axis=-1)


def reconstruction_probability(model, x, num_samples: int):
    """-E_q[log p(x|z)] in nats, without the divergence.

    Source: An and Cho 2015, "Variational Autoencoder based Anomaly Detection using Reconstruction Probability".

    Returns:
        As `elbo` does, with a rest of 0.
    """
    _, costs = _drawn(model, x, num_samples)
    elements = ops.mean(costs, axis=1)
    return elements, ops.zeros_like(_summed(elements))


def log_likelihood(model, x, num_samples: int):
    """-log p(x) in nats, estimated by importance sampling.

    With w the weights of the draws, scaled to a sum of 1, it is sum w (-log p(x|z)) and a rest, which estimates
    KL(p(z|x) || p(z)): elements are averaged over what z is after x was seen.

    Source: Burda, Grosse and Salakhutdinov 2015, "Importance Weighted Autoencoders", equation 8.

    Returns:
        As `elbo` does.
    """
    draws, costs = _drawn(model, x, num_samples, densities=True)
    log_weights = draws.log_p - draws.log_q - ops.sum(costs, axis=tuple(range(2, len(costs.shape))))
    weights = ops.reshape(ops.softmax(log_weights, axis=1), (-1, num_samples) + (1,) * (len(costs.shape) - 2))
    elements = ops.sum(weights * costs, axis=1)
    return elements, math.log(num_samples) - ops.logsumexp(log_weights, axis=1) - _summed(elements)


def mse(model, x, num_samples: int):
    """Mean over the observed elements of (x - reconstruction)^2, at the mean code and without any draw.

    In the data's units, squared; where the likelihood standardises columns, in their standard deviations.

    Returns:
        As `elbo` does, with a rest of 0.
    """
    reconstruction = model.reconstruct_tensors(x)
    x = x_of(x)
    observed = ops.logical_not(is_missing(x))
    error = (ops.cast(x, reconstruction.dtype) - reconstruction) / model.decoder.likelihood.unit
    count = ops.sum(ops.cast(observed, error.dtype), axis=tuple(range(1, len(error.shape))), keepdims=True)
    elements = ops.where(observed, error * error, 0.0) / count
    return elements, ops.zeros_like(_summed(elements))


# Of each score the function, and how many codes it draws for each example.
SCORES = {
    "elbo": (elbo, SCORE_DRAWS),
    "reconstruction_probability": (reconstruction_probability, SCORE_DRAWS),
    "log_likelihood": (log_likelihood, SCORE_DRAWS),
    "mse": (mse, 1),
}


def score_batch(model, x, score: str, num_samples: int):
    """The score of each example, for tensors: `(batch, *event_shape)` to `(batch,)`.

    An overflowing score is infinite, so it ranks as most anomalous.
    """
    elements, rest = SCORES[score][0](model, x, num_samples)
    total = _summed(elements) + rest
    return ops.where(ops.isnan(total), math.inf, total)


def over_examples(model, function, x, score: str, num_samples: int):
    """Calls `score_batch`, or another function with its arguments, on all examples, batch by batch.

    Args:
        model: An `Autoencoder` or a `VAE`.
        function: Which function.
        x: Array `(batch, *event_shape)` of any length, or a `tf.data.Dataset` of batches.
        score: A name in `SCORES`.
        num_samples: Codes drawn for each example.

    Returns:
        NumPy array of what the function returns for all examples.

    Raises:
        ValueError: If x has another shape, or holds values that the likelihood does not allow.
    """
    likelihood = model.decoder.likelihood
    rule = support_of(likelihood) if score == "log_likelihood" else rule_of(likelihood)
    at_once = ELEMENTS_AT_ONCE // (num_samples * math.prod(model.event_shape))
    examples = model.checked_batches(x, min(max(1, at_once), batches.BATCH_SIZE), rule)
    compiled = model.compiled_function(
        (function, score, num_samples),
        functools.partial(_of_batch, model, function, score=score, num_samples=num_samples),
    )
    return batches.run_in_batches(compiled, examples)


def check_score(model, score: str) -> None:
    """Raises a ValueError if a model does not have a score."""
    if score == "log_likelihood":
        check_has_likelihood(model)


def _of_batch(model, function, x, **options):
    return function(model, x, **options)


def _drawn(model, x, num_samples, densities=False):
    """`Draws`, and -log p(x|z) of each element, `(batch, num_samples, *event_shape)`."""
    options = {"shared_noise": True, "densities": densities}
    draws = model.draws(model.context(x), num_samples, noise.FixedSeed(SCORE_SEED), **options)
    likelihood = model.decoder.likelihood
    return draws, -likelihood.element_log_prob(draws.params, likelihood.aligned(draws.params, x_of(x)))


def _summed(elements):
    return ops.sum(elements, axis=tuple(range(1, len(elements.shape))))
