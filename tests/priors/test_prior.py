"""What all priors share: their length, and that they are whole from the start."""

import numpy as np
import pytest

from keras_vae.priors import StandardNormal
from keras_vae.priors.prior import Prior


@pytest.mark.parametrize("latent_dim", [0, -1, 2.5, "8", None])
def test_latent_dim_must_be_a_whole_number_of_at_least_one(latent_dim):
    with pytest.raises(ValueError, match="`latent_dim` must be a whole number of at least 1"):
        Prior(latent_dim)


def test_a_prior_needs_no_input_to_be_built():
    prior = StandardNormal(np.int64(4))
    assert prior.built
    assert prior.get_config()["latent_dim"] == 4
    assert type(prior.get_config()["latent_dim"]) is int


def test_the_base_class_leaves_the_distribution_to_its_subclasses():
    with pytest.raises(NotImplementedError):
        Prior(2).log_prob(np.zeros((1, 2)))
    with pytest.raises(NotImplementedError):
        Prior(2).sample(3, seed=0)
