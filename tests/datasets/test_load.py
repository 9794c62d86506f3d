import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

from keras_vae import datasets
from keras_vae.datasets import own_files, tfds_source
from keras_vae.datasets.colour_digits import load_colour_digits
from keras_vae.datasets.digits import load_digits

from .conftest import NUM_TRAIN

MNIST_TEST_CLASSES = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def images_of(dataset) -> np.ndarray:
    return np.concatenate([x.numpy() for x in dataset])


def pairs_of(dataset) -> tuple[np.ndarray, np.ndarray]:
    images, labels = zip(*((x.numpy(), y.numpy()) for x, y in dataset), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def test_digits_are_grey_values_in_order():
    digits = load_digits("test")
    images, labels = pairs_of(datasets.load("digits", "test", batch_size=100, with_labels=True))
    np.testing.assert_array_equal(images, digits.pixels / np.float32(16))
    np.testing.assert_array_equal(labels, digits.labels)


def test_default_is_unlabelled_training_data_in_batches_of_128():
    dataset = datasets.load("digits")
    assert [len(x) for x in dataset] == [128] * 11 + [92]
    assert len(dataset) == 12


def test_training_data_is_shuffled_with_its_labels_and_test_data_is_not():
    digits = load_digits("train")
    by_image = {pixels.tobytes(): label for pixels, label in zip(digits.pixels, digits.labels, strict=True)}
    dataset = datasets.load("digits", with_labels=True, seed=0)
    (first, first_labels), (second, _) = pairs_of(dataset), pairs_of(dataset)
    assert np.any(first != second)
    for image, label in zip(first, first_labels, strict=True):
        assert by_image[np.rint(image * 16).astype(np.uint8).tobytes()] == label


def test_dynamic_binarisation_changes_and_converges_to_the_grey_values():
    dataset = datasets.load("digits", "test", binarize="dynamic", seed=0)
    epochs = np.stack([images_of(dataset) for _ in range(30)])
    assert np.any(epochs[0] != epochs[1])
    grey = load_digits("test").pixels / 16
    np.testing.assert_array_equal(epochs[:, grey == 0], 0)
    np.testing.assert_array_equal(epochs[:, grey == 1], 1)
    standard_error = np.sqrt(grey * (1 - grey) / len(epochs))
    between = standard_error > 0
    errors = (epochs.mean(axis=0) - grey)[between] / standard_error[between]
    # About 10,000 pixels: standardised, their errors have mean 0 and standard deviation 1.
    assert abs(errors.mean()) < 4 / np.sqrt(errors.size)
    assert abs(errors.std() - 1) < 0.05


@pytest.mark.parametrize("split", ["train", "test"])
def test_static_binarisation_is_one_draw_for_all_time(split):
    def images(seed):
        dataset = datasets.load("digits", split, binarize="static", seed=seed)
        return [np.sort(images_of(dataset).reshape(-1, 64) @ np.arange(1, 65)) for _ in range(2)]

    first, again = images(0)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, images(0)[0])
    # No seed is the same as seed 0: figures without a seed can be compared.
    np.testing.assert_array_equal(first, images(None)[0])
    assert np.any(first != images(1)[0])


def test_static_binarisation_has_the_grey_values_as_its_mean():
    images = images_of(datasets.load("digits", "test", binarize="static"))
    assert set(np.unique(images)) == {0.0, 1.0}
    grey = load_digits("test").pixels / 16
    standard_error = np.sqrt(np.mean(grey * (1 - grey)) / grey.size)
    assert abs(images.mean() - grey.mean()) < 4 * standard_error
    np.testing.assert_array_equal(images[grey == 0], 0)
    np.testing.assert_array_equal(images[grey == 1], 1)


def test_same_seed_gives_the_same_epochs():
    one, same, other = (datasets.load("digits", binarize="dynamic", seed=seed) for seed in (5, 5, 6))
    for _ in range(2):
        images = images_of(one)
        np.testing.assert_array_equal(images, images_of(same))
        assert np.any(images != images_of(other))


def test_tfds_by_name(tiny_dir):
    images, labels = pairs_of(datasets.load("tiny_pictures", with_labels=True, batch_size=16, data_dir=tiny_dir))
    indices = np.rint(images[:, 0, 0, 0] * 255).astype(int)
    np.testing.assert_array_equal(np.sort(indices), np.arange(NUM_TRAIN))
    np.testing.assert_array_equal(labels, indices % 10)


@pytest.mark.parametrize("binarize", [None, "dynamic", "static"])
def test_binary_images_stay_as_they_are(tiny_dir, binarize):
    images = images_of(datasets.load("tiny_binary", binarize=binarize, data_dir=tiny_dir))
    np.testing.assert_array_equal(np.sort(images.reshape(6, 16).mean(axis=1)), [0, 0, 0, 1, 1, 1])


def test_integers_are_what_is_stored():
    digits = load_digits("test")
    images, labels = pairs_of(datasets.load("digits", "test", with_labels=True, integers=True))
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, digits.pixels)
    np.testing.assert_array_equal(labels, digits.labels)
    assert images.max() == datasets.levels("digits") - 1


def test_colour_digits_by_name():
    digits = load_colour_digits("test")
    images, labels = pairs_of(datasets.load("colour_digits", "test", with_labels=True, integers=True))
    np.testing.assert_array_equal(images, digits.pixels)
    np.testing.assert_array_equal(labels, digits.labels)
    floats = images_of(datasets.load("colour_digits", "test"))
    np.testing.assert_array_equal(floats, digits.pixels / np.float32(255))
    assert [len(x) for x in datasets.load("colour_digits", batch_size=500)] == [500] * 3


@pytest.mark.parametrize("most_bytes", [2**31, 0])
def test_integers_of_tfds(tiny_dir, monkeypatch, most_bytes):
    """In memory, and in a stream."""
    # In place of datasets of gigabytes.
    monkeypatch.setattr(tfds_source, "MOST_BYTES_IN_MEMORY", most_bytes)
    for name, levels in (("tiny_pictures", 256), ("tiny_binary", 2)):
        images = images_of(datasets.load(name, data_dir=tiny_dir, integers=True))
        assert images.dtype == np.uint8
        np.testing.assert_array_equal(np.unique(images), np.arange(levels))


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("digits", 17),
        ("colour_digits", 256),
        ("binarized_mnist", 2),
        ("binarized_mnist:1.0.0", 2),
        ("mnist", 256),
        ("mnist:3.0.1", 256),
        ("emnist/letters", 256),
        ("not_known", 256),
    ],
)
def test_levels(name, levels):
    assert datasets.levels(name) == levels


@pytest.mark.parametrize("name", [3, None, ["digits"]])
def test_a_name_is_a_string(name):
    for function in (datasets.levels, datasets.load):
        with pytest.raises(ValueError, match="`name` must be a name such as 'digits'"):
            function(name)


def test_streams_are_binarised_afresh_and_reproducibly_but_not_once_and_for_all(tiny_dir, monkeypatch):
    # In place of datasets of gigabytes.
    monkeypatch.setattr(tfds_source, "MOST_BYTES_IN_MEMORY", 0)

    def load(binarize, seed=1):
        return datasets.load("tiny_pictures", "train", 16, binarize, data_dir=tiny_dir, seed=seed)

    np.testing.assert_array_equal(images_of(load(None)), images_of(load(None)))
    dataset, same = load("dynamic"), load("dynamic")
    first, second = images_of(dataset), images_of(dataset)
    assert set(np.unique(first)) == {0.0, 1.0}
    assert np.any(first != second)
    np.testing.assert_array_equal(first, images_of(same))
    np.testing.assert_array_equal(second, images_of(same))
    with pytest.raises(ValueError, match=r"'tiny_pictures' does not fit in memory.*Use binarize='dynamic'"):
        load("static")


def test_data_that_tfds_makes_up_in_tests():
    with tfds.testing.mock_data(num_examples=7):
        dataset = datasets.load("cifar10", batch_size=3)
    assert [x.shape for x in dataset] == [(3, 32, 32, 3), (3, 32, 32, 3), (1, 32, 32, 3)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"binarize": "random"}, r"`binarize` must be None, 'dynamic' or 'static'. Received: binarize='random'"),
        ({"binarize": True}, r"`binarize` must be .* Received: binarize=True"),
        ({"split": "validation"}, r"'train' and 'test'. Received: split='validation'"),
        ({"split": None}, r"`split` must be a name.* Received: split=None"),
        ({"batch_size": 0}, r"`batch_size` must be a whole number of at least 1. Received: batch_size=0"),
        ({"batch_size": 2.5}, r"`batch_size` must be a whole number"),
        ({"seed": -1}, r"`seed` must be a whole number of at least 0. Received: seed=-1"),
        ({"integers": "no"}, r"`integers` must be True or False. Received: integers='no'"),
        ({"integers": 256}, r"`integers` must be True or False"),
        ({"integers": True, "binarize": "static"}, r"Binary images have no levels: .*, not both"),
        ({"conditional": 1}, r"`conditional` must be True or False. Received: conditional=1"),
        ({"conditional": True, "with_labels": True}, r"the labels are the condition: leave out `with_labels`"),
        ({"seed": "a"}, r"`seed` must be a whole number"),
        ({"name": "digit"}, r"There is no dataset 'digit'. Expected 'digits'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        datasets.load(**{"name": "digits", **arguments})


def test_real_mnist(mnist_dir):
    if mnist_dir is None:
        pytest.skip("MNIST prepared for TFDS is not in the folder that TFDS_DATA_DIR names.")
    images, labels = pairs_of(datasets.load("mnist", "test", 1000, with_labels=True, data_dir=mnist_dir))
    assert images.shape == (10_000, 28, 28, 1)
    np.testing.assert_array_equal(np.bincount(labels), MNIST_TEST_CLASSES)
    # The well-known mean of the test images.
    assert images.mean(dtype=np.float64) == pytest.approx(0.13251460584233699, rel=1e-6)


def test_real_mnist_binarised_for_training(mnist_dir):
    if mnist_dir is None:
        pytest.skip("MNIST prepared for TFDS is not in the folder that TFDS_DATA_DIR names.")
    dataset = datasets.load("mnist", "train[:2000]", 100, "dynamic", data_dir=mnist_dir, seed=0)
    assert len(dataset) == 20
    grey = images_of(datasets.load("mnist", "train[:2000]", 100, data_dir=mnist_dir))
    first, second = images_of(dataset), images_of(dataset)
    for binary in (first, second):
        assert set(np.unique(binary)) == {0.0, 1.0}
        # 4 standard errors of the mean over 1.6 million pixels, of which a fifth are grey.
        assert abs(binary.mean() - grey.mean()) < 4 * np.sqrt(np.mean(grey * (1 - grey)) / grey.size)
    assert np.any(first != second)


GREYS = np.random.default_rng(0).integers(0, 256, (20, 3, 4, 1)).astype(np.uint8)


def saved(path, x) -> str:
    np.save(path, x)
    return str(path)


def in_order(x) -> np.ndarray:
    """Examples in an order of their own, to compare those that were shuffled."""
    return x[np.lexsort(x.reshape(len(x), -1).T)]


@pytest.fixture(params=["in memory", "on the disk"])
def where(request, monkeypatch):
    """Whether one's own data are held in memory; nothing else is to depend on it."""
    if request.param == "on the disk":
        monkeypatch.setattr(own_files, "MOST_BYTES_IN_MEMORY", 0)


@pytest.mark.parametrize(("dtype", "white"), [("uint8", 255), ("uint16", 65535), ("float64", 1)])
def test_own_arrays_in_parts(tmp_path, where, dtype, white):
    x = GREYS.astype(dtype)
    path = saved(tmp_path / "x.npy", x)
    expected = (x / np.float32(white)).astype(np.float32)
    np.testing.assert_array_equal(images_of(datasets.load(path, "all", batch_size=7)), expected)
    train = datasets.load(path, "train", batch_size=7, held_out=0.25)
    test = datasets.load(path, "test", batch_size=7, held_out=0.25)
    assert [len(dataset) for dataset in (train, test)] == [3, 1]
    epochs = [images_of(train) for _ in range(2)]
    assert np.any(epochs[0] != epochs[1])
    for epoch in epochs:
        both = np.concatenate([epoch, images_of(test)])
        np.testing.assert_array_equal(in_order(both), in_order(expected))
    # In the order of the file.
    places = [int(np.argmax((expected == image).all(axis=(1, 2, 3)))) for image in images_of(test)]
    assert places == sorted(places)


def test_own_whole_numbers_as_they_are_stored(tmp_path, where):
    path = saved(tmp_path / "x.npy", GREYS)
    found = images_of(datasets.load(path, "all", integers=True))
    np.testing.assert_array_equal(found, GREYS)
    assert found.dtype == np.uint8
    assert datasets.levels(path) == 256
    counts = saved(tmp_path / "counts.npy", (GREYS % 7).astype(np.float64))
    np.testing.assert_array_equal(images_of(datasets.load(counts, "all", integers=True)), GREYS % 7)
    assert datasets.levels(counts) == 7


def test_own_greys_are_binarised_afresh_or_once(tmp_path, where):
    path = saved(tmp_path / "x.npy", np.full((40, 10, 10, 1), 128, np.uint8))
    once = [images_of(datasets.load(path, "all", binarize="static", batch_size=size)) for size in (7, 40)]
    np.testing.assert_array_equal(*once)
    afresh = datasets.load(path, "all", binarize="dynamic", seed=0)
    draws = [once[0], images_of(afresh), images_of(afresh)]
    for images in draws:
        assert set(np.unique(images)) == {0, 1}
        # Of 4,000 draws four standard errors, and the grey is a little above a half.
        assert abs(images.mean() - 128 / 255) < 4 * 0.5 / np.sqrt(4000)
    assert np.any(draws[1] != draws[2])


@pytest.mark.parametrize("white", [1, 255])
def test_what_is_binary_already_is_not_drawn(tmp_path, where, white):
    path = saved(tmp_path / "x.npy", white * (GREYS > 128).astype(np.uint8))
    for binarize in ("static", "dynamic"):
        np.testing.assert_array_equal(images_of(datasets.load(path, "all", binarize=binarize)), GREYS > 128)


def test_what_is_missing_in_own_data_stays_so(tmp_path):
    x = np.where(GREYS > 200, np.nan, GREYS > 100).reshape(20, 12)
    path = saved(tmp_path / "x.npy", x)
    for form in ({"binarize": "static"}, {"integers": True}, {}):
        np.testing.assert_array_equal(images_of(datasets.load(path, "all", **form)), x)
    greys = saved(tmp_path / "greys.npy", x / 2)
    with pytest.raises(ValueError, match=r"greys\.npy' has .* missing values among greys"):
        datasets.load(greys, "all", binarize="static")


def test_sub_folders_are_labels(tmp_path, where):
    for number, name in enumerate(["b", "a", "b"]):
        (tmp_path / name).mkdir(exist_ok=True)
        Image.fromarray(GREYS[number, ..., 0]).save(tmp_path / name / f"{number}.png")
    ((images, labels),) = datasets.load(tmp_path, "all", with_labels=True)
    np.testing.assert_array_equal(images, GREYS[[1, 0, 2]] / np.float32(255))
    np.testing.assert_array_equal(labels, [b"a", b"b", b"b"])
    ((image, label),) = datasets.load(tmp_path, "test", with_labels=True, held_out=0.3)
    (place,) = np.flatnonzero((images.numpy() == image.numpy()).all(axis=(1, 2, 3)))
    assert label.numpy() == labels.numpy()[place]
    assert images_of(datasets.load(tmp_path, "all")).shape == (3, 3, 4, 1)


def conditional_of(dataset) -> tuple[np.ndarray, np.ndarray]:
    elements = list(dataset.as_numpy_iterator())
    assert all(sorted(element) == ["condition", "x"] for element in elements)
    return tuple(np.concatenate([element[name] for element in elements]) for name in ("x", "condition"))


def test_conditional_digits_are_those_with_labels(tiny_dir, monkeypatch):
    digits = load_digits("test")
    images, labels = conditional_of(datasets.load("digits", "test", 100, binarize="static", conditional=True))
    np.testing.assert_array_equal(images, images_of(datasets.load("digits", "test", 100, binarize="static")))
    np.testing.assert_array_equal(labels, digits.labels)
    # In place of datasets of gigabytes.
    monkeypatch.setattr(tfds_source, "MOST_BYTES_IN_MEMORY", 0)
    images, labels = conditional_of(datasets.load("tiny_pictures", "test", 4, conditional=True, data_dir=tiny_dir))
    np.testing.assert_array_equal(labels, np.rint(images[:, 0, 0, 0] * 255) % 10)


def test_conditional_sub_folders_and_columns(tmp_path, where):
    for number, name in enumerate(["b", "a", "b"]):
        (tmp_path / name).mkdir(exist_ok=True)
        Image.fromarray(GREYS[number, ..., 0]).save(tmp_path / name / f"{number}.png")
    images, labels = conditional_of(datasets.load(tmp_path, "all", conditional=True))
    np.testing.assert_array_equal(images, GREYS[[1, 0, 2]] / np.float32(255))
    np.testing.assert_array_equal(labels, [0, 1, 1])
    named = datasets.load(tmp_path, "all", conditional=True, classes=["c", "b", "a"])
    np.testing.assert_array_equal(conditional_of(named)[1], [2, 1, 1])
    (tmp_path / "t.csv").write_text("kind,age\nplum,1\nfig,2.5\nplum,4\n")
    rows, labels = conditional_of(datasets.load(tmp_path / "t.csv", "all", conditional="kind"))
    np.testing.assert_array_equal(rows, [[1], [2.5], [4]])
    np.testing.assert_array_equal(labels, [1, 0, 1])
    # The part that is held out has its own labels.
    rows, labels = conditional_of(datasets.load(tmp_path / "t.csv", "test", conditional="kind", held_out=0.6))
    assert {1.0: 1, 2.5: 0, 4.0: 1} | dict(zip(rows[:, 0].tolist(), labels.tolist(), strict=True)) == {
        1.0: 1,
        2.5: 0,
        4.0: 1,
    }
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("x", "options", "message"),
    [
        (GREYS / 255, {"integers": True}, "must hold whole numbers from 0 to 65,535.*real numbers in"),
        (GREYS - 128.0, {"binarize": "static"}, "must hold zeros and ones.*whole numbers from -128 to"),
        (GREYS * 1.0, {"binarize": "dynamic"}, r"must hold.*whole numbers 0 to 255 \(8 bit\).*'beta_binomial'"),
        (GREYS, {"with_labels": True}, "has no labels"),
        (GREYS, {"split": "validation"}, "has the splits 'all', 'train' and 'test'"),
    ],
)
def test_own_data_that_are_not_what_is_asked_for_are_named(tmp_path, x, options, message):
    with pytest.raises(ValueError, match=rf"x\.npy' {message}"):
        datasets.load(saved(tmp_path / "x.npy", x), **options)


def test_own_data_without_levels_and_shares_that_are_none(tmp_path):
    path = saved(tmp_path / "x.npy", GREYS / 255)
    with pytest.raises(ValueError, match=r"x\.npy' has no levels: it holds real numbers in \[0, 1\]"):
        datasets.levels(path)
    for held_out in (1, -0.1, "much"):
        with pytest.raises(ValueError, match="`held_out` must be"):
            datasets.load(path, held_out=held_out)
