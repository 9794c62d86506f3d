import keras
import numpy as np
import pytest

from keras_vae.models.transposed_dense import TransposedDense

X = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)


def dense(units=4) -> keras.layers.Dense:
    layer = keras.layers.Dense(units)
    layer.build((None, 5))
    return layer


@pytest.mark.parametrize("activation", [None, "tanh"])
def test_it_multiplies_by_the_first_columns_transposed(activation):
    layer = dense()
    transposed = TransposedDense(layer, 3, activation)
    transposed(X)
    bias = np.arange(5, dtype=np.float32)
    transposed.set_weights([bias])
    expected = X @ layer.get_weights()[0][:, :3].T + bias
    np.testing.assert_allclose(transposed(X), np.tanh(expected) if activation else expected, rtol=1e-5, atol=1e-6)


def test_it_follows_the_kernel_and_owns_its_bias_alone():
    layer = dense(3)
    transposed = TransposedDense(layer, 3)
    transposed(X)
    assert [weight.name for weight in transposed.weights] == ["bias"]
    assert layer not in transposed._flatten_layers()
    kernel = np.ones((5, 3), np.float32)
    layer.set_weights([kernel, np.full(3, 9.0)])
    np.testing.assert_allclose(transposed(X), X @ kernel.T, rtol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_it_computes_in_its_own_precision(policy):
    transposed = TransposedDense(dense(3), 3, dtype=policy)
    assert transposed(X).dtype.name == keras.DTypePolicy(policy).compute_dtype
