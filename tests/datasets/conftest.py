"""A real TFDS dataset, prepared on the spot: nothing is downloaded."""

import numpy as np
import pytest
import tensorflow_datasets as tfds

NUM_TRAIN, NUM_TEST, NUM_SHARDS = 40, 7, 4


def tiny_image(index: int) -> np.ndarray:
    """The image of an example: `(5, 4, 3)` noise whose first value says which one it is."""
    image = np.random.default_rng(index).integers(0, 256, (5, 4, 3), dtype=np.uint8)
    image[0, 0, 0] = index
    return image


class TinyPictures(tfds.core.GeneratorBasedBuilder):
    """Labelled pictures whose label is the index modulo 10; the test split goes on where training ends."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        label = tfds.features.ClassLabel(num_classes=10)
        features = {"image": tfds.features.Image(shape=(5, 4, 3)), "label": label, "note": tfds.features.Text()}
        return self.dataset_info_from_configs(features=tfds.features.FeaturesDict(features))

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples(0, NUM_TRAIN), "test": self._generate_examples(NUM_TRAIN, NUM_TEST)}

    def _generate_examples(self, start, count):
        for index in range(start, start + count):
            yield index, {"image": tiny_image(index), "label": index % 10, "note": f"number {index}"}


class TinyBinary(tfds.core.GeneratorBasedBuilder):
    """Unlabelled images of zeros and ones, stored as binarized_mnist stores them."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        features = {"image": tfds.features.Image(shape=(4, 4, 1))}
        return self.dataset_info_from_configs(features=tfds.features.FeaturesDict(features))

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for index in range(6):
            yield index, {"image": np.full((4, 4, 1), index % 2, np.uint8)}


class TinyPhotos(tfds.core.GeneratorBasedBuilder):
    """Images of many sizes, which cannot be batched."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        return self.dataset_info_from_configs(features=tfds.features.FeaturesDict({"image": tfds.features.Image()}))

    def _split_generators(self, dl_manager):
        return {"train": iter([(0, {"image": np.zeros((2, 3, 3), np.uint8)})])}

    def _generate_examples(self):
        raise NotImplementedError


@pytest.fixture(scope="session")
def tiny_dir(tmp_path_factory) -> str:
    """Folder with `tiny_pictures` (its training split in several files) and `tiny_binary`, prepared for TFDS."""
    folder = str(tmp_path_factory.mktemp("tfds"))
    config = tfds.download.DownloadConfig(num_shards=NUM_SHARDS)
    for builder in (TinyPictures(data_dir=folder), TinyBinary(data_dir=folder)):
        builder.download_and_prepare(download_config=config)
    return folder
