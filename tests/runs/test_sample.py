import numpy as np
import pytest

from keras_vae import runs
from keras_vae.conditions import Labels
from keras_vae.visualization import image_grid, pixels, sample_grid

from ..tiny_models import conditional_vae, tiny_vae

pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.mark.parametrize("mean", [True, False])
def test_samples_without_a_condition(mean):
    vae = tiny_vae()
    picture, count = runs.sample(vae, 5, seed=3, mean=mean)
    np.testing.assert_array_equal(picture, image_grid(vae.sample(5, seed=3, mean=mean)))
    assert count == 5


def test_one_class_is_of_all_samples_and_of_several_each_has_a_row():
    vae = conditional_vae(Labels(3, ["ape", "cat", "dog"]))
    picture, count = runs.sample(vae, 5, seed=3, condition=["dog"])
    np.testing.assert_array_equal(picture, image_grid(vae.sample(5, seed=3, mean=True, condition=2)))
    assert count == 5
    picture, count = runs.sample(vae, 5, seed=3, condition=["dog", "0"])
    rows = np.concatenate([vae.sample(2, seed=3, mean=True, condition=label) for label in (2, 0)])
    np.testing.assert_array_equal(picture, pixels(sample_grid(rows, 2, row_labels=["dog", "ape"])))
    assert count == 4
    # By the frequencies of training.
    drawn, _ = runs.sample(vae, 5, seed=3)
    np.testing.assert_array_equal(drawn, image_grid(vae.sample(5, seed=3, mean=True)))


def test_without_a_seed_the_rows_are_of_the_same_codes():
    vae = conditional_vae(Labels(3))
    # The same class twice.
    (one, _), (other, _) = (runs.sample(vae, 4, condition=["1", "1"]) for _ in range(2))
    grid = one[8:-8, -126:-8]
    np.testing.assert_array_equal(grid[2:58], grid[60:116])
    assert np.any(one != other)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="no class '3'"):
        runs.sample(conditional_vae(Labels(3)), condition=["3"])
    with pytest.raises(ValueError, match="`num_images` must be a whole number"):
        runs.sample(tiny_vae(), 0)
