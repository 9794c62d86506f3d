"""Codes and reconstructions, for both models."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import likelihoods
from tests.models.small import EVENT_SHAPE, MODELS, binary, small_autoencoder, small_vae


@MODELS
@pytest.mark.parametrize("count", [0, 1, 5, 7, 12])
def test_codes_do_not_depend_on_how_the_data_is_cut(make, count):
    model, x = make(), binary(count)
    expected = np.asarray(model.encoder(x)["mean"])
    assert expected.shape == (count, 2)
    np.testing.assert_allclose(model.encode(x, batch_size=5), expected, rtol=1e-4, atol=1e-6)
    if count:
        dataset = tf.data.Dataset.from_tensor_slices((x, np.zeros(count))).batch(3)
        np.testing.assert_allclose(model.encode(dataset), expected, rtol=1e-4, atol=1e-6)


@MODELS
def test_reconstructions_are_the_mean_at_the_mean_code(make):
    model, x = make(), binary(7)
    expected = 1 / (1 + np.exp(-np.asarray(model.decoder(model.encoder(x)["mean"])["logits"], np.float64)))
    for reconstruction in (
        model.reconstruct(x),
        model.reconstruct(x, batch_size=2),
        model.decode(model.encode(x), batch_size=3),
        model.predict(x, verbose=0),
        model.predict(tf.data.Dataset.from_tensor_slices(x).batch(4), verbose=0),
    ):
        np.testing.assert_allclose(reconstruction, expected, rtol=1e-4)


@MODELS
def test_the_posteriors_parameters_are_the_encoders(make):
    likelihood = likelihoods.BetaBinomial(EVENT_SHAPE, levels=17)
    model, x = make(likelihood), np.random.default_rng(0).integers(0, 17, (5, *EVENT_SHAPE)).astype(np.uint8)
    params = model.posterior_parameters(x)
    expected = model.encoder.posterior(model.encoder.network((x / 8.0 - 1.0).astype(np.float32)))
    assert params.keys() == expected.keys()
    for name, value in params.items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-5, atol=1e-6)


@MODELS
def test_squared_errors_are_means_over_the_elements(make):
    model, x = make(), binary(5)
    expected = np.mean((x - model.reconstruct(x)) ** 2, axis=(1, 2, 3))
    np.testing.assert_allclose(model.squared_error(x), expected, rtol=1e-5)


def test_an_empty_dataset_has_no_codes():
    with pytest.raises(ValueError, match="is empty"):
        small_vae().encode(tf.data.Dataset.from_tensor_slices(binary(0)).batch(2))


@MODELS
@pytest.mark.parametrize("batch_size", [0, -1, 2.5])
def test_batch_sizes_are_checked(make, batch_size):
    with pytest.raises(ValueError, match="batch_size"):
        make().encode(binary(3), batch_size=batch_size)


@MODELS
def test_arrays_of_other_kinds_are_cast(make):
    model, x = make(), binary(5)
    expected = model.encode(x)
    for kind in (np.uint8, bool, np.float64):
        np.testing.assert_array_equal(model.encode(x.astype(kind)), expected)
    np.testing.assert_array_equal(model.encode(x.tolist()), expected)


@MODELS
def test_corruption_is_for_inputs_in_training_alone(make):
    seen = []

    class Blank(keras.layers.Layer):
        def call(self, x, training=None):
            seen.append(training)
            return keras.ops.zeros_like(x)

    model, x = make(corruption=Blank()), binary(6)
    # It was asked for its shape when the model was built.
    seen.clear()
    model.compile(keras.optimizers.SGD(0.0))
    clean = make()
    clean.set_weights(model.get_weights())
    np.testing.assert_allclose(model(x)["z"].shape, clean(x)["z"].shape)
    np.testing.assert_array_equal(model.encode(x), clean.encode(x))
    assert seen == []
    blank = np.asarray(clean.encoder(np.zeros_like(x))["mean"])
    codes = np.asarray(model.encoder(model.corrupted(x, True))["mean"])
    np.testing.assert_array_equal(codes, blank)
    assert seen == [True]


def test_the_target_of_a_corrupted_input_stays_clean():
    class Blank(keras.layers.Layer):
        def call(self, x, training=None):
            return keras.ops.zeros_like(x)

    model, x = small_autoencoder(corruption=Blank()), binary(6)
    model.compile(keras.optimizers.SGD(0.0))
    params = model.decoder(model.encoder(np.zeros_like(x))["mean"])
    expected = -np.mean(model.decoder.likelihood.log_prob(params, x))
    np.testing.assert_allclose(model.train_on_batch(x, return_dict=True)["loss"], expected, rtol=1e-5)


@pytest.mark.parametrize("part", ["encoder", "decoder", "corruption"])
@MODELS
def test_parts_of_another_kind_are_refused(make, part):
    model = make()
    parts = {"encoder": model.encoder, "decoder": model.decoder} | {part: "nothing"}
    with pytest.raises(ValueError, match=f"`{part}` must be of type"):
        type(model)(**parts)
