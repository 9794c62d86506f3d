import numpy as np
import pytest
import sklearn.decomposition

from keras_vae.visualization._principal_components import principal_components

CODES = np.random.default_rng(0).normal(size=(60, 5)) @ np.diag([0.1, 3.0, 1.0, 0.5, 2.0]) + np.arange(5)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_against_sklearn(count):
    oracle = sklearn.decomposition.PCA(count).fit(CODES)
    expected = oracle.transform(CODES)
    projections, fractions = principal_components(CODES, count)
    signs = np.sign((projections * expected).sum(axis=0))
    np.testing.assert_allclose(projections, expected * signs, atol=1e-10)
    np.testing.assert_allclose(fractions, oracle.explained_variance_ratio_, rtol=1e-10)


def test_the_signs_do_not_depend_on_the_decomposition():
    projections, _ = principal_components(CODES)
    # The largest entry of the first direction belongs to the second latent, and is positive.
    assert np.corrcoef(projections[:, 0], CODES[:, 1])[0, 1] > 0.9
    assert np.corrcoef(projections[:, 1], CODES[:, 4])[0, 1] > 0.9


def test_float32_codes_are_projected_in_float64():
    projections, _ = principal_components(CODES.astype(np.float32) + np.float32(1e3))
    assert projections.dtype == np.float64
    np.testing.assert_allclose(projections, principal_components(CODES)[0], atol=1e-3)


@pytest.mark.parametrize("codes", [np.ones((4, 3)), np.ones((1, 3))])
def test_codes_that_do_not_vary(codes):
    projections, fractions = principal_components(codes)
    np.testing.assert_array_equal(projections, np.zeros((len(codes), 2)))
    np.testing.assert_array_equal(fractions, [0, 0])
