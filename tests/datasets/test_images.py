import dataclasses

import numpy as np
import pytest

from keras_vae.datasets.images import Images


def test_a_change_makes_new_images():
    """Sources are shared: labels are taken away and pixels binarised in copies."""
    images = Images(np.zeros((2, 3, 3, 1), np.uint8), 16, np.arange(2))
    with pytest.raises(dataclasses.FrozenInstanceError):
        images.labels = None
    unlabelled = dataclasses.replace(images, labels=None)
    assert (unlabelled.labels, unlabelled.levels) == (None, 16)
    assert unlabelled.pixels is images.pixels
    np.testing.assert_array_equal(images.labels, [0, 1])
