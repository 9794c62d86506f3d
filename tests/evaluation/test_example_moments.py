import numpy as np
import pytest
import tensorflow as tf

from keras_vae.evaluation._example_moments import example_mean, example_moments

VALUES = np.random.default_rng(0).normal(size=(17, 2, 3))


@pytest.mark.parametrize("cuts", [[], [1], [16], [4, 8, 12], [5, 5, 11]])
def test_they_do_not_depend_on_how_the_examples_are_cut(cuts):
    mean, variance = example_moments(np.split(VALUES, cuts))
    np.testing.assert_allclose(mean, VALUES.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(variance, VALUES.var(axis=0), rtol=1e-12)


def test_tensors_and_numbers_for_each_example():
    values = np.float32([1, 2, 3, 4, 10])
    mean, variance = example_moments([tf.constant(values[:2]), tf.constant(values[2:])])
    assert (mean.shape, mean.dtype, variance.dtype) == ((), np.float64, np.float64)
    assert (float(mean), float(variance)) == (4.0, 10.0)


def test_digits_of_a_small_variance_about_a_large_mean_are_kept():
    # The mean of squares minus the square of the mean would be 0 or noise: 1e18 has no room for 1e-2.
    shifted = 1e9 + np.round(VALUES * 64) / 64
    expected = np.var(shifted - 1e9, axis=0)
    _, variance = example_moments(np.split(shifted, 17))
    np.testing.assert_allclose(variance, expected, rtol=1e-6)


def test_one_example_does_not_vary():
    mean, variance = example_moments([VALUES[:1]])
    np.testing.assert_array_equal(mean, VALUES[0])
    np.testing.assert_array_equal(variance, np.zeros((2, 3)))


def test_batches_are_taken_one_by_one():
    alive = []

    def batches():
        for batch in np.split(VALUES, 17):
            alive.append(len(alive))
            yield batch

    stream = batches()
    assert alive == []
    np.testing.assert_allclose(example_mean(stream), VALUES.mean(axis=0), rtol=1e-12)
    assert next(stream, None) is None


@pytest.mark.parametrize("batches", [[], [np.zeros((0, 2))]])
def test_no_examples(batches):
    with pytest.raises(ValueError, match="`x` is empty: it must hold at least one example"):
        example_moments(batches)
