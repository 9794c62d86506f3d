"""The seeds that every test begins with: whatever draws, and whatever has drawn before."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.eager import context

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
        *shuffled(),
    ]


def shuffled() -> list:
    """What datasets draw: by a seed of theirs and without one, twice each."""
    orders = [tf.data.Dataset.range(9).shuffle(9, seed=seed).repeat(2) for seed in (None, 3)]
    return [int(number) for order in orders for number in order.as_numpy_iterator()]


def of_tensorflow(seed: int) -> list:
    """`drawn` by seeds that are set as TensorFlow and Keras set them, without anything of these tests."""
    random.seed(seed)
    np.random.seed(seed)
    context.set_global_seed(seed)
    return drawn()


def test_what_was_drawn_is_drawn_again():
    numbers = []
    for _ in range(2):
        seeds.set_all(0)
        numbers.append(drawn())
    assert numbers[0] == numbers[1]
    seeds.set_all(1)
    assert not set(numbers[0][:6]) & set(drawn()[:6])


@pytest.mark.parametrize("seed", [0, 5])
def test_it_is_what_tensorflow_draws(seed):
    expected = of_tensorflow(seed)
    for _ in range(2):
        keras.utils.set_random_seed(seed)
        assert drawn() == expected


def test_nothing_of_tensorflow_is_drawn_where_only_the_others_are():
    expected = of_tensorflow(0)
    seeds.set_all(0)
    random.random(), np.random.random(), keras.random.normal(()), shuffled()
    seeds.set_all(0)
    assert drawn() == expected


def test_another_seed_without_a_draw_between_them():
    expected = of_tensorflow(7)
    seeds.set_all(0)
    seeds.set_all(7)
    assert drawn() == expected


def test_a_seed_that_somebody_else_has_set_is_seen():
    seeds.set_all(0)
    expected = drawn()
    seeds.set_all(0)
    tf.random.set_seed(5)
    seeds.set_all(0)
    assert drawn() == expected


def test_kernels_are_thrown_away_where_one_has_drawn_and_only_there(monkeypatch):
    thrown = []
    right = context.Context._set_global_seed
    monkeypatch.setattr(
        context.Context, "_set_global_seed", lambda self, seed: thrown.append(seed) or right(self, seed)
    )
    tf.random.normal(())
    for seed in (0, 0, 1):
        seeds.set_all(seed)
        keras.random.normal(()), shuffled()
    tf.random.normal((), seed=3)
    seeds.set_all(2)
    assert thrown == [0, 2]
