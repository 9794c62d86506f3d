import numpy as np
import pytest

from keras_vae.latent._observed_variance import observed_variance


@pytest.mark.parametrize("cuts", [[], [3], [1, 2, 9]])
def test_the_variance_of_each_element_is_over_the_examples_that_have_it(cuts):
    rng = np.random.default_rng(0)
    x = rng.normal(1e4, 2.0, (12, 3, 2))
    whole = x.var(axis=0).mean()
    np.testing.assert_allclose(observed_variance(np.split(x, cuts)), whole, rtol=1e-9)
    x[rng.random(x.shape) < 0.4] = np.nan
    # One element is missing from the first batches, and another was never observed.
    x[:3, 0, 0], x[:, 1, 1] = np.nan, np.nan
    seen = ~np.isnan(x).all(axis=0)
    np.testing.assert_allclose(observed_variance(np.split(x, cuts)), np.nanvar(x[:, seen], axis=0).mean(), rtol=1e-9)


def test_no_example_has_no_variance():
    with pytest.raises(ValueError, match="must hold at least one example"):
        observed_variance([np.zeros((0, 3))])
