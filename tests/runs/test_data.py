import sys

import numpy as np
import pytest

from keras_vae import VAE, datasets
from keras_vae.conditions import Labels
from keras_vae.datasets.binarize import binarize_once
from keras_vae.datasets.digits import load_digits
from keras_vae.likelihoods import Bernoulli, BetaBinomial, Masked, Normal
from keras_vae.runs.data import held_out_data, levels_of, model_data, training_data, validation_data
from keras_vae.runs.own_data import open_splits

from ..tiny_models import EVENT_SHAPE, conditional_vae, tiny_vae


def images_of(dataset) -> np.ndarray:
    return np.concatenate([x.numpy() for x in dataset])


def test_binary_training_images_are_drawn_afresh():
    data = training_data("digits", "binary", 400, None, seed=0)
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
        np.testing.assert_array_equal(images_of(held_out_data("digits", "binary", 100)), expected)
    assert len(images_of(held_out_data("digits", "binary", 100, split="train"))) == 1500


def test_grey_images():
    np.testing.assert_array_equal(
        images_of(held_out_data("digits", "real", 100)), load_digits("test").pixels / np.float32(16)
    )
    training = images_of(training_data("digits", "real", 100, None, seed=0))
    np.testing.assert_array_equal(
        np.sort(training, axis=0), np.sort(load_digits("train").pixels / np.float32(16), axis=0)
    )


def test_likelihoods_of_whole_numbers_get_them_as_they_are_stored():
    test, training = (
        held_out_data("digits", "integers", 100),
        training_data("digits", "integers", 100, None, seed=0),
    )
    np.testing.assert_array_equal(images_of(test), load_digits("test").pixels)
    np.testing.assert_array_equal(np.sort(images_of(training), axis=0), np.sort(load_digits("train").pixels, axis=0))
    assert images_of(test).dtype == np.uint8


def test_labels_beside_the_very_same_images():
    labelled = held_out_data("digits", "binary", 100, with_labels=True)
    images, labels = (np.concatenate([part.numpy() for part in parts]) for parts in zip(*labelled, strict=True))
    np.testing.assert_array_equal(images, images_of(held_out_data("digits", "binary", 100)))
    np.testing.assert_array_equal(labels, load_digits("test").labels)


def test_seed_is_of_the_order():
    one, same, other = (images_of(training_data("digits", "binary", 400, None, seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.any(one != other)


@pytest.mark.parametrize("function", [training_data, held_out_data])
def test_folder_of_the_data_is_passed_on(monkeypatch, function):
    folders = []
    monkeypatch.setattr(datasets, "load", lambda *args, data_dir, **kwargs: folders.append(data_dir))
    function("mnist", "binary", 100, data_dir="some/folder", **({"seed": 0} if function is training_data else {}))
    assert folders == ["some/folder"]


GREYS = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 1)).astype(np.uint8)


def saved(path, x) -> str:
    np.save(path, x)
    return str(path)


def test_a_share_of_own_data_is_kept_from_the_training(tmp_path):
    path = saved(tmp_path / "x.npy", GREYS)
    for form, scale in (("real", np.float32(255)), ("integers", 1)):
        training = images_of(training_data(path, form, 6, None, seed=0, own=open_splits(path, 0.3)))
        held_out = images_of(validation_data(path, form, 6, own=open_splits(path, 0.3)))
        assert (len(training), len(held_out)) == (14, 6)
        both = np.concatenate([training, held_out])
        np.testing.assert_array_equal(np.sort(both, axis=0), np.sort(GREYS / scale, axis=0))
        np.testing.assert_array_equal(images_of(held_out_data(path, form, 6)), GREYS / scale)


def test_other_own_data_leave_all_to_the_training(tmp_path):
    path, other = saved(tmp_path / "x.npy", GREYS), saved(tmp_path / "y.npy", GREYS[:3] // 2)
    assert len(images_of(training_data(path, "integers", 6, None, seed=0, own=open_splits(path, other)))) == 20
    np.testing.assert_array_equal(
        images_of(validation_data(path, "integers", 6, own=open_splits(path, other))), GREYS[:3] // 2
    )
    wide = saved(tmp_path / "z.npy", (GREYS % 7).astype(int))
    assert [levels_of(wide, open_splits(wide)), levels_of(wide, open_splits(wide, path)), levels_of("digits")] == [
        7,
        256,
        17,
    ]


def test_a_test_split_is_validated_on():
    np.testing.assert_array_equal(
        images_of(validation_data("digits", "binary", 100)), images_of(held_out_data("digits", "binary", 100))
    )


def test_large_own_examples_come_in_smaller_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["keras_vae.runs.data"], "MOST_VALUES", 64 * 3)
    path = saved(tmp_path / "x.npy", GREYS)
    for data in (held_out_data(path, "real", 100), validation_data(path, "real", 100, own=open_splits(path, 0.5))):
        assert max(len(x) for x in data) == 3


@pytest.mark.parametrize(
    ("x", "likelihood", "message"),
    [
        (GREYS[:, :7], Normal(EVENT_SHAPE), r"holds examples of shape \(7, 8, 1\)\. The model takes \(8, 8, 1\)"),
        (GREYS[:, 0], Normal(EVENT_SHAPE), "holds examples of shape"),
        (GREYS, BetaBinomial(EVENT_SHAPE, levels=17), "must hold whole numbers from 0 to 16 for BetaBinomial"),
        (GREYS, Masked(BetaBinomial(EVENT_SHAPE, levels=17)), "must hold whole numbers from 0 to 16 for BetaBinomial"),
        (np.where(GREYS > 9, 1, np.nan), Normal(EVENT_SHAPE), r"missing values \(NaN\), which the model does not take"),
    ],
)
def test_own_data_that_do_not_fit_a_model_are_named(tmp_path, x, likelihood, message):
    with pytest.raises(ValueError, match=rf"x\.npy' .*{message}"):
        model_data(saved(tmp_path / "x.npy", x), tiny_vae(likelihood=likelihood), 100)


def test_own_data_that_fit_a_model(tmp_path):
    x = np.where(GREYS > 200, np.nan, GREYS > 100)
    path = saved(tmp_path / "x.npy", x)
    masked = tiny_vae(likelihood=Masked(Bernoulli(EVENT_SHAPE)))
    np.testing.assert_array_equal(images_of(model_data(path, masked, 100)), x)
    held_out = images_of(model_data(path, masked, 100, own=open_splits(path, 0.2)))
    np.testing.assert_array_equal(held_out, images_of(validation_data(path, "binary", 100, own=open_splits(path, 0.2))))
    assert images_of(model_data(path, masked, 100, split="test")).shape == (2, *EVENT_SHAPE)


def conditional_of(dataset) -> tuple[np.ndarray, np.ndarray]:
    elements = list(dataset.as_numpy_iterator())
    return tuple(np.concatenate([element[name] for element in elements]) for name in ("x", "condition"))


def test_a_model_with_a_condition_is_given_the_labels():
    vae = conditional_vae(Labels(10))
    x, condition = conditional_of(model_data("digits", vae, 100, with_labels=True))
    np.testing.assert_array_equal(x, images_of(held_out_data("digits", "binary", 100)))
    np.testing.assert_array_equal(condition, load_digits("test").labels)
    with pytest.raises(ValueError, match="'digits' has labels, and no column 'kind'"):
        model_data("digits", vae, 100, conditional="kind")


def test_a_tables_labels_are_numbered_as_the_model_has_them(tmp_path):
    path, other = tmp_path / "t.csv", tmp_path / "u.csv"
    path.write_text("age,kind,size\n1,plum,2\n2.5,fig,3\n3,fig,4\n4,plum,0.5\n")
    # A class is missing.
    other.write_text("age,kind,size\n7,plum,8\n9,plum,8\n")
    splits = open_splits(str(path), str(other), "kind")
    labels = Labels(2, ["fig", "plum"])
    x, condition = conditional_of(training_data(str(path), "real", 4, None, seed=0, own=splits, condition=labels))
    np.testing.assert_array_equal(condition, x[:, 0] != np.clip(x[:, 0], 2, 3))
    x, condition = conditional_of(validation_data(str(path), "real", 4, own=splits, condition=labels))
    np.testing.assert_array_equal(x, [[7, 8], [9, 8]])
    np.testing.assert_array_equal(condition, [1, 1])
    vae = VAE.for_shape((2,), 1, likelihood="normal", condition=labels)
    x, condition = conditional_of(model_data(str(path), vae, 4, conditional="kind"))
    np.testing.assert_array_equal(condition, [1, 0, 0, 1])
    with pytest.raises(ValueError, match=r"t\.csv' has no labels.*--conditional COLUMN"):
        model_data(str(path), vae, 4)
    other.write_text("age,kind,size\n7,pear,8\n9,plum,8\n")
    with pytest.raises(ValueError, match=r"u\.csv' has the label 'pear'. Expected one of 'fig', 'plum'"):
        model_data(str(other), vae, 4, conditional="kind")
