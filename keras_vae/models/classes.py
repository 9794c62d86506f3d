"""Which class an example is of, by what a model with labels says of it under each."""

import numpy as np
from keras import ops

from keras_vae.conditions import Labels, Several
from keras_vae.conditions.labels import MISSING
from keras_vae.inputs import batches
from keras_vae.inputs.examples import condition_of, joined, x_of
from keras_vae.inputs.rules import support_of
from keras_vae.models.importance import compiled_estimates
from keras_vae.ops.checks import checked_size


def checked_labels_of(model, caller: str) -> Labels:
    """Returns the labels that a model is conditioned on.

    Args:
        model: Anything.
        caller: What needs them, as the error's first words.

    Raises:
        ValueError: If the model has no condition, or one of another kind.
    """
    condition = getattr(model, "condition", None)
    if isinstance(condition, Labels):
        return condition
    if condition is None:
        came = f"{type(model).__name__} without a condition."
    else:
        came = f"{type(model).__name__} with the condition {condition.described()}."
    if isinstance(condition, Several):
        came += " Of several conditions no one is the class, and the others would have to be known: make a model of it."
    raise ValueError(
        f"{caller} needs a model that was trained with labels, such as `VAE(..., condition=conditions.Labels(10))`. "
        f"Received: {came}"
    )


def class_log_likelihoods(vae, x, num_samples: int, batch_size: int, seed: int | None, caller: str) -> np.ndarray:
    """Estimates log p(x|c) of each class c, as `evaluation.class_log_likelihoods` documents it.

    Args:
        vae: A `VAE` with labels.
        x: Examples; where they have labels these are not looked at.
        num_samples: Draws for each example and class.
        batch_size: Examples at once; a dataset has its own.
        seed: Int or `None`.
        caller: What is asked for, as the first words of an error.

    Returns:
        Float64 array `(n, num_classes)`, in nats.
    """
    num_classes = checked_labels_of(vae, caller).num_classes
    estimate = compiled_estimates(vae, checked_size(num_samples, "num_samples"))

    def of_each_class(examples, seed, stream):
        # One seed and stream for all: what the classes have in common is off by the same noise.
        under = [with_label(examples, label) for label in range(num_classes)]
        return np.stack([np.asarray(estimate(part, seed, stream))[:, 0] for part in under], axis=1)

    examples = vae.checked_batches(x, batch_size, support_of(vae.decoder.likelihood), with_condition=False)
    return batches.run_in_batches(batches.seeded(of_each_class, vae.drawn_seed(seed)), examples)


def class_probabilities(log_joint: np.ndarray, temperature: float) -> np.ndarray:
    """p(c|x) by Bayes's rule from log p(x|c) + log p(c), both `(n, num_classes)`, at a temperature above 0."""
    logits = log_joint / temperature
    weights = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    return weights / weights.sum(axis=1, keepdims=True)


def lacks_labels(vae, x) -> bool:
    """Whether a label of a batch of examples is missing, of a model that takes such ones."""
    return vae.takes_missing_labels and bool(np.any(np.asarray(condition_of(x)) == MISSING))


def estimates_with_missing_labels(vae, num_samples: int):
    """As `importance.compiled_estimates`, but for examples without a label: log p(x) = log sum_c p(c) p(x|c) of these.

    All classes have the same noise, so that their errors may all have one sign: the effective sample size is such that
    `LogLikelihood.sampling_error` is that of the sum if they do, and too large if they do not.
    """
    estimate = compiled_estimates(vae, num_samples)

    def function(x, seed, stream):
        if not lacks_labels(vae, x):
            return estimate(x, seed, stream)
        labels = np.asarray(condition_of(x))
        under = [
            joined(x_of(x), ops.convert_to_tensor(np.where(labels == MISSING, label, labels)))
            for label in range(vae.condition.num_classes)
        ]
        found = np.stack([np.asarray(estimate(part, seed, stream)) for part in under])
        mixed = _mixture(*np.moveaxis(found, 2, 0), np.asarray(vae.log_class_probabilities, np.float64), num_samples)
        return np.where(labels[:, None] == MISSING, mixed, found[0])

    return function


def _mixture(log_likelihoods, sample_sizes, log_probabilities, num_samples):
    """log sum_c p(c) p(x|c) and its effective sample size `(n, 2)`, from those of each class `(num_classes, n)`."""
    log_joint = log_likelihoods + log_probabilities[:, None]
    most = log_joint.max(axis=0)
    total = most + np.log(np.exp(log_joint - most).sum(axis=0))
    shares = np.exp(log_joint - total)
    # Relative ones of each class.
    errors = np.sqrt(np.maximum(1 / sample_sizes - 1 / num_samples, 0.0))
    return np.stack([total, 1 / (np.sum(shares * errors, axis=0) ** 2 + 1 / num_samples)], axis=1)


def with_label(x, label: int):
    """A batch of examples that are all of one class."""
    return joined(x, ops.full((len(x_of(x)),), label, dtype=Labels.value_dtype))
