"""The seeds that every test begins with: whatever draws, and whatever has drawn before."""

import random

import keras
import numpy as np
import tensorflow as tf

from . import seeds


def drawn() -> list:
    """A number by each generator that a test may draw from without a seed, and by an operation's own."""
    return [
        random.random(),
        np.random.random(),
        float(keras.random.normal(())),
        float(tf.random.normal(())),
        float(tf.random.normal((), seed=3)),
        float(tf.function(lambda: tf.random.normal(()))()),
        *tf.data.Dataset.range(9).shuffle(9).as_numpy_iterator(),
    ]


def test_what_was_drawn_is_drawn_again():
    numbers = []
    for _ in range(2):
        seeds.set_all(0)
        numbers.append(drawn())
    assert numbers[0] == numbers[1]
    seeds.set_all(1)
    assert not set(numbers[0][:6]) & set(drawn()[:6])


def test_nothing_of_tensorflow_is_drawn_where_only_the_others_are():
    keras.utils.set_random_seed(0)
    expected = drawn()
    seeds.set_all(0)
    random.random(), np.random.random(), keras.random.normal(())
    seeds.set_all(0)
    assert drawn() == expected


def test_a_seed_that_somebody_else_has_set_is_seen():
    seeds.set_all(0)
    expected = drawn()
    seeds.set_all(0)
    tf.random.set_seed(5)
    seeds.set_all(0)
    assert drawn() == expected
