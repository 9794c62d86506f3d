"""Datasets of TensorFlow Datasets, by name."""

import os
import sys
import urllib.error
import urllib.request

import numpy as np
import tensorflow as tf

from keras_vae.datasets.images import Images
from keras_vae.ops.terminal import shows_bars

# Datasets of up to this many bytes of pixels are held in memory; larger ones are streamed.
MOST_BYTES_IN_MEMORY = 2 * 2**30
NETWORK_PROBE, PROBE_SECONDS = "https://storage.googleapis.com", 5


def open_dataset(
    name: str, split: str, data_dir: str | None, with_labels: bool, seed: int | None = None
) -> "Images | tf.data.Dataset":
    """Opens a prepared dataset, or downloads and prepares it where there is a network.

    Args:
        name: A name of TensorFlow Datasets, such as `"mnist"` or `"cifar10:3.0.2"`.
        split: A split or a slice of one, such as `"train"`, `"test"` or `"train[:90%]"`.
        data_dir: Where prepared datasets are; `None` is TFDS's own folder, `~/tensorflow_datasets` unless
            the environment's `TFDS_DATA_DIR` says otherwise.
        with_labels: Whether labels are wanted.
        seed: Int, of the order of the files of a training split that is streamed; `None` draws another each time.

    Returns:
        `Images` where they fit in memory, else a dataset of dicts with `image` and perhaps `label`.

    Raises:
        ValueError: If the dataset is unknown, has no images of one size, no such split, no labels, or must
            be downloaded and there is no network.
    """
    builder = _builder(name, data_dir)
    features = builder.info.features
    _check_features(name, features, with_labels)
    _prepare(builder, name)
    dataset = _opened(builder, name, split)
    keys = ("image", "label") if with_labels else ("image",)
    count = int(dataset.cardinality())
    if count == 0:
        raise ValueError(f"The split {split!r} of the dataset {name!r} is empty.")
    if count * np.prod(features["image"].shape) <= MOST_BYTES_IN_MEMORY:
        # In one fixed order of the files: what a seed shuffles or binarises is always the same.
        return _in_memory(_only(keys, dataset), count)
    if split.startswith("train"):
        dataset = _with_files_shuffled(builder, split, seed)
    return _only(keys, dataset)


def class_names(name: str, data_dir: str | None) -> list[str]:
    """What TFDS calls the classes of a dataset's labels.

    Raises:
        ValueError: If the dataset is unknown, or has no labels that are classes.
    """
    features = _builder(name, data_dir).info.features
    _check_features(name, features, with_labels=True)
    if not hasattr(features["label"], "names"):
        raise ValueError(f"The labels of the dataset {name!r} are no classes. Its features are {features}.")
    return list(features["label"].names)


def _builder(name, data_dir):
    import tensorflow_datasets as tfds

    try:
        return tfds.builder(name, data_dir=data_dir)
    except (ValueError, AssertionError) as error:
        raise ValueError(
            f"There is no dataset {name!r}. Expected 'digits' or 'colour_digits', which need no network, or a name of "
            "TensorFlow Datasets such as 'mnist', 'fashion_mnist', 'binarized_mnist' or 'cifar10' "
            f"(https://www.tensorflow.org/datasets/catalog/overview). TFDS says: {str(error).strip()}"
        ) from error


def _check_features(name, features, with_labels):
    names = set(features) if hasattr(features, "keys") else set()
    image = features["image"] if "image" in names else None
    if image is None or None in image.shape or image.np_dtype != np.uint8:
        raise ValueError(
            f"The dataset {name!r} has no 8-bit images of one size under the key 'image'. Its features are {features}. "
            "Build your own `tf.data.Dataset`: `fit` takes any."
        )
    if with_labels and "label" not in names:
        raise ValueError(
            f"The dataset {name!r} has no labels. Load it with `with_labels=False`, and with `conditional=False`."
        )


def _prepare(builder, name):
    try:
        # Opens no split, and raises where the data is not there.
        builder.as_dataset(split=[])
        return
    except AssertionError:
        pass
    if not _network_is_there():
        raise ValueError(
            f"The dataset {name!r} is not prepared in {os.fspath(builder.data_dir)!r}, and there is no network to "
            "download it. Point `data_dir` (or TFDS_DATA_DIR in the environment) to its folder, or prepare "
            f'it on a machine with a network: python -c "import tensorflow_datasets as tfds; '
            f"tfds.builder('{name}').download_and_prepare()\". The datasets 'digits' and 'colour_digits' need none."
        )
    print(f"Downloading and preparing the dataset {name!r} in {os.fspath(builder.data_dir)!r} ...")
    _download(builder)


def _download(builder):
    import tensorflow_datasets as tfds

    if not shows_bars(sys.stderr):
        tfds.disable_progress_bar()
    builder.download_and_prepare()


def _network_is_there() -> bool:
    try:
        urllib.request.urlopen(NETWORK_PROBE, timeout=PROBE_SECONDS).close()
    except urllib.error.HTTPError as error:
        # A server that answers, whatever it says, is a network; a proxy that refuses is not.
        return error.code not in (403, 407, 502, 503, 504)
    except OSError:
        return False
    return True


def _opened(builder, name, split) -> tf.data.Dataset:
    try:
        return builder.as_dataset(split=split)
    except ValueError as error:
        raise ValueError(
            f"The dataset {name!r} has the splits {sorted(builder.info.splits)} and slices of them such as "
            f"'train[:90%]'. Received: split={split!r}. TFDS says: {error}"
        ) from error


def _with_files_shuffled(builder, split, seed) -> tf.data.Dataset:
    import tensorflow_datasets as tfds

    return builder.as_dataset(split=split, shuffle_files=True, read_config=tfds.ReadConfig(shuffle_seed=seed))


def _only(keys, dataset) -> tf.data.Dataset:
    # TFDS may give more, such as file names, and decoding stops at what is asked for.
    return dataset.map(lambda example: {key: example[key] for key in keys}, num_parallel_calls=tf.data.AUTOTUNE)


def _in_memory(dataset, count) -> Images:
    arrays = next(iter(dataset.batch(count).as_numpy_iterator()))
    # binarized_mnist stores zeros and ones in its bytes.
    levels = 1 if arrays["image"].max() <= 1 else 255
    return Images(arrays["image"], levels, arrays.get("label"))
