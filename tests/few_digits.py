"""Fewer of scikit-learn's digits, for trainings that need no good model."""

import sklearn.datasets
import sklearn.utils

NUM_TEST = 297


def use_few_digits(monkeypatch, num_train: int) -> None:
    """`datasets.load` gives so many digits to train on in place of 1,500, and as many to test on as ever."""
    digits = sklearn.datasets.load_digits()
    few = sklearn.utils.Bunch(**{name: digits[name][: num_train + NUM_TEST] for name in ("images", "target")})
    monkeypatch.setattr(sklearn.datasets, "load_digits", lambda: few)
