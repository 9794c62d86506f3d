import numpy as np
import pytest
import tensorflow as tf

from keras_vae.datasets import pipeline
from keras_vae.datasets.images import Images

COUNT, BATCH_SIZE, LEVELS = 23, 5, 255


def numbered_images() -> Images:
    """One-pixel images that are known by their grey value: the example's index."""
    indices = np.arange(COUNT)
    return Images(indices.astype(np.uint8).reshape(-1, 1, 1, 1), LEVELS, indices.astype(np.int64))


def grey_images() -> Images:
    """Unlabelled images that are half white."""
    return Images(np.full((COUNT, 4, 4, 1), 8, np.uint8), 16, None)


def from_memory(images=None, shuffle=True, dynamic=False, seed=0):
    return pipeline.from_memory(images or numbered_images(), BATCH_SIZE, shuffle, dynamic, seed)


def from_stream(images=None, shuffle=True, dynamic=False, seed=0):
    images = images or numbered_images()
    examples = {"image": images.pixels}
    if images.labels is not None:
        examples["label"] = images.labels
    return pipeline.from_stream(tf.data.Dataset.from_tensor_slices(examples), BATCH_SIZE, shuffle, dynamic, seed)


def with_threads(dataset, threads: int):
    options = tf.data.Options()
    options.threading.private_threadpool_size = threads
    options.autotune.enabled = threads > 1
    return dataset.with_options(options)


def epoch_of(dataset) -> tuple[np.ndarray, np.ndarray]:
    """Indices by the images and by the labels, in the order of one epoch."""
    batches = [(x.numpy(), y.numpy()) for x, y in dataset]
    pixels, labels = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    return np.rint(pixels.reshape(-1) * LEVELS).astype(int), labels


def images_of(dataset) -> np.ndarray:
    return np.concatenate([x.numpy() for x in dataset])


both = pytest.mark.parametrize("source", [from_memory, from_stream])


@both
def test_every_epoch_visits_each_example_once_in_a_new_order(source):
    dataset = source()
    orders = [epoch_of(dataset)[0] for _ in range(3)]
    for order in orders:
        np.testing.assert_array_equal(np.sort(order), np.arange(COUNT))
    assert len({tuple(order) for order in [*orders, range(COUNT)]}) == 4


@both
def test_repeat_shuffles_anew_as_well(source):
    order = epoch_of(source().repeat(2))[0]
    first, second = order[:COUNT], order[COUNT:]
    np.testing.assert_array_equal(np.sort(first), np.sort(second))
    assert np.any(first != second)


@both
@pytest.mark.parametrize("shuffle", [False, True])
def test_labels_go_with_their_images(source, shuffle):
    indices, labels = epoch_of(source(shuffle=shuffle))
    np.testing.assert_array_equal(indices, labels)


@both
def test_order_is_kept_without_shuffling(source):
    dataset = source(shuffle=False)
    for _ in range(2):
        np.testing.assert_array_equal(epoch_of(dataset)[0], np.arange(COUNT))


@both
def test_batches_and_cardinality(source):
    dataset = source()
    assert len(dataset) == 5
    assert [len(x) for x, _ in dataset] == [5, 5, 5, 5, 3]
    assert [spec.shape.as_list() for spec in dataset.element_spec] == [[None, 1, 1, 1], [None]]
    assert [spec.dtype for spec in dataset.element_spec] == [tf.float32, tf.int64]


@both
def test_images_without_labels_come_alone(source):
    dataset = source(grey_images())
    assert dataset.element_spec.shape.as_list() == [None, 4, 4, 1]
    # A stream of TFDS is of 8-bit images; images in memory say what is white.
    np.testing.assert_allclose(images_of(dataset), 8 / (16 if source is from_memory else 255), rtol=1e-6)


@both
def test_same_seed_gives_the_same_epochs_whatever_the_threads(source):
    datasets = [with_threads(source(grey_images(), dynamic=True, seed=3), threads) for threads in (1, 4)]
    for _ in range(3):
        np.testing.assert_array_equal(*map(images_of, datasets))
    ordered = [with_threads(source(seed=3), threads) for threads in (1, 4)]
    for _ in range(3):
        np.testing.assert_array_equal(*(epoch_of(dataset)[0] for dataset in ordered))


@both
@pytest.mark.parametrize("seeds", [(3, 4), (None, None)])
def test_other_seeds_and_no_seed_give_other_streams(source, seeds):
    one, other = (source(seed=seed) for seed in seeds)
    assert np.any(epoch_of(one)[0] != epoch_of(other)[0])
    one, other = (source(grey_images(), shuffle=False, dynamic=True, seed=seed) for seed in seeds)
    assert np.any(images_of(one) != images_of(other))


@both
def test_dynamic_binarisation_is_new_in_each_epoch_and_batch(source):
    dataset = source(Images(np.full((COUNT, 4, 4, 1), 128, np.uint8), 255, None), shuffle=False, dynamic=True)
    epochs = np.stack([images_of(dataset) for _ in range(40)])
    assert set(np.unique(epochs)) == {0.0, 1.0}
    batches = epochs[:, :20].reshape(40, 4, BATCH_SIZE, 4, 4)
    # Draws that were shared would agree always, and independent ones do half the time: of 14,352 and 9,600
    # pairs, of which 4 standard errors are 0.017 and 0.020.
    assert abs(np.mean(epochs[1:] == epochs[:-1]) - 0.5) < 0.017
    assert abs(np.mean(batches[:, 1:] == batches[:, :-1]) - 0.5) < 0.02
    grey = 128 / 255
    standard_error = np.sqrt(grey * (1 - grey) / 40)
    # 368 pixels, of which none is off by more by chance.
    assert np.abs(epochs.mean(axis=0) - grey).max() < 4.5 * standard_error


def test_dynamic_binarisation_in_memory_is_by_the_images_own_white():
    black, white = np.zeros((10, 2, 2, 1), np.uint8), np.full((10, 2, 2, 1), 16, np.uint8)
    dataset = from_memory(Images(np.concatenate([black, white]), 16, None), shuffle=False, dynamic=True)
    for _ in range(5):
        images = images_of(dataset)
        assert np.all(images[:10] == 0)
        assert np.all(images[10:] == 1)


def test_grey_values_are_fractions_of_white():
    dataset = from_memory(Images(np.array([0, 4, 16], np.uint8).reshape(3, 1, 1, 1), 16, None), shuffle=False)
    np.testing.assert_array_equal(images_of(dataset).reshape(-1), [0.0, 0.25, 1.0])
