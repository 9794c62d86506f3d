"""The decoder's kernels are the encoder's, transposed: made, trained, saved and loaded."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import expit

from keras_vae import VAE, Autoencoder, Encoder, TiedDecoder, likelihoods, load_model, networks
from keras_vae.posteriors import Deterministic, DiagonalNormal
from tests.models.small import EVENT_SHAPE, binary


def tied(posterior=None, network=None) -> Autoencoder:
    """An autoencoder with two hidden layers, or a VAE."""
    posterior, kind = posterior or Deterministic(2), VAE if isinstance(posterior, DiagonalNormal) else Autoencoder
    model = kind(
        Encoder(network or networks.dense([7, 5], "tanh"), posterior),
        TiedDecoder(likelihoods.Bernoulli(EVENT_SHAPE)),
    )
    model.build((None, *EVENT_SHAPE))
    return model


def kernels(model) -> list[np.ndarray]:
    """The encoder's kernels, from the first layer to the code."""
    layers = [layer for layer in model.encoder.network.layers if isinstance(layer, keras.layers.Dense)]
    return [layer.get_weights()[0] for layer in (*layers, model.encoder.posterior.projection)]


def by_hand(model, z):
    """The Bernoulli's means, from the encoder's kernels and the decoder's biases."""
    first, second, last = kernels(model)
    outer, *inner = (np.asarray(weight) for weight in model.decoder.weights[::-1])
    inner = inner[::-1]
    h = np.tanh(z @ last[:, : z.shape[1]].T + inner[0])
    h = np.tanh(h @ second.T + inner[1])
    return expit(h @ first.T + outer).reshape(-1, *EVENT_SHAPE)


def is_tied(model) -> bool:
    """Whether its decoder computes what the encoder's kernels say, whatever they are."""
    z = np.random.default_rng(1).normal(size=(9, model.latent_dim)).astype(np.float32)
    rng = np.random.default_rng(2)
    model.set_weights([weight + rng.normal(size=weight.shape) for weight in model.get_weights()])
    return np.allclose(model.decode(z), by_hand(model, z), rtol=1e-4, atol=1e-6)


POSTERIORS = pytest.mark.parametrize("posterior", [Deterministic, DiagonalNormal])


@POSTERIORS
def test_the_decoder_is_the_encoder_transposed(posterior):
    assert is_tied(tied(posterior(2)))


def test_its_own_weights_are_biases():
    model = tied()
    assert [weight.shape for weight in model.decoder.weights] == [(5,), (7,), (12,)]
    assert len(model.weights) == len(model.trainable_weights) == 9


@POSTERIORS
def test_both_sides_train_the_kernels(eagerly, posterior):
    keras.config.set_dtype_policy("float64")
    keras.config.set_floatx("float64")
    model, x = tied(posterior(2)), binary(6)
    model.compile(keras.optimizers.SGD(1.0))
    if posterior is DiagonalNormal:
        # A point for a posterior: what is lost by a step is then a function of the weights alone.
        kernel, bias = model.encoder.posterior.get_weights()
        kernel[:, 2:], bias[2:] = 0, -200
        model.encoder.posterior.set_weights([kernel, bias])
    weights, shared = model.get_weights(), model.encoder.network.layers[1].kernel
    before = shared.numpy()
    model.train_on_batch(x)
    after = shared.numpy()
    model.set_weights(weights)
    for index in [(0, 0), (5, 3), (11, 6)]:
        losses = []
        for sign in (1, -1):
            moved = before.copy()
            moved[index] += sign * 1e-5
            shared.assign(moved)
            losses.append(model.test_on_batch(x, return_dict=True)["loss"])
        # Differences of doubles of size 10 over 1e-5 are good to 1e-9; the rate is stored in float32.
        gradient = (losses[0] - losses[1]) / 2e-5
        assert before[index] - after[index] == pytest.approx(gradient, rel=1e-5, abs=1e-7)


@POSTERIORS
def test_loaded_it_is_still_tied_and_stays_so(eagerly, posterior, tmp_path):
    model, x = tied(posterior(2)), binary(16)
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(x, epochs=2, batch_size=8, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert [weight.shape for weight in loaded.weights] == [weight.shape for weight in model.weights]
    np.testing.assert_array_equal(loaded.reconstruct(x), model.reconstruct(x))
    # The optimizer's state is there too: both go on alike.
    logs = [each.train_on_batch(x, return_dict=True) for each in (model, loaded)]
    assert logs[0] == logs[1]
    before = kernels(loaded)
    loaded.fit(x, epochs=2, verbose=0)
    assert all(np.any(old != new) for old, new in zip(before, kernels(loaded), strict=True))
    assert is_tied(loaded)


def test_what_is_frozen_stays_frozen(tmp_path):
    model = tied()
    model.decoder.trainable = False
    assert len(model.trainable_weights) == 6
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert [weight.shape for weight in loaded.trainable_weights] == [w.shape for w in model.trainable_weights]


def test_a_file_holds_each_kernel_once(tmp_path):
    sizes = {}
    for name, decoder in (("tied", TiedDecoder(likelihoods.Normal((300,)))), ("single", None)):
        encoder = Encoder(networks.dense([200]), Deterministic(2))
        model = encoder if decoder is None else Autoencoder(encoder, decoder)
        model.build((None, 300))
        model.save_weights(tmp_path / f"{name}.weights.h5")
        sizes[name] = (tmp_path / f"{name}.weights.h5").stat().st_size
    # 60,000 floats of 4 bytes are the kernel; layers have some kilobytes of names.
    assert sizes["single"] > 240_000
    assert sizes["tied"] < sizes["single"] + 60_000


def test_exported_it_serves_the_same(tmp_path):
    model, x = tied(), binary(4)
    model.export(tmp_path / "served", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "served")).signatures["reconstruct"]
    np.testing.assert_allclose(served(x=tf.constant(x))["output_0"], model.reconstruct(x), rtol=1e-5)


@pytest.mark.parametrize("network", [keras.layers.Identity(), keras.layers.Dense(6), keras.layers.Flatten()])
def test_networks_of_one_layer_or_none(network):
    model = Autoencoder(Encoder(network, Deterministic(2)), TiedDecoder(likelihoods.Normal((5,))))
    x = np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32)
    kernel = model.encoder.posterior.get_weights()[0]
    expected = model.encode(x) @ kernel.T
    if isinstance(network, keras.layers.Dense):
        expected = expected @ network.get_weights()[0].T
    np.testing.assert_allclose(model.reconstruct(x), expected, rtol=1e-4, atol=1e-5)


def test_several_models_may_have_the_same_encoder_and_decoder():
    encoder, decoder = Encoder(networks.dense([6]), Deterministic(2)), TiedDecoder(likelihoods.Normal((5,)))
    first, second = Autoencoder(encoder, decoder), Autoencoder(encoder, decoder)
    assert [id(weight) for weight in first.weights] == [id(weight) for weight in second.weights]


class TestRefusals:
    def test_a_decoder_of_another_model(self):
        decoder = TiedDecoder(likelihoods.Normal((5,)))
        first = Autoencoder(Encoder(keras.layers.Identity(), Deterministic(2)), decoder)
        with pytest.raises(ValueError, match="tied to the encoder of another model"):
            Autoencoder(Encoder(keras.layers.Identity(), Deterministic(2)), decoder)
        assert first.decoder is decoder

    @pytest.mark.parametrize(
        "network",
        [networks.conv([4]), keras.Sequential([keras.layers.Flatten(), keras.layers.LayerNormalization()])],
    )
    def test_layers_that_are_not_dense(self, network):
        with pytest.raises(ValueError, match=r"needs an encoder of dense layers.*Conv2D|LayerNormalization"):
            tied(network=network)

    def test_dense_layers_on_something_that_is_not_flat(self):
        with pytest.raises(ValueError, match=r"of 12 numbers\. .* takes 1: begin the network with"):
            tied(network=keras.Sequential([keras.layers.Dense(4)]))

    def test_an_encoder_for_another_shape(self):
        encoder = Encoder(networks.dense([4]), Deterministic(2))
        encoder.build((None, 5))
        with pytest.raises(ValueError, match=r"of shape \(5,\)\. Received a likelihood of event_shape=\(6,\)"):
            Autoencoder(encoder, TiedDecoder(likelihoods.Normal((6,))))

    @pytest.mark.parametrize(
        "likelihood", [likelihoods.DiscretizedLogistic((5,)), likelihoods.Normal((5,), "predicted")]
    )
    def test_several_numbers_for_each_element(self, likelihood):
        with pytest.raises(ValueError, match=rf"{type(likelihood).__name__} needs 2: use `Decoder`"):
            TiedDecoder(likelihood)

    def test_a_likelihood_that_is_built(self):
        likelihood = likelihoods.Normal((5,))
        likelihood.build((None, 3))
        with pytest.raises(ValueError, match="built already"):
            TiedDecoder(likelihood)
