"""Handwritten digits that need no network."""

import numpy as np

from keras_vae.datasets.images import Images

NUM_TEST, SPLIT_SEED, WHITE = 297, 0, 16


def load_digits(split: str) -> Images:
    """scikit-learn's 1,797 real 8x8 digits in 17 grey levels: 1,500 to train on and 297 to test on.

    They are the test part of "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak 1998, UCI
    Machine Learning Repository, CC BY 4.0), shuffled once and for all by a fixed seed.

    Args:
        split: `"train"` or `"test"`.

    Raises:
        ValueError: If the split is another.
    """
    if split not in ("train", "test"):
        raise ValueError(f"The embedded digits have the splits 'train' and 'test'. Received: split={split!r}.")
    # Takes a second to import, and is not needed for other data.
    import sklearn.datasets

    bunch = sklearn.datasets.load_digits()
    order = np.random.default_rng(SPLIT_SEED).permutation(len(bunch.images))
    chosen = order[NUM_TEST:] if split == "train" else order[:NUM_TEST]
    pixels = bunch.images[chosen].astype(np.uint8)[..., np.newaxis]
    return Images(pixels, WHITE, bunch.target[chosen].astype(np.int64))
