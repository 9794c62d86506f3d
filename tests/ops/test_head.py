import keras
import numpy as np
import pytest

from keras_vae import load_model
from keras_vae.models import VAE
from keras_vae.ops.head import Head


def test_it_is_a_dense_layer():
    head, dense = Head(3), keras.layers.Dense(3)
    x = np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32)
    head.build((None, 5))
    dense.build((None, 5))
    dense.set_weights(head.get_weights())
    np.testing.assert_array_equal(head(x), dense(x))


@pytest.mark.parametrize("network", ["dense", "conv"])
def test_a_quantized_model_keeps_its_heads_and_is_the_same_after_its_file(tmp_path, network):
    vae = VAE.for_shape((8, 8, 1), 2, network)
    x = (np.random.default_rng(0).random((6, 8, 8, 1)) < 0.5).astype(np.float32)
    vae.quantize("int8")
    heads = [layer for layer in vae._flatten_layers() if isinstance(layer, Head)]
    assert [keras.backend.standardize_dtype(head.kernel.dtype) for head in heads] == ["float32"] * 2
    quantized = [layer.quantization_mode for layer in vae._flatten_layers() if type(layer) is keras.layers.Dense]
    assert set(quantized) == {"int8"}
    vae.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.reconstruct(x), vae.reconstruct(x))
    np.testing.assert_array_equal(loaded.elbo(x, seed=1), vae.elbo(x, seed=1))
