"""Every posterior keeps the laws."""

import pytest

from keras_vae.testing import check_posterior
from tests import rows


@pytest.mark.parametrize("make", rows.parts(rows.POSTERIORS), ids=rows.names(rows.POSTERIORS))
def test_it_keeps_the_laws(make):
    check_posterior(make())
