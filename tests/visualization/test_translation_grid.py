import numpy as np
import pytest

from keras_vae import VAE, conditions
from keras_vae.visualization import image_grid, pixels, translation_grid

from ..tiny_models import conditional_vae
from .layout import picture_of, texts

pytestmark = pytest.mark.usefixtures("eagerly")

OF = np.array([2, 0, 1])


@pytest.fixture
def vae() -> VAE:
    return conditional_vae(conditions.Labels(3, ["cat", "dog", "emu"]))


def test_a_row_for_each_example_and_a_column_for_each_class(vae, binary_images):
    x = binary_images[:3]
    figure = translation_grid(vae, x, OF, title="epoch 3")
    rows = np.stack([x, *(vae.translate(x, OF, to=to) for to in range(3))], axis=1)
    np.testing.assert_array_equal(picture_of(figure), image_grid(rows.reshape(12, 8, 8, 1), 4))
    assert texts(figure) == ["epoch 3", "given", "cat", "dog", "emu"]
    # Under its own class it is the reconstruction.
    np.testing.assert_allclose(rows[[0, 1, 2], 1 + OF], vae.reconstruct(x, condition=OF), rtol=1e-6)
    in_it = translation_grid(vae, {"x": x, "condition": OF}, title="epoch 3")
    np.testing.assert_array_equal(pixels(in_it), pixels(figure))


def test_chosen_conditions_and_values(vae, binary_images):
    x = binary_images[:2]
    figure = translation_grid(vae, x, 1, to=[2, 0], value_range=(0, 3))
    rows = np.stack([x, *(vae.translate(x, 1, to=to) for to in (2, 0))], axis=1).reshape(6, 8, 8, 1)
    np.testing.assert_array_equal(picture_of(figure), image_grid(rows, 3, (0, 3)))
    assert texts(figure) == ["given", "emu", "cat"]


def test_mistakes_are_named(vae, binary_images):
    with pytest.raises(ValueError, match=r"has a condition, Labels\(3\), and `x` has none"):
        translation_grid(vae, binary_images)
    with pytest.raises(ValueError, match="`translation_grid` needs a model with a condition"):
        translation_grid(VAE.for_shape((8, 8, 1), 2), binary_images, 1)
    with pytest.raises(ValueError, match=r"Received shape \(96, 4, 8, 1\)"):
        translation_grid(vae, binary_images[:, :4], 1)
