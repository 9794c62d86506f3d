"""The temperature at which a classifier is as sure as it is right."""

import numpy as np

from keras_vae.evaluation.checks import are_probabilities, checked_labels, checked_logits
from keras_vae.ops._warn import warn

# Between these 1 / temperature is looked for, by so many halvings of the distance of their logarithms: to the last bit.
LOWEST, HIGHEST, HALVINGS = 1e-4, 1e4, 64


def calibration_temperature(probabilities_or_logits, labels) -> float:
    """The temperature T at which softmax(logits / T) gives the labels of held-out examples the largest likelihood.

    A temperature above 1 says that the classifier was too sure of itself; which class is the most probable stays as it
    is. Give the result to `vae.classify(x, temperature=...)`. Examples that the model was trained on tell nothing of
    how sure it may be of others.

    The mean negative log-likelihood is a convex function of 1/T. Its derivative, the mean over the examples of
    sum_c p_c logit_c - logit_label, is bisected, which finds the minimum from anywhere.

    Source: Guo, Pleiss, Sun and Weinberger 2017, "On Calibration of Modern Neural Networks", section 4.2.

    Args:
        probabilities_or_logits: `(n, num_classes)`: probabilities, each row of which has the sum 1, or logits, such as
            log p(x|c) + log p(c) by `class_log_likelihoods` and `vae.log_class_probabilities`. Probabilities hold no
            more than float64 does: of classes that are some 745 nats apart the lesser has a probability of 0.
        labels: The true classes `(n,)`, whole numbers from 0.

    Returns:
        A number from 1e-4 to 1e4.

    Raises:
        ValueError: If an argument is of another kind or shape, or a label has a probability of 0, which no temperature
            mends.

    Warns:
        UserWarning: If there is no minimum between: all labels are the most probable classes, or no better than chance.
    """
    logits = checked_logits(probabilities_or_logits)
    labels = checked_labels(labels, logits.shape)
    if are_probabilities(logits):
        with np.errstate(divide="ignore"):
            logits = np.log(logits)
    logits = logits - logits.max(axis=1, keepdims=True)
    of_labels = logits[np.arange(len(labels)), labels]
    if not np.isfinite(of_labels).all():
        row = int(np.argmin(np.isfinite(of_labels)))
        raise ValueError(
            f"The label of each example must have a probability above 0. Received: 0 in row {row}. Give logits in "
            "place of probabilities, log p(x|c) + log p(c): see `evaluation.class_log_likelihoods`."
        )
    low, high = np.log(LOWEST), np.log(HIGHEST)
    slopes = [_slope(logits, of_labels, np.exp(end)) for end in (low, high)]
    if slopes[0] >= 0 or slopes[1] <= 0:
        return _without_minimum(slopes)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _slope(logits, of_labels, np.exp(middle)) < 0 else (low, middle)
    return float(np.exp(-(low + high) / 2))


def _slope(logits, of_labels, inverse) -> float:
    """The derivative of the mean negative log-likelihood by 1/T."""
    weights = np.exp(inverse * logits)
    # Of a class without any probability, 0 and not 0 times infinity.
    expected = np.sum(weights * np.where(weights > 0, logits, 0.0), axis=1) / np.sum(weights, axis=1)
    return float(np.mean(expected - of_labels))


def _without_minimum(slopes) -> float:
    if slopes[1] <= 0:
        warn("All labels are the most probable classes: the lower the temperature, the better. It is cut off at 1e-4.")
        return 1 / HIGHEST
    warn("The labels are no better than chance: the higher the temperature, the better. It is cut off at 1e4.")
    return 1 / LOWEST
