"""What was compiled before a model changed is not run after it."""

import gc
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import VAE, Decoder, Encoder, likelihoods, networks, objectives, posteriors
from keras_vae.models import compiled_functions
from keras_vae.models.model_state import ModelState
from tests.models.small import EVENT_SHAPE, binary, small_vae


def dense_layers(model):
    return [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.Dense)]


def enable_lora(vae):
    dense_layers(vae)[0].enable_lora(2)


def quantize(vae):
    vae.encoder.network.quantize("int8")


def freeze(vae):
    vae.encoder.trainable = False


def replace_a_layer(vae):
    vae.encoder.network.pop()
    vae.encoder.network.add(keras.layers.Dense(8))


def assign_an_activation(vae):
    dense_layers(vae)[0].activation = keras.activations.relu


def assign(name, value):
    return lambda vae: setattr(vae, name, value)


CHANGES = {
    "LoRA": enable_lora,
    "quantization": quantize,
    "freezing": freeze,
    "another layer": replace_a_layer,
    "another activation": assign_an_activation,
    "samples": assign("num_samples", 4),
    "free bits": assign("free_bits", 3.0),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen(name):
    vae = small_vae()
    before = ModelState(vae)
    assert before == ModelState(vae)
    CHANGES[name](vae)
    assert before != ModelState(vae)


def test_use_is_no_change(eagerly, tmp_path):
    vae, x = small_vae(corruption=keras.layers.GaussianNoise(0.1)), binary(8)
    vae.compile("adam")
    vae.fit(x, validation_data=(x,), verbose=0)
    before = ModelState(vae)
    for use in (vae.encode, vae.reconstruct, vae.elbo, vae, vae.train_on_batch, vae.test_on_batch, vae.score):
        use(x)
    vae.sample(3)
    vae.predict(x, verbose=0)
    vae.evaluate(x, verbose=0)
    vae.fit(x, validation_data=(x,), epochs=2, verbose=0)
    vae.save(tmp_path / "model.keras")
    vae.beta = 0.5
    vae.set_weights(vae.get_weights())
    assert before == ModelState(vae)


def outputs(vae, x):
    return [vae.encode(x), vae.reconstruct(x), vae.elbo(x, seed=0), vae.sample(4, seed=0, mean=True)]


@pytest.mark.parametrize("name", ["LoRA", "quantization", "another layer", "another activation"])
def test_codes_pictures_and_bounds_are_those_of_the_model_as_it_is(name):
    vae, x = small_vae(), binary(9)
    before = outputs(vae, x)
    CHANGES[name](vae)
    for variable in vae.trainable_variables:
        variable.assign(variable + 0.1)
    found = outputs(vae, x)
    vae._functions = compiled_functions.CompiledFunctions()
    for one, other, old in zip(found, outputs(vae, x), before, strict=True):
        np.testing.assert_array_equal(one, other)
        assert not np.array_equal(one, old)


@pytest.mark.parametrize(
    ("name", "values"), [("free_bits", (-1.0, np.nan, "a", None)), ("num_samples", (-1, 0, 2.5, np.nan, "a", None))]
)
def test_what_is_out_of_range_is_not_assigned(name, values):
    vae = small_vae()
    before = getattr(vae, name)
    for value in values:
        with pytest.raises(ValueError, match=f"`{name}` must be a"):
            setattr(vae, name, value)
    assert getattr(vae, name) == before
    without_kl = small_vae(objective=objectives.ImportanceWeighted())
    with pytest.raises(
        ValueError, match="`free_bits` needs an objective with a KL term, and ImportanceWeighted has none"
    ):
        without_kl.free_bits = 1.0


class TestOverBatches:
    def test_two_functions_of_one_name_are_two(self):
        vae, x = small_vae(), binary(3)
        (double,), (fivefold,) = (vae.over_batches(lambda batch, by=by: by * batch, x) for by in (2.0, 5.0))
        np.testing.assert_array_equal(double, 2 * x)
        np.testing.assert_array_equal(fivefold, 5 * x)

    def test_options_may_be_of_any_order_and_methods_are_compiled_once(self):
        vae, x, traced = small_vae(), binary(3), []

        def function(batch, first, second):
            traced.append(1)
            return first * batch + second

        for options in ({"first": 2.0, "second": 1.0}, {"second": 1.0, "first": 2.0}):
            (found,) = vae.over_batches(function, x, **options)
            np.testing.assert_array_equal(found, 2 * x + 1)
        assert len(traced) == 1

    def test_options_may_be_lists_arrays_and_tensors(self):
        vae, x, traced = small_vae(), binary(3), []

        def function(batch, by):
            traced.append(1)
            return batch * (by["a"][0] if isinstance(by, dict) else by[0])

        array, tensor = np.array([4.0, 5.0], np.float32), tf.constant([6.0])
        options = [[2.0], [3.0], (2.0,), array, array + 1, tensor, {"a": [7.0]}, [np.float32(8)], [tensor[0]]]
        for factor, by in zip([2, 3, 2, 4, 5, 6, 7, 8, 6], options, strict=True):
            (found,) = vae.over_batches(function, x, by=by)
            np.testing.assert_array_equal(found, factor * x)
        assert len(traced) == len(options)
        # The same again, in other lists and arrays.
        for by in ([2.0], [3.0], (2.0,), array.copy(), tensor, {"a": [7.0]}):
            (_,) = vae.over_batches(function, x, by=by)
        assert len(traced) == len(options)
        # What is changed in its place is another.
        array[0] = 9.0
        np.testing.assert_array_equal(next(vae.over_batches(function, x, by=array)), 9 * x)

    def test_a_one_is_not_a_true(self):
        vae, x = small_vae(), binary(3)

        def function(batch, by):
            return batch * (2.0 if by is True else 3.0)

        found = [next(vae.over_batches(function, x, by=by)) for by in (1, True, 1.0)]
        for value, factor in zip(found, (3, 2, 3), strict=True):
            np.testing.assert_array_equal(value, factor * x)

    def test_functions_that_come_and_go_are_not_kept_for_good(self, monkeypatch):
        monkeypatch.setattr(compiled_functions, "MOST_FUNCTIONS", 8)
        functions, kept = compiled_functions.CompiledFunctions(), []
        for number in range(compiled_functions.MOST_FUNCTIONS + 10):

            def function(x, number=number):
                return x + number

            kept.append(weakref.ref(function))
            functions.get(function, function)(tf.constant(1))
        del function
        gc.collect()
        assert sum(reference() is not None for reference in kept) == compiled_functions.MOST_FUNCTIONS
        assert kept[-1]() is not None


class Scaled(keras.layers.Layer):
    """A layer with a setting behind a property."""

    def __init__(self):
        super().__init__()
        self.factor = 1.0

    @property
    def factor(self):
        return self._factor

    @factor.setter
    def factor(self, value):
        self._factor = value

    def call(self, x):
        return x * self._factor


def test_what_is_assigned_through_a_property_is_seen():
    layer = Scaled()
    vae = VAE(
        Encoder(keras.Sequential([keras.layers.Flatten(), layer]), posteriors.DiagonalNormal(2)),
        Decoder(networks.dense([8]), likelihoods.Bernoulli(EVENT_SHAPE)),
    )
    x = binary(4)
    # Codes of x and of three times x.
    expected = vae.encode(x), vae.encode(3 * x)
    layer.factor = 3.0
    np.testing.assert_allclose(vae.encode(x), expected[1], rtol=1e-6)
    layer.factor = 1.0
    np.testing.assert_allclose(vae.encode(x), expected[0], rtol=1e-6)


class TestTuples:
    """Their own comparison fails where they hold arrays."""

    def test_of_arrays_are_the_same_while_the_arrays_are(self):
        vae, array = small_vae(), np.arange(3.0)
        vae.pair = (array, 1)
        before = ModelState(vae)
        vae.pair = (array, 1)
        assert before == ModelState(vae)
        for other in ((array + 1, 1), (array, 2), (array,), (array, 1.0), [array, 1]):
            vae.pair = other
            assert before != ModelState(vae)

    def test_of_tuples_and_numbers_are_compared_by_value(self):
        vae = small_vae()
        vae.pair = ((1, 2.5), "a")
        before = ModelState(vae)
        vae.pair = ((1, float("2.5")), "a")
        assert before == ModelState(vae)
        vae.pair = ((1, 2.5), "b")
        assert before != ModelState(vae)
