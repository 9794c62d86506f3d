"""log p(x|c) of each class."""

import numpy as np

from keras_vae.models import classes


def class_log_likelihoods(vae, x, num_samples: int = 100, batch_size: int = 100, seed: int | None = None) -> np.ndarray:
    """Estimates log p(x|c) of each class c, by codes that are drawn from q(z|x, c): see `log_likelihood`.

    All classes have the same noise, so that differences between them are less noisy than each by itself. The estimate
    of a class that x is not of rests on few draws, and is probably too low. `vae.classify` adds
    `vae.log_class_probabilities` and turns the sums into probabilities; `calibration_temperature` takes the sums.

    Source: Burda, Grosse and Salakhutdinov 2015, "Importance Weighted Autoencoders", section 3, under a condition.

    Args:
        vae: A `VAE` with `condition=conditions.Labels(num_classes)`.
        x: Array `(batch, *event_shape)` of any length, or a `tf.data.Dataset` of batches, which is streamed. Where it
            has labels, `{"x": ..., "condition": ...}`, these are not looked at.
        num_samples: Draws for each example and class.
        batch_size: Examples at once; a dataset has its own.
        seed: The same int gives the same values for the same `batch_size`; `None` draws others at each call.

    Returns:
        Float64 array `(batch, num_classes)`, in nats.

    Raises:
        ValueError: If the model has no labels, a number is out of range, or x has another shape or values that have no
            probability.
    """
    return classes.class_log_likelihoods(vae, x, num_samples, batch_size, seed, "class_log_likelihoods")
