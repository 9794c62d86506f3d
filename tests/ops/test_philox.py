"""TensorFlow's own kernels say what its random numbers are."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vae.ops import noise, philox

SHAPES = [(32, 3), (7,), (1,), (0, 4), (5, 1, 9), ()]
# Uniform numbers are bits. Of normal ones float32 gives the sine and the logarithm to some units in the last place, at
# values up to 6.
TOLERANCE = {"float32": 6 * 4 * 2.0**-23, "float64": 6 * 4 * 2.0**-52}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("by_xla", [False, True], ids=["eagerly", "by XLA"])
def test_the_same_numbers_of_the_same_seed(dtype, by_xla):
    def drawn(seed):
        return [(philox.uniform(shape, seed, dtype), philox.normal(shape, seed, dtype)) for shape in SHAPES]

    draw = tf.function(drawn, jit_compile=True) if by_xla else drawn
    for seed in [[5, 7], [0, 0], [2**31 - 3, 12345]]:
        for shape, (uniform, normal) in zip(SHAPES, draw(tf.constant(seed)), strict=True):
            options = {"dtype": dtype, "alg": "philox"}
            np.testing.assert_array_equal(uniform, tf.random.stateless_uniform(shape, seed, **options))
            expected = tf.random.stateless_normal(shape, seed, **options)
            np.testing.assert_allclose(normal, expected, rtol=0, atol=TOLERANCE[dtype])


def test_what_is_traced_for_xla_draws_what_tensorflow_draws():
    def drawn(by_hand):
        def function(batch):
            generator = noise.FixedSeed(3)
            shape = (tf.shape(batch)[0], 5)
            return noise.normal(shape, generator), noise.uniform(shape, generator), noise.normal((2,), 1, tf.bfloat16)

        def traced(batch):
            with noise.as_tensorflow_draws():
                return function(batch)

        return tf.function(traced, jit_compile=True)(tf.zeros(4)) if by_hand else function(tf.zeros(4))

    for found, expected in zip(drawn(True)[:2], drawn(False)[:2], strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE["float32"])
    # What half precision draws is left to XLA.
    assert drawn(True)[2].dtype == tf.bfloat16
