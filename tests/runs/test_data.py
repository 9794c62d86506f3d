import numpy as np
import pytest

from keras_vae import datasets
from keras_vae.datasets.binarize import binarize_once
from keras_vae.datasets.digits import load_digits
from keras_vae.likelihoods import Bernoulli, BetaBinomial, Masked, Normal
from keras_vae.runs.data import held_out_data, kind_of, training_data

from ..tiny_models import EVENT_SHAPE, tiny_vae


def images_of(dataset) -> np.ndarray:
    return np.concatenate([x.numpy() for x in dataset])


def test_a_masked_likelihood_is_of_the_kind_that_it_wraps():
    assert kind_of(tiny_vae(built=False)) is Bernoulli
    assert kind_of(tiny_vae(likelihood=Masked(BetaBinomial(EVENT_SHAPE, levels=17)), built=False)) is BetaBinomial


def test_binary_training_images_are_drawn_afresh():
    data = training_data("digits", Bernoulli, 400, None, seed=0)
    assert [len(x) for x in data] == [400, 400, 400, 300]
    first, second = (images_of(data).mean(axis=0) for _ in range(2))
    # Whatever the order, static binarisation would give the same means.
    assert np.any(first != second)
    grey = load_digits("train").pixels.mean(axis=0) / 16
    # 4.5 standard errors of a mean over 1,500 draws of 0 or 1.
    assert np.abs(first - grey).max() < 4.5 * np.sqrt(0.25 / 1500)
    assert set(np.unique(images_of(data))) == {0.0, 1.0}


def test_binary_test_images_are_drawn_once_and_for_all():
    digits = load_digits("test")
    expected = binarize_once(digits.pixels, digits.levels, 0)
    for _ in range(2):
        np.testing.assert_array_equal(images_of(held_out_data("digits", Bernoulli, 100)), expected)
    assert len(images_of(held_out_data("digits", Bernoulli, 100, split="train"))) == 1500


def test_grey_images():
    np.testing.assert_array_equal(
        images_of(held_out_data("digits", Normal, 100)), load_digits("test").pixels / np.float32(16)
    )
    training = images_of(training_data("digits", Normal, 100, None, seed=0))
    np.testing.assert_array_equal(
        np.sort(training, axis=0), np.sort(load_digits("train").pixels / np.float32(16), axis=0)
    )


def test_likelihoods_of_whole_numbers_get_them_as_they_are_stored():
    test, training = (
        held_out_data("digits", BetaBinomial, 100),
        training_data("digits", BetaBinomial, 100, None, seed=0),
    )
    np.testing.assert_array_equal(images_of(test), load_digits("test").pixels)
    np.testing.assert_array_equal(np.sort(images_of(training), axis=0), np.sort(load_digits("train").pixels, axis=0))
    assert images_of(test).dtype == np.uint8


def test_labels_beside_the_very_same_images():
    labelled = held_out_data("digits", Bernoulli, 100, with_labels=True)
    images, labels = (np.concatenate([part.numpy() for part in parts]) for parts in zip(*labelled, strict=True))
    np.testing.assert_array_equal(images, images_of(held_out_data("digits", Bernoulli, 100)))
    np.testing.assert_array_equal(labels, load_digits("test").labels)


def test_seed_is_of_the_order():
    one, same, other = (images_of(training_data("digits", Bernoulli, 400, None, seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.any(one != other)


@pytest.mark.parametrize("function", [training_data, held_out_data])
def test_folder_of_the_data_is_passed_on(monkeypatch, function):
    folders = []
    monkeypatch.setattr(datasets, "load", lambda *args, data_dir, **kwargs: folders.append(data_dir))
    function("mnist", Bernoulli, 100, data_dir="some/folder", **({"seed": 0} if function is training_data else {}))
    assert folders == ["some/folder"]
