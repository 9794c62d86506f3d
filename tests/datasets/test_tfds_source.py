import os
import urllib.error
import urllib.request

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from keras_vae.datasets import tfds_source
from keras_vae.datasets.images import Images
from keras_vae.datasets.tfds_source import class_names, open_dataset

from .conftest import NUM_SHARDS, NUM_TEST, NUM_TRAIN, tiny_image


@pytest.fixture
def no_network(monkeypatch):
    """No network, and a failure where somebody goes for it all the same."""

    def download(*args, **kwargs):
        raise AssertionError("Something was to be downloaded.")

    # The answer must not hang on the network of the machine.
    monkeypatch.setattr(tfds_source, "_network_is_there", lambda: False)
    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", download)


@pytest.fixture
def streamed(monkeypatch):
    """Every dataset is too large for the memory."""
    # In place of datasets of gigabytes.
    monkeypatch.setattr(tfds_source, "MOST_BYTES_IN_MEMORY", 0)


def indices_of(source) -> list[int]:
    pixels = source.pixels if isinstance(source, Images) else np.stack([example["image"] for example in source])
    return pixels[:, 0, 0, 0].tolist()


def test_images_and_labels_are_those_that_were_prepared(tiny_dir):
    train = open_dataset("tiny_pictures", "train", tiny_dir, with_labels=True)
    test = open_dataset("tiny_pictures", "test", tiny_dir, with_labels=True)
    assert sorted(indices_of(train)) == list(range(NUM_TRAIN))
    assert sorted(indices_of(test)) == list(range(NUM_TRAIN, NUM_TRAIN + NUM_TEST))
    for source in (train, test):
        for pixels, label in zip(source.pixels, source.labels, strict=True):
            np.testing.assert_array_equal(pixels, tiny_image(pixels[0, 0, 0]))
            assert label == pixels[0, 0, 0] % 10
    assert (train.levels, train.pixels.dtype) == (255, np.uint8)


def test_labels_that_are_not_wanted_are_not_read(tiny_dir):
    assert open_dataset("tiny_pictures", "train", tiny_dir, with_labels=False).labels is None


def test_the_names_of_classes(tiny_dir):
    assert class_names("tiny_pictures", tiny_dir) == [str(number) for number in range(10)]
    with pytest.raises(ValueError, match="The dataset 'tiny_binary' has no labels"):
        class_names("tiny_binary", tiny_dir)


def test_zeros_and_ones_are_black_and_white(tiny_dir):
    source = open_dataset("tiny_binary", "train", tiny_dir, with_labels=False)
    assert source.levels == 1
    assert sorted(source.pixels.reshape(6, -1).mean(axis=1)) == [0, 0, 0, 1, 1, 1]


def test_slices_of_splits(tiny_dir):
    whole = indices_of(open_dataset("tiny_pictures", "train", tiny_dir, with_labels=False))
    parts = [
        indices_of(open_dataset("tiny_pictures", f"train{part}", tiny_dir, False)) for part in ("[:75%]", "[75%:]")
    ]
    assert [len(part) for part in parts] == [30, 10]
    assert sorted(parts[0] + parts[1]) == sorted(whole)


def test_images_in_memory_are_always_in_the_same_order(tiny_dir):
    """The training split lies in several files: static binarisation needs every image at its place."""
    files = os.listdir(os.path.join(tiny_dir, "tiny_pictures", "1.0.0"))
    assert sum("train" in file for file in files) == NUM_SHARDS
    orders = {tuple(indices_of(open_dataset("tiny_pictures", "train", tiny_dir, False))) for _ in range(8)}
    assert len(orders) == 1


@pytest.mark.usefixtures("streamed")
def test_large_datasets_are_streamed(tiny_dir):
    source = open_dataset("tiny_pictures", "train", tiny_dir, with_labels=True)
    assert isinstance(source, tf.data.Dataset)
    assert len(source) == NUM_TRAIN
    # What is not wanted, here a note for each picture, is left out.
    assert set(source.element_spec) == {"image", "label"}
    assert sorted(indices_of(source)) == list(range(NUM_TRAIN))
    assert set(open_dataset("tiny_pictures", "test", tiny_dir, with_labels=False).element_spec) == {"image"}


@pytest.mark.usefixtures("streamed")
def test_seed_fixes_the_order_of_a_streams_files(tiny_dir):
    def order(split, seed):
        return indices_of(open_dataset("tiny_pictures", split, tiny_dir, False, seed))

    assert order("train", 1) == order("train", 1)
    assert len({tuple(order("train", seed)) for seed in range(5)}) > 1
    assert order("test", 1) == order("test", 2) == order("test", None)


@pytest.mark.parametrize("name", ["cifar11", "mnist:9.9.9", "mnist/large", "not a name", ""])
def test_unknown_dataset(tiny_dir, name):
    with pytest.raises(ValueError, match=f"There is no dataset {name!r}. Expected 'digits'.*TFDS says: .") as error:
        open_dataset(name, "train", tiny_dir, with_labels=False)
    assert "'mnist', 'fashion_mnist', 'binarized_mnist' or 'cifar10'" in str(error.value)


@pytest.mark.parametrize("split", ["validation", "train[", "train[:101%]", "train[99:]", "train[:0]"])
def test_unknown_split_names_the_known_ones(tiny_dir, split):
    with pytest.raises(ValueError, match=r"has the splits \['test', 'train'\] and slices") as error:
        open_dataset("tiny_pictures", split, tiny_dir, with_labels=False)
    assert f"split={split!r}" in str(error.value)


def test_no_labels(tiny_dir):
    with pytest.raises(ValueError, match=r"'tiny_binary' has no labels. Load it with `with_labels=False`"):
        open_dataset("tiny_binary", "train", tiny_dir, with_labels=True)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("name", ["tiny_photos", "imdb_reviews"])
def test_what_is_no_set_of_images_of_one_size_is_refused_before_a_download(tiny_dir, name):
    with pytest.raises(ValueError, match=f"{name!r} has no 8-bit images of one size"):
        open_dataset(name, "train", tiny_dir, with_labels=False)


@pytest.mark.usefixtures("no_network")
def test_not_prepared_and_no_network(tmp_path):
    with pytest.raises(ValueError, match=r"'cifar10' is not prepared in .* no network") as error:
        open_dataset("cifar10", "train", str(tmp_path), with_labels=False)
    for mend in (str(tmp_path), "data_dir", "TFDS_DATA_DIR", "tfds.builder('cifar10').download_and_prepare()"):
        assert mend in str(error.value)


@pytest.mark.usefixtures("no_network")
def test_what_is_prepared_needs_no_network(tiny_dir):
    assert len(open_dataset("tiny_pictures", "test", tiny_dir, with_labels=False).pixels) == NUM_TEST


def test_what_is_not_prepared_is_prepared_where_there_is_a_network(monkeypatch, tmp_path, capsys):
    # The answer must not hang on the network of the machine.
    monkeypatch.setattr(tfds_source, "_network_is_there", lambda: True)
    source = open_dataset("tiny_binary", "train", str(tmp_path), with_labels=False)
    assert len(source.pixels) == 6
    printed = capsys.readouterr()
    assert "preparing the dataset 'tiny_binary'" in printed.out
    # The bars of TensorFlow Datasets are for terminals.
    assert "\r" not in printed.err


def answer(monkeypatch, outcome):
    """Makes every request end so; returns the timeouts of the requests that were made."""
    timeouts = []

    class Response:
        def close(self):
            pass

    def urlopen(url, timeout):
        timeouts.append(timeout)
        if outcome is not None:
            raise outcome
        return Response()

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return timeouts


@pytest.mark.parametrize(
    ("outcome", "there"),
    [
        (None, True),
        (urllib.error.URLError("no address"), False),
        (TimeoutError(), False),
        (urllib.error.HTTPError("", 400, "bad request", None, None), True),
        (urllib.error.HTTPError("", 403, "refused by a proxy", None, None), False),
    ],
)
def test_network_is_asked_once_and_shortly(monkeypatch, outcome, there):
    timeouts = answer(monkeypatch, outcome)
    assert tfds_source._network_is_there() is there
    assert len(timeouts) == 1
    assert timeouts[0] <= 5


def test_data_that_tfds_makes_up_in_tests():
    with tfds.testing.mock_data(num_examples=7):
        cifar10 = open_dataset("cifar10", "train", None, with_labels=True)
        celeb_a = open_dataset("celeb_a", "test", None, with_labels=False)
    assert cifar10.pixels.shape == (7, 32, 32, 3)
    assert cifar10.labels.shape == (7,)
    assert celeb_a.pixels.shape == (7, 218, 178, 3)
