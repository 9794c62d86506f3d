"""Every prior keeps the laws."""

import pytest

from keras_vae.testing import check_prior
from tests import rows


@pytest.mark.parametrize("make", rows.parts(rows.PRIORS), ids=rows.names(rows.PRIORS))
def test_it_keeps_the_laws(make):
    check_prior(make())
