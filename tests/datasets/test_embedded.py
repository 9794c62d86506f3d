from keras_vae import datasets
from keras_vae.datasets.embedded import EMBEDDED


def test_each_is_loaded_by_its_name():
    for name, load in EMBEDDED.items():
        batch = next(iter(datasets.load(name, "test", batch_size=3)))
        images = load("test")
        assert batch.shape == (3, *images.pixels.shape[1:])
