"""The cost is a mean over samples."""

import numpy as np

from keras_vae.objectives import ELBO

LOG_LIKELIHOOD = np.array([[-1.0, -3.0, -8.0], [2.0, 4.0, 0.0]])


def test_the_cost_is_the_reconstruction_and_the_model_adds_the_divergence():
    np.testing.assert_allclose(ELBO().cost(LOG_LIKELIHOOD, {}, beta=0.5), [4.0, -2.0], rtol=1e-6)
    assert ELBO().adds_kl
