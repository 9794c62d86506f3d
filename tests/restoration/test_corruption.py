"""What every exported corruption owes."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import load_model, restoration
from keras_vae.restoration.corruption import Corruption, side_axes
from tests.restoration.corruptions import CORRUPTIONS, EVENT_SHAPE, RANDOM, examples
from tests.tiny_models import tiny_autoencoder

each_corruption = pytest.mark.parametrize("make", CORRUPTIONS.values(), ids=CORRUPTIONS)


def test_every_exported_corruption_is_held_to_this():
    exported = {name: getattr(restoration, name) for name in restoration.__all__}
    found = {name for name, part in exported.items() if isinstance(part, type) and issubclass(part, Corruption)}
    assert found == set(CORRUPTIONS)


@each_corruption
def test_it_is_a_registered_layer_that_its_config_makes_again(make):
    layer = make()
    assert keras.saving.get_registered_name(type(layer)) == f"keras_vae>{type(layer).__name__}"
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert again.get_config() == layer.get_config()
    x = examples(3)
    np.testing.assert_array_equal(again(x), make()(x))


@each_corruption
@pytest.mark.parametrize("training", [True, False, None])
def test_it_damages_at_every_call_and_keeps_the_shape(make, training):
    x = examples(3)
    damaged = np.asarray(make()(x, training=training))
    assert damaged.shape == x.shape
    assert damaged.dtype == np.float32
    assert np.all(np.any(damaged != x, axis=(1, 2, 3)))


@each_corruption
def test_a_graph_does_what_an_eager_call_does(make):
    x = examples(3)
    np.testing.assert_allclose(tf.function(make())(x), make()(x), rtol=1e-6)
    assert make()(keras.KerasTensor((None, *EVENT_SHAPE))).shape == (None, *EVENT_SHAPE)


@each_corruption
def test_whole_numbers_are_taken_too_and_half_precision_is_not_used(make):
    keras.config.set_dtype_policy("mixed_float16")
    x = np.full((2, *EVENT_SHAPE), 200, np.uint8)
    assert make()(x).dtype == "float32"


@pytest.mark.parametrize("name", RANDOM)
def test_every_call_draws_anew_and_every_example_has_its_own_draw(name):
    layer = CORRUPTIONS[name]()
    x = np.repeat(examples(1), 8, axis=0)
    first, second = np.asarray(layer(x)), np.asarray(layer(x))
    assert np.any(first != second)
    assert len({image.tobytes() for image in first}) > 4
    assert np.any(np.asarray(type(layer)(**layer.get_config() | {"seed": 2})(x)) != first)


def test_what_was_drawn_from_is_saved_with_the_model(tmp_path):
    model = tiny_autoencoder()
    model = type(model)(model.encoder, model.decoder, corruption=restoration.GaussianNoise(0.1))
    model.build((None, 8, 8, 1))
    x = examples(2, (8, 8, 1))
    model.corruption(x)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(model.corruption(x), again.corruption(x))


def test_the_axes_of_pixels_leave_out_batch_and_channels_and_those_of_a_vector_are_its_elements():
    shapes = [(None, 5), (None, 5, 2), (None, 5, 4, 3), (None, 5, 4, 3, 1)]
    assert [side_axes(shape) for shape in shapes] == [(1,), (1,), (1, 2), (1, 2, 3)]
