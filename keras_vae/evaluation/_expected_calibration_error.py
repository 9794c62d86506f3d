"""How far probabilities of classes are from how often they are right."""

import numpy as np

from keras_vae.evaluation.checks import checked_labels, checked_probabilities
from keras_vae.ops.checks import checked_size


def expected_calibration_error(probabilities, labels, num_bins: int = 15) -> float:
    """The mean distance between how sure a classifier is and how often it is right, from 0 to 1.

    Examples are put into bins of equal width by the probability of their most probable class. Of each bin the mean
    probability and the share of examples that are of that class are compared; a bin counts by its examples. Below a few
    hundred examples it is far from 0 by chance alone, the more so the more bins.

    Source: Guo, Pleiss, Sun and Weinberger 2017, "On Calibration of Modern Neural Networks", equation 3.

    Args:
        probabilities: `(n, num_classes)`, of each row with the sum 1, such as `vae.classify` returns.
        labels: The true classes `(n,)`, whole numbers from 0.
        num_bins: How many bins [0, 1] is cut into, at least 1; a bin holds its upper end.

    Returns:
        The error: 0 where each probability is right, up to 1.

    Raises:
        ValueError: If an argument is of another kind or shape.
    """
    probabilities = checked_probabilities(probabilities)
    labels = checked_labels(labels, probabilities.shape)
    num_bins = checked_size(num_bins, "num_bins")
    confidence = probabilities.max(axis=1)
    surplus = confidence - (probabilities.argmax(axis=1) == labels)
    inner_ends = np.linspace(0.0, 1.0, num_bins + 1)[1:-1]
    bins = np.digitize(confidence, inner_ends, right=True)
    # The size of a bin times the difference of its means is the sum of its examples' differences.
    return float(np.abs(np.bincount(bins, weights=surplus)).sum() / len(labels))
