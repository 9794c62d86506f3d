import numpy as np
import pytest

from keras_vae import likelihoods, restoration
from keras_vae.datasets.digits import load_digits
from keras_vae.runs._damaged import damaged

from ..tiny_models import EVENT_SHAPE, tiny_vae


@pytest.fixture(scope="module")
def vae():
    return tiny_vae(likelihood=likelihoods.Normal(EVENT_SHAPE))


@pytest.fixture
def saved(tmp_path):
    """Writes an array to a file and returns its path."""

    def save(array, name="x.npy"):
        np.save(tmp_path / name, array)
        return str(tmp_path / name)

    return save


@pytest.mark.parametrize(
    ("corruption", "layer"),
    [("noise=0.2", restoration.GaussianNoise(0.2, seed=3)), ("downsampling=2", restoration.Downsampling(2))],
)
def test_test_images_with_noise_or_small(vae, corruption, layer):
    found = damaged("digits", vae, corruption, num_images=5, seed=3)
    np.testing.assert_allclose(found.original, load_digits("test").pixels[:5] / 16, rtol=1e-6)
    np.testing.assert_allclose(found.observed, layer(found.original), rtol=1e-6)
    assert found.corruption.get_config() | {"name": ""} == layer.get_config() | {"name": ""}


def test_test_images_with_a_block_missing(vae):
    found = damaged("digits", vae, "missing-block=3")
    missing = np.isnan(found.observed)
    np.testing.assert_array_equal(missing.sum(axis=(1, 2, 3)), [9] * 16)
    np.testing.assert_array_equal(found.observed[~missing], found.original[~missing])
    assert found.corruption is None


def test_test_images_with_pixels_missing_by_a_rate_and_by_a_mask(vae, saved):
    share = np.isnan(damaged("digits", vae, "missing-pixels=0.25", num_images=200).observed).mean()
    assert share == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / (200 * 64)))
    mask = np.random.default_rng(0).random(EVENT_SHAPE) < 0.5
    found = damaged("digits", vae, mask=saved(mask), num_images=3)
    np.testing.assert_array_equal(np.isnan(found.observed), np.broadcast_to(~mask, (3, *EVENT_SHAPE)))


def test_whole_numbers_stay_in_their_units():
    masked = likelihoods.Masked(likelihoods.BetaBinomial(EVENT_SHAPE, levels=17))
    found = damaged("digits", tiny_vae(likelihood=masked), "noise=1", num_images=2)
    np.testing.assert_array_equal(found.original, load_digits("test").pixels[:2])


def test_a_file_is_taken_as_it_is(vae, saved):
    x = np.random.default_rng(0).random((4, *EVENT_SHAPE))
    x[1, 2, 3, 0] = np.nan
    found = damaged(saved(x), vae, num_images=3)
    np.testing.assert_array_equal(found.observed, x[:3])
    assert found.original is found.corruption is None
    assert isinstance(damaged(saved(x), vae, "downsampling=2").corruption, restoration.Downsampling)


def test_of_the_first_examples_the_first_masks_are_taken(vae, saved):
    x = np.random.default_rng(0).random((4, *EVENT_SHAPE))
    masks = np.random.default_rng(1).random(x.shape) < 0.5
    for mask in (masks, masks[0]):
        found = damaged(saved(x), vae, mask=saved(mask, "mask.npy"), num_images=3)
        np.testing.assert_array_equal(np.isnan(found.observed), np.broadcast_to(~mask, x.shape)[:3])


def test_small_images_of_a_file_are_enlarged(vae, saved):
    small = np.random.default_rng(0).random((2, 4, 4, 1))
    found = damaged(saved(small), vae, "downsampling=2")
    np.testing.assert_array_equal(found.observed, small.repeat(2, axis=1).repeat(2, axis=2))


@pytest.mark.parametrize(
    ("corruption", "message"),
    [
        ("rain=2", "`corruption` must be one of 'missing-block'"),
        ("noise", "a name and a number, such as 'noise=2'"),
        ("noise=much", "a name and a number"),
        ("downsampling=1.5", "`factor` must be a whole number"),
        ("missing-pixels=1", "`rate` must be below 1"),
        (None, "Nothing of 'digits' is damaged"),
    ],
)
def test_corruptions_that_are_none(vae, corruption, message):
    with pytest.raises(ValueError, match=message):
        damaged("digits", vae, corruption)


def test_bad_files(vae, saved, tmp_path):
    with pytest.raises(ValueError, match="'missing-block=3' damages a dataset"):
        damaged(saved(np.zeros((2, *EVENT_SHAPE))), vae, "missing-block=3")
    with pytest.raises(FileNotFoundError):
        damaged(str(tmp_path / "none.npy"), vae)
    (tmp_path / "text.npy").write_text("text")
    with pytest.raises(ValueError, match=r"is not an array that `numpy\.save` wrote"):
        damaged(str(tmp_path / "text.npy"), vae)
    with pytest.raises(ValueError, match="must hold an array of numbers"):
        damaged(saved(np.array(["a"])), vae)
    with pytest.raises(ValueError, match=r"A mask must hold booleans.*\(8, 8, 1\)"):
        damaged("digits", vae, mask=saved(np.ones((8, 8), bool)))
