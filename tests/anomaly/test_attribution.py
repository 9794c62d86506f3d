"""Contributions against their definitions, and that they are all of the score."""

import numpy as np
import pytest
from scipy import stats

from keras_vae.anomaly.attribution import contributions
from keras_vae.anomaly.scores import SCORES, over_examples, score_batch
from tests import rows
from tests.evaluation import linear
from tests.models.small import binary, small_vae


def parts(model, x, score, num_samples=5):
    return over_examples(model, contributions, x, score, num_samples)


@pytest.mark.parametrize(("make", "x"), rows.models().values(), ids=rows.models())
def test_every_part_has_scores_and_the_sum_is_the_score(make, x):
    model = make()
    for score in SCORES:
        if score == "log_likelihood" and not hasattr(model, "prior"):
            continue
        # Eagerly: compiling each would take most of the time.
        found = np.asarray(contributions(model, x, score, 4), np.float64)
        assert found.shape == x.shape
        scores = np.asarray(score_batch(model, x, score, 4))
        assert scores.shape == (12,)
        assert np.all(np.isfinite(scores))
        np.testing.assert_allclose(found.sum(axis=(1, 2, 3)), scores, rtol=1e-5, atol=1e-5)


def test_columns_have_their_own_density():
    """The autoencoder has nothing that belongs to no column."""
    model, x = linear.linear_autoencoder(), linear.examples(20)
    mean = linear.means(x) @ linear.TO_X + linear.X_BIAS
    expected = -stats.norm.logpdf(x, mean, linear.SCALE)
    np.testing.assert_allclose(parts(model, x, "elbo"), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(parts(model, x, "mse"), (x - mean) ** 2 / 3, rtol=1e-3, atol=1e-6)


def test_the_divergence_is_shared_out_equally():
    vae, x = small_vae(), binary(6)
    share = parts(vae, x, "elbo") - parts(vae, x, "reconstruction_probability")
    divergence = np.sum(np.asarray(vae.kl_terms(x)), axis=1)
    expected = np.broadcast_to(divergence[:, None, None, None] / 12, share.shape)
    np.testing.assert_allclose(share, expected, rtol=1e-3, atol=1e-6)
    assert divergence.max() > 1e-3


def test_the_column_that_was_spoilt_is_to_blame():
    model, x = linear.linear_autoencoder(), linear.examples(50)
    kernel = np.zeros((3, 2))
    # The code does not see the last column, so that what is wrong there is wrong nowhere else.
    kernel[:2] = np.eye(2)
    model.encoder.posterior.set_weights([kernel, np.zeros(2)])
    model.decoder.likelihood.set_weights([np.eye(2, 3), np.zeros(3)])
    x[:, 2] = 6
    assert np.all(parts(model, x, "elbo").argmax(axis=1) == 2)
