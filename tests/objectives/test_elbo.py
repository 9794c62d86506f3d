"""The reconstruction term is a mean over samples."""

import numpy as np

from keras_vae.objectives import ELBO


def test_reconstruction_averages_samples_and_turns_the_sign():
    log_likelihood = np.array([[-1.0, -3.0, -8.0], [2.0, 4.0, 0.0]])
    np.testing.assert_allclose(ELBO().reconstruction(log_likelihood), [4.0, -2.0], rtol=1e-6)
