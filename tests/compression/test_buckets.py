import numpy as np
import pytest
from scipy import stats

from keras_vae.compression.buckets import Buckets
from keras_vae.priors import Laplace, StandardNormal

PRIORS = [(StandardNormal(3), stats.norm), (Laplace(3), stats.laplace)]


@pytest.mark.parametrize(("prior", "reference"), PRIORS)
@pytest.mark.parametrize("bits", [1, 5, 10])
def test_every_bucket_has_the_same_mass_and_its_centre_is_the_median_of_it(prior, reference, bits):
    buckets = Buckets(prior.marginal, bits)
    assert len(buckets) == 2**bits
    # The edges are multiples of 2^-16.
    np.testing.assert_allclose(np.diff(reference.cdf(buckets.edges / 2**16)), 2.0**-bits, atol=1e-5)
    np.testing.assert_allclose(buckets.centres, reference.ppf((np.arange(2**bits) + 0.5) / 2**bits), atol=1e-5)
    assert np.all(buckets.centres * 2**16 == np.rint(buckets.centres * 2**16))


def test_the_bucket_that_holds_a_value():
    buckets = Buckets(StandardNormal(1).marginal, 4)
    assert buckets.holding(buckets.edges[:-1]).tolist() == list(range(16))
    assert buckets.holding(buckets.edges[1:-1] - 1).tolist() == list(range(15))
    far = np.array([[-(2**30)], [2**30]])
    assert buckets.holding(far).tolist() == [[0], [15]]
