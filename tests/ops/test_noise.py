"""The random numbers: distinct where they must be, the same where they were asked to be.

Here replicas are played; `tests/models/test_strategies.py` has a process with two.
"""

import types

import keras
import numpy as np
import tensorflow as tf

from keras_vae.ops import noise


def draw(seed):
    return np.asarray(noise.normal((4, 3), seed))


def test_noise_seed_moves_on_and_starts_where_it_is_told():
    first, second = noise.NoiseSeed(3), noise.NoiseSeed(3)
    draws = [draw(first) for _ in range(3)]
    assert not np.array_equal(draws[0], draws[1])
    np.testing.assert_array_equal(draws, [draw(second) for _ in range(3)])


def test_noise_seed_without_a_strategy_is_keras_own_stream():
    np.testing.assert_array_equal(draw(noise.NoiseSeed(5)), draw(keras.random.SeedGenerator(5)))


def test_fixed_seed_repeats_itself_from_ints_and_from_tensors():
    python, tensor = noise.FixedSeed(7), noise.FixedSeed(tf.constant(7))
    draws = [draw(python) for _ in range(2)]
    assert not np.array_equal(draws[0], draws[1])
    np.testing.assert_array_equal(draws, [draw(tensor) for _ in range(2)])


def test_fixed_seed_starts_as_keras_does_from_the_same_int():
    np.testing.assert_array_equal(draw(noise.FixedSeed(7)), draw(7))


def test_streams_of_a_seed_do_not_overlap():
    streams = [noise.FixedSeed(7, stream) for stream in range(3)]
    draws = [draw(stream).tobytes() for stream in streams for _ in range(3)]
    assert len(set(draws)) == len(draws)


def test_new_seed_is_a_new_one_each_time():
    generator = noise.NoiseSeed(0)
    assert len({int(noise.new_seed(generator)) for _ in range(10)}) == 10


def test_uniform_is_in_the_unit_interval_with_its_moments():
    draws = np.asarray(noise.uniform((20_000,), 1), np.float64)
    assert draws.min() >= 0
    assert draws.max() < 1
    # Five standard errors of the mean and of the variance, 1/12 and 1/180 being theirs.
    assert abs(draws.mean() - 0.5) < 5 * np.sqrt(1 / 12 / draws.size)
    assert abs(draws.var() - 1 / 12) < 5 * np.sqrt(1 / 180 / draws.size)


def test_replicas_fold_their_number_into_the_seed(monkeypatch):
    drawn = []
    for replica in (0, 1):
        context = types.SimpleNamespace(num_replicas_in_sync=2, replica_id_in_sync_group=tf.constant(replica))
        monkeypatch.setattr(tf.distribute, "get_replica_context", lambda context=context: context)
        drawn.append(np.asarray(noise.normal((1000,), noise.NoiseSeed(0))))
    # The correlation of independent draws is 0 with a standard deviation of 0.032.
    assert abs(np.corrcoef(*drawn)[0, 1]) < 0.15
