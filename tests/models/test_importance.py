"""Importance-sampled estimates, draw by draw; `evaluation/test_log_likelihood.py` holds their values to quadrature."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vae.models import importance
from tests.models.small import binary, small_vae


@pytest.mark.parametrize("at_once", [1, 3, 7, 20])
def test_every_draw_counts_once_whatever_the_chunks(monkeypatch, at_once):
    """The model's log-weights are replaced by the numbers of the draws: their log-mean-exp is known."""
    vae, x, num_samples, stream = small_vae(), binary(5), 20, 3

    def numbered(x, drawn):
        count, generator = drawn
        chunk = tf.cast(generator._stream - stream * num_samples, tf.float32)
        return tf.tile((chunk * at_once + tf.range(count, dtype=tf.float32))[None], [len(x), 1])

    # No model has weights that are known draw by draw.
    monkeypatch.setattr(vae, "draws", lambda context, count, generator: (count, generator))
    monkeypatch.setattr(vae, "log_weights", numbered)
    found = np.asarray(importance.estimates(vae, x, 0, stream, num_samples, at_once))
    weights = np.exp(np.arange(num_samples, dtype=np.float64))
    np.testing.assert_allclose(found[:, 0], np.log(weights.mean()), rtol=1e-12)
    np.testing.assert_allclose(found[:, 1], weights.sum() ** 2 / np.sum(weights**2), rtol=1e-9)


def test_as_many_draws_are_held_at_once_as_fit(monkeypatch):
    vae, x, held = small_vae(), tf.constant(binary(4)), []
    monkeypatch.setattr(importance, "ELEMENTS_AT_ONCE", 3 * 4 * 12)
    monkeypatch.setattr(importance, "estimates", lambda *args, num_samples, at_once: held.append(at_once))
    for num_samples in (100, 2):
        importance.compiled_estimates(vae, num_samples)(x, tf.constant(0), tf.constant(0))
    assert held == [3, 2]
