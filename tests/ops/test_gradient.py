import numpy as np
import tensorflow as tf

from keras_vae.ops.gradient import value_and_gradient


def test_values_gradients_and_the_rest_of_a_polynomial():
    x = np.array([[1.0, 2.0], [-3.0, 0.5]])
    value, gradient, rest = value_and_gradient(lambda z: (tf.reduce_sum(z**3, axis=1), "rest"), tf.constant(x))
    np.testing.assert_allclose(value, np.sum(x**3, axis=1))
    np.testing.assert_allclose(gradient, 3 * x**2)
    assert rest == "rest"


def test_what_does_not_depend_on_x_has_gradient_zero():
    value, gradient, _ = value_and_gradient(lambda z: (tf.constant([5.0]), None), tf.ones((1, 3)))
    np.testing.assert_array_equal(value, [5.0])
    np.testing.assert_array_equal(gradient, np.zeros((1, 3)))
