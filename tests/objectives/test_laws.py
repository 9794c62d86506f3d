"""Every objective keeps the laws."""

import pytest

from keras_vae.testing import check_objective
from tests import rows


@pytest.mark.parametrize("make", rows.parts(rows.OBJECTIVES), ids=rows.names(rows.OBJECTIVES))
def test_it_keeps_the_laws(make):
    check_objective(make())
