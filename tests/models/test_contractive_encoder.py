"""The penalty against the closed form for one sigmoid layer, and against finite differences for others."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import expit

from keras_vae import VAE, Autoencoder, ContractiveEncoder, Decoder, Encoder, likelihoods, load_model, networks
from keras_vae.posteriors import Deterministic, DiagonalNormal
from keras_vae.training import fast_path
from tests.models.small import passes

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 5)).astype(np.float32)


def sigmoid_layer(weight=0.7) -> Autoencoder:
    """An autoencoder whose encoder is a single sigmoid layer: Rifai's, built and compiled so that `fit` changes
    nothing."""
    model = Autoencoder(
        ContractiveEncoder(keras.layers.Identity(), Deterministic(3, "sigmoid"), weight),
        Decoder(keras.layers.Identity(), likelihoods.Normal((5,))),
    )
    model.build((None, 5))
    model.compile(keras.optimizers.SGD(0.0))
    return model


def closed_form(model, x) -> float:
    """The mean of sum_j (h_j (1 - h_j))^2 sum_i W_ij^2, in NumPy."""
    kernel, bias = (weight.astype(np.float64) for weight in model.encoder.posterior.get_weights())
    h = expit(x @ kernel + bias)
    return np.mean(np.sum((h * (1 - h)) ** 2 * np.sum(kernel**2, axis=0), axis=1))


def added(logs) -> float:
    return logs["loss"] - logs["reconstruction"]


def by_finite_differences(encoder, x, step=1e-5) -> float:
    """The mean over examples of the squared derivatives of the code, one element of x after the other."""

    @tf.function
    def code(x):
        return encoder.posterior(encoder.network(x))["mean"]

    squares = 0.0
    for index in np.ndindex(x.shape[1:]):
        moved = np.zeros_like(x)
        moved[(slice(None), *index)] = step
        upper, lower = (code(x + sign * moved).numpy() for sign in (1, -1))
        squares += np.sum(((upper - lower) / (2 * step)) ** 2) / len(x)
    return squares


NETWORKS = {
    "dense": (lambda: networks.dense([7, 6], "tanh"), (5,)),
    "gelu": (lambda: networks.dense([7]), (4, 3)),
    "convolutions": (lambda: networks.conv([3, 4]), (6, 5, 2)),
    "signals": (lambda: networks.conv([3], rank=1), (9, 1)),
    "layer normalization": (lambda: keras.Sequential([keras.layers.Dense(4), keras.layers.LayerNormalization()]), (5,)),
}


class TestPenalty:
    def test_one_sigmoid_layer_has_the_closed_form(self):
        model = sigmoid_layer()
        expected = 0.7 * closed_form(model, X)
        assert expected > 0.05
        assert added(model.evaluate(X, verbose=0, return_dict=True)) == pytest.approx(expected, rel=1e-5)

    @pytest.mark.parametrize("name", NETWORKS)
    def test_any_network_has_that_of_finite_differences(self, name):
        keras.config.set_dtype_policy("float64")
        make, shape = NETWORKS[name]
        encoder, x = ContractiveEncoder(make(), Deterministic(3), 2.0), RNG.normal(size=(4, *shape))
        encoder(x)
        (loss,) = encoder.losses
        # Differences of doubles over 1e-5 are good to 1e-10.
        assert float(loss) == pytest.approx(2 * by_finite_differences(encoder, x), rel=1e-6)

    def test_it_is_averaged_over_the_batch(self):
        model = sigmoid_layer()
        expected = added(model.train_on_batch(X, return_dict=True))
        assert added(model.train_on_batch(np.tile(X, (4, 1)), return_dict=True)) == pytest.approx(expected, rel=1e-5)

    def test_its_gradient_is_that_of_the_closed_form(self):
        keras.config.set_dtype_policy("float64")
        keras.config.set_floatx("float64")
        model, x = sigmoid_layer(1.0), X.astype(np.float64)
        kernel, bias = model.encoder.posterior.get_weights()
        with tf.GradientTape() as tape:
            model(x)
            loss = model.encoder.losses[0]
        gradient = tape.gradient(loss, model.encoder.posterior.projection.kernel).numpy()
        for index in np.ndindex(kernel.shape):
            sides = []
            for sign in (1, -1):
                moved = kernel.copy()
                moved[index] += sign * 1e-5
                model.encoder.posterior.set_weights([moved, bias])
                sides.append(closed_form(model, x))
            # Differences of doubles over 1e-5 are good to 1e-10.
            assert gradient[index] == pytest.approx((sides[0] - sides[1]) / 2e-5, abs=1e-8)

    def test_it_is_of_what_the_encoder_is_given(self):
        # Whole numbers from 0 to 16 come to the encoder as numbers of size 1.
        model = Autoencoder(
            ContractiveEncoder(keras.layers.Identity(), Deterministic(2), 1.0),
            Decoder(keras.layers.Identity(), likelihoods.BetaBinomial((5,), levels=17)),
        )
        model.build((None, 5))
        model.compile()
        logs = model.evaluate(RNG.integers(0, 17, (6, 5)), verbose=0, return_dict=True)
        kernel, _ = model.encoder.posterior.get_weights()
        assert added(logs) == pytest.approx(np.sum(kernel**2), rel=1e-4)


class TestTraining:
    @pytest.mark.parametrize("compiled", [False, True])
    def test_fit_counts_it_once_on_the_fast_path(self, compiled, monkeypatch):
        # Whether the fast path is taken hangs on the length alone: thousands of steps would take a minute.
        monkeypatch.setattr(fast_path, "STEPS_WORTH_COMPILING", 4 if compiled else 1000)
        model, x = sigmoid_layer(), np.tile(X, (4, 1))
        arguments = {"x": x, "batch_size": 8, "epochs": 1, "shuffle": False}
        assert fast_path.settings_for(model, arguments) == fast_path.Settings(4, compiled)
        history = model.fit(**arguments, validation_data=(X,), verbose=0).history
        expected = 0.7 * closed_form(model, X)
        assert history["loss"][0] - history["reconstruction"][0] == pytest.approx(expected, rel=1e-4)
        assert history["val_loss"][0] - history["val_reconstruction"][0] == pytest.approx(expected, rel=1e-4)

    def test_xla_trains_as_tensorflow_does(self):
        codes = []
        for jit_compile in (False, True):
            keras.utils.set_random_seed(0)
            model = Autoencoder(
                ContractiveEncoder(networks.dense([6]), Deterministic(3), 0.3),
                Decoder(networks.dense([6]), likelihoods.Normal((5,))),
            )
            model.compile(keras.optimizers.SGD(0.1), jit_compile=jit_compile)
            for _ in range(3):
                model.train_on_batch(X)
            codes.append(model.encode(X))
        np.testing.assert_allclose(codes[0], codes[1], rtol=1e-4, atol=1e-5)

    def test_it_makes_codes_move_less(self, binary_images):
        def norm(kind, *weight):
            keras.utils.set_random_seed(0)
            model = Autoencoder(
                kind(networks.dense([32], "tanh"), Deterministic(4, "sigmoid"), *weight),
                Decoder(networks.dense([32]), likelihoods.Bernoulli((8, 8, 1))),
            )
            model.compile(keras.optimizers.Adam(0.01))
            model.fit(passes(binary_images, 20, 48), verbose=0)
            return by_finite_differences(model.encoder, binary_images, 1e-2)

        assert norm(ContractiveEncoder, 10.0) < 0.3 * norm(Encoder)

    def test_saved_and_loaded_it_goes_on(self, tmp_path):
        model = sigmoid_layer()
        model.save(tmp_path / "model.keras")
        loaded = load_model(tmp_path / "model.keras")
        assert type(loaded.encoder) is ContractiveEncoder
        assert loaded.encoder.weight == 0.7
        assert loaded.evaluate(X, verbose=0) == model.evaluate(X, verbose=0)

    def test_exported_it_serves_the_same(self, tmp_path):
        model = sigmoid_layer()
        model.export(tmp_path / "served", verbose=False)
        served = tf.saved_model.load(str(tmp_path / "served")).signatures["encode"]
        np.testing.assert_allclose(served(x=tf.constant(X))["output_0"], model.encode(X), rtol=1e-5)

    def test_a_vae_takes_it_too(self):
        vae = VAE(
            ContractiveEncoder(keras.layers.Identity(), DiagonalNormal(2), 0.5),
            Decoder(keras.layers.Identity(), likelihoods.Normal((5,))),
        )
        vae.build((None, 5))
        vae.compile()
        logs = vae.evaluate(X, verbose=0, return_dict=True)
        kernel = vae.encoder.posterior.get_weights()[0][:, :2]
        assert logs["loss"] - logs["negative_elbo"] == pytest.approx(0.5 * np.sum(kernel**2), rel=1e-4)


def test_encoding_computes_no_derivatives():
    """As a graph, from which TensorFlow leaves out what no output needs."""
    encoder = ContractiveEncoder(networks.dense([7, 6]), Deterministic(3), 1.0)
    model = Autoencoder(encoder, Decoder(keras.layers.Identity(), likelihoods.Normal((5,))))
    model.build((None, 5))
    graph = tf.function(model.encode_tensors).get_concrete_function(tf.TensorSpec((None, 5)))
    # One product of matrices for each of three layers.
    assert products(needed_by(graph.outputs)) == 3
    # Those of the derivatives are there, and are computed without a graph.
    assert products(graph.graph.get_operations()) > 3


def needed_by(tensors) -> set[tf.Operation]:
    """The operations of a graph that some of its tensors hang on."""
    waiting, found = [tensor.op for tensor in tensors], set()
    while waiting:
        operation = waiting.pop()
        if operation not in found:
            found.add(operation)
            waiting += [*(tensor.op for tensor in operation.inputs), *operation.control_inputs]
    return found


def products(operations) -> int:
    """How many of some operations are products of matrices."""
    return sum("MatMul" in operation.type for operation in operations)


class TestRefusals:
    def test_a_batch_normalization_that_is_trained(self):
        network = keras.Sequential([keras.layers.Dense(4), keras.layers.BatchNormalization(name="mixing")])
        with pytest.raises(ValueError, match="The network has 'mixing', a batch normalization that is trained"):
            ContractiveEncoder(network, Deterministic(2), 1.0).build((None, 5))
        network.layers[-1].trainable = False
        ContractiveEncoder(network, Deterministic(2), 1.0).build((None, 5))

    def test_a_code_without_a_derivative(self):
        network = keras.Sequential([keras.layers.Embedding(10, 3), keras.layers.Flatten()])
        with pytest.raises(ValueError, match="The code has no derivative by x"):
            ContractiveEncoder(network, Deterministic(2), 1.0).build((None, 4))

    @pytest.mark.parametrize("weight", [-1.0, np.nan, "a"])
    def test_a_weight_that_is_none(self, weight):
        with pytest.raises(ValueError, match="`weight` must be a finite number of at least 0"):
            ContractiveEncoder(keras.layers.Identity(), Deterministic(2), weight)
