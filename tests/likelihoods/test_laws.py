"""Every likelihood keeps the laws."""

import pytest

from keras_vae.testing import check_likelihood
from tests import rows


@pytest.mark.parametrize(("make", "x"), rows.parts_with_data(rows.LIKELIHOODS), ids=rows.names(rows.LIKELIHOODS))
def test_it_keeps_the_laws(make, x):
    check_likelihood(make(), x)
