"""One of each exported corruption, for the tests of what all of them owe."""

import numpy as np

from keras_vae import restoration

EVENT_SHAPE = (8, 6, 2)
CORRUPTIONS = {
    "Blur": lambda: restoration.Blur(0.7),
    "Downsampling": lambda: restoration.Downsampling(2),
    "GaussianNoise": lambda: restoration.GaussianNoise(0.3, seed=1),
    "MissingBlock": lambda: restoration.MissingBlock([3, 2], seed=1),
    "MissingPixels": lambda: restoration.MissingPixels(0.4, seed=1),
    "SaltAndPepper": lambda: restoration.SaltAndPepper(0.3, value_range=(-1, 2), seed=1),
}
RANDOM = ("GaussianNoise", "MissingBlock", "MissingPixels", "SaltAndPepper")


def examples(count: int, event_shape=EVENT_SHAPE) -> np.ndarray:
    """Examples `(count, *event_shape)` with values between 0.1 and 0.9."""
    return np.random.default_rng(0).uniform(0.1, 0.9, (count, *event_shape)).astype(np.float32)
