import gc
import weakref

import keras
import numpy as np
import pytest
from keras import ops

from keras_vae import (
    VAE,
    ContractiveEncoder,
    Decoder,
    Encoder,
    TiedDecoder,
    likelihoods,
    networks,
    posteriors,
)
from keras_vae.compression.networks import Float64Networks, networks_of
from keras_vae.compression.rounding import Grid

from ..tiny_models import EVENT_SHAPE

RNG = np.random.default_rng(0)
IMAGES, CODES = (RNG.random((40, *EVENT_SHAPE)) < 0.5).astype(np.uint8), RNG.normal(size=(40, 3))
POSTERIOR_GRIDS = {"mean": Grid(1024, -9.0, 9.0), "log_variance": Grid(16, -9.0, 9.0)}
GRIDS = {"logits": Grid(64, -16.0, 16.0)}


def vae(network=None, likelihood=None) -> VAE:
    model = VAE(
        Encoder(network or networks.dense([16]), posteriors.DiagonalNormal(3)),
        Decoder(networks.dense([16]), likelihood or likelihoods.Bernoulli(EVENT_SHAPE)),
    )
    model.build((None, *EVENT_SHAPE))
    return model


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "float64"])
def test_the_networks_again_in_float64(policy):
    keras.config.set_dtype_policy(policy)
    model = vae(likelihood=likelihoods.BetaBinomial(EVENT_SHAPE, 2))
    keras.config.set_dtype_policy("float32")
    again = Float64Networks(model)
    assert keras.config.dtype_policy().name == "float32"
    posterior, likelihood = again.posterior(IMAGES), again.likelihood(CODES)
    # bfloat16 has 8 bits.
    tolerance = 3e-2 if policy == "mixed_bfloat16" else 2e-6
    for found, expected in (
        (posterior, model.posterior_parameters(ops.convert_to_tensor(IMAGES))),
        (likelihood, model.decoder(ops.convert_to_tensor(CODES, "float32"), training=False)),
    ):
        assert list(found) == list(expected)
        for name, values in found.items():
            assert values.dtype == np.float64
            np.testing.assert_allclose(values, ops.convert_to_numpy(expected[name]), atol=tolerance)
    np.testing.assert_allclose(again.mean_image(CODES), model.decode(CODES), atol=tolerance)


@pytest.mark.parametrize(
    "network",
    [
        lambda: networks.dense([16]),
        lambda: networks.conv([4, 8]),
        # A model that holds a model: neither casts what goes through it.
        lambda: keras.Sequential([keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(9)])]),
        lambda: keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(9), keras.layers.BatchNormalization()]),
    ],
)
def test_an_example_has_the_same_outputs_alone_and_in_a_batch(network):
    again = Float64Networks(vae(network()))
    together = again.posterior(IMAGES)["mean"]
    alone = np.concatenate([again.posterior(IMAGES[i : i + 1])["mean"] for i in range(len(IMAGES))])
    # The rounding of outputs asks for 1e-7 / 1024.
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-13)
    again.check_repeatable(IMAGES, POSTERIOR_GRIDS, GRIDS)


def tied(network=None, encoder=Encoder, **kwargs) -> VAE:
    vae = VAE(
        encoder(network or networks.dense([7, 5]), posteriors.DiagonalNormal(3), **kwargs),
        TiedDecoder(likelihoods.Bernoulli(EVENT_SHAPE)),
    )
    vae.build((None, *EVENT_SHAPE))
    return vae


def contractive() -> VAE:
    vae = VAE(
        ContractiveEncoder(networks.dense([7]), posteriors.DiagonalNormal(3), 0.1),
        Decoder(networks.dense([7]), likelihoods.Bernoulli(EVENT_SHAPE)),
    )
    vae.build((None, *EVENT_SHAPE))
    return vae


def frozen_norm() -> keras.Sequential:
    norm = keras.layers.BatchNormalization()
    norm.trainable = False
    return keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(5), norm])


KINDS = {
    "tied": tied,
    "tied, without a hidden layer": lambda: tied(keras.layers.Flatten()),
    "contractive": contractive,
    "contractive and tied": lambda: tied(encoder=ContractiveEncoder, weight=0.1),
}


@pytest.mark.parametrize("kind", KINDS)
def test_encoders_and_decoders_of_other_kinds(kind):
    model = KINDS[kind]()
    for weight in model.weights:
        weight.assign_add(0.1 * RNG.normal(size=weight.shape))
    again, x = Float64Networks(model), ops.convert_to_tensor(IMAGES)
    for name, values in model.posterior_parameters(x).items():
        np.testing.assert_allclose(again.posterior(IMAGES)[name], values, atol=2e-6)
    np.testing.assert_allclose(again.mean_image(CODES), model.decode(CODES), atol=2e-6)
    again.check_repeatable(IMAGES, POSTERIOR_GRIDS, GRIDS)


def test_a_contractive_encoder_with_a_frozen_normalization():
    model = VAE(
        ContractiveEncoder(frozen_norm(), posteriors.DiagonalNormal(3), 0.1),
        Decoder(networks.dense([4]), likelihoods.Bernoulli(EVENT_SHAPE)),
    )
    model.build((None, *EVENT_SHAPE))
    np.testing.assert_allclose(Float64Networks(model).posterior(IMAGES)["mean"], model.encode(IMAGES), atol=2e-6)


def test_the_model_is_left_as_it_was():
    model = vae()
    before = model.get_weights()
    Float64Networks(model).posterior(IMAGES)
    assert model.encoder.network.compute_dtype == "float32"
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@keras.saving.register_keras_serializable("test_networks")
class OfTheBatch(keras.layers.Layer):
    """What a network must not do: look at the other examples."""

    def call(self, x):
        return x - ops.mean(x, axis=0, keepdims=True)


@keras.saving.register_keras_serializable("test_networks")
class OfChance(keras.layers.Layer):
    """Nor draw, when it is not in training."""

    def call(self, x):
        return x + keras.random.normal(ops.shape(x), dtype=x.dtype)


@pytest.mark.parametrize("layer", [OfTheBatch, OfChance])
def test_networks_that_do_not_repeat_themselves_are_refused(layer):
    network = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(9), layer()])
    again = Float64Networks(vae(network))
    with pytest.raises(ValueError, match="The encoder gives different values for an example alone"):
        again.check_repeatable(IMAGES, POSTERIOR_GRIDS, GRIDS)


class Unknown(keras.layers.Dense):
    """A class that Keras was not told of."""


class Silent(keras.layers.Layer):
    """A layer that does not say what it was made of."""

    def __init__(self, dense):
        super().__init__()
        self.dense = dense

    def build(self, shape):
        self.dense.build(shape)

    def call(self, x):
        return self.dense(x)


@pytest.mark.parametrize("layer", [Unknown(9), Silent(keras.layers.Dense(9))])
def test_networks_that_cannot_be_made_again(layer):
    model = vae(keras.Sequential([keras.layers.Flatten(), layer]))
    with pytest.raises(ValueError, match=r"rebuilds the encoder .* register its class with"):
        Float64Networks(model)


def test_a_single_example_cannot_be_compared_with_others():
    Float64Networks(vae()).check_repeatable(IMAGES[:1], POSTERIOR_GRIDS, GRIDS)


@keras.saving.register_keras_serializable("test_networks")
class Block(keras.layers.Layer):
    """A layer that holds another, with a number of its own."""

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor, self.dense = factor, keras.layers.Dense(5)

    def build(self, shape):
        self.dense.build(shape)

    def call(self, x):
        return self.factor * self.dense(x)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def test_they_are_made_once_for_what_a_model_is_and_never_stale():
    model = vae(keras.Sequential([keras.layers.Flatten(), Block(0.5), keras.layers.LeakyReLU(0.1)]))
    found = networks_of(model)
    assert networks_of(model) is found
    block, slope = model.encoder.network.layers[1:]

    def new_weights():
        model.decoder.weights[-1].assign_add([0.1] * 64)

    def new_setting_of_a_block():
        block.factor = 0.25

    def new_setting():
        slope.negative_slope = 0.4

    for change in (new_weights, new_setting_of_a_block, new_setting):
        change()
        before, found = found, networks_of(model)
        assert found is not before
        assert networks_of(model) is found
        np.testing.assert_allclose(found.posterior(IMAGES)["mean"], model.encode(IMAGES), atol=2e-6)
        np.testing.assert_allclose(found.mean_image(CODES), model.decode(CODES), atol=2e-6)


def test_they_go_with_their_model():
    model = vae()
    networks_of(model).posterior(IMAGES)
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
