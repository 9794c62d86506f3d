"""Groups of steps that XLA compiles: the same numbers as one step after the other."""

import functools
import itertools
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import VAE, Autoencoder, Decoder, Encoder, likelihoods, objectives, posteriors
from keras_vae.training import grouped_steps
from tests.models.small import binary, small_autoencoder, small_vae

EVENT_SHAPE = (4, 4, 1)


def tiny_vae(likelihood=None, **kwargs) -> VAE:
    """A VAE of one dense layer on each side, which XLA compiles in a second, built."""
    vae = VAE(
        Encoder(keras.layers.Flatten(), posteriors.DiagonalNormal(2)),
        Decoder(keras.layers.Identity(), likelihood or likelihoods.Bernoulli(EVENT_SHAPE)),
        **kwargs,
    )
    vae.build((None, *EVENT_SHAPE))
    return vae


def batches(*data, size=10) -> tf.data.Dataset:
    """Batches of arrays, of which the last may be smaller."""
    return tf.data.Dataset.from_tensor_slices(data if len(data) > 1 else data[0]).batch(size)


def long(data: tf.data.Dataset) -> tf.data.Dataset:
    """The same batches from a dataset that does not tell its length: it is taken for long, and steps are compiled.

    Keras's own loop, which asks for one batch more, counts a step more with it.
    """
    return data.filter(lambda *_: True)


def twins(make):
    first, second = make(), make()
    for one, other in zip(first.variables, second.variables, strict=True):
        other.assign(one)
    return first, second


class IsCompiled(keras.callbacks.Callback):
    """Sees to it that steps are compiled, where a test is about those that are."""

    def on_epoch_end(self, epoch, logs=None):
        assert isinstance(self.model.train_function, grouped_steps.GroupedSteps)


def trained(vae, optimizer, data, jit="auto", epochs=3, callbacks=(), metrics=None, **fit):
    vae.compile(optimizer, jit_compile=jit, metrics=metrics)
    if jit == "auto":
        data, callbacks = long(data) if isinstance(data, tf.data.Dataset) else data, [*callbacks, IsCompiled()]
    return vae.fit(data, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks, **fit).history


def assert_equal(first, second, histories, rtol=1e-9):
    """Whether two models and their logs are the same, but for the rounding of some dozens of steps of float64."""
    for one, other in zip(first.weights, second.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, atol=0.1 * rtol)
    assert set(histories[0]) == set(histories[1])
    for name, values in histories[0].items():
        np.testing.assert_allclose(values, histories[1][name], rtol=rtol, err_msg=name)


class TestSameNumbers:
    """At the same noise, against Keras's own loop."""

    @pytest.mark.parametrize(
        "options",
        [
            # Of the two latents, one begins above such a floor and ends below it, the other is always below.
            lambda: {"num_samples": 3, "free_bits": 0.3, "beta": 0.3},
            lambda: {
                "num_samples": 2,
                "objective": objectives.GECO(8.0, speed=0.1),
                "likelihood": likelihoods.Normal(EVENT_SHAPE, "predicted"),
            },
            lambda: {
                "num_samples": 2,
                "objective": objectives.ImportanceWeighted(),
                "likelihood": likelihoods.Normal(EVENT_SHAPE, "shared"),
            },
            lambda: {
                "num_samples": 2,
                "objective": objectives.ImportanceWeighted(doubly_reparameterized=True),
                "likelihood": likelihoods.Normal(EVENT_SHAPE, "optimal"),
            },
        ],
        ids=[
            "samples, free bits and beta",
            "GECO, predicted scale",
            "importance-weighted, shared scale",
            "doubly reparameterized, optimal scale",
        ],
    )
    def test_objectives_and_likelihoods(self, doubles, same_noise, options):
        """In arrays of whole batches, of which there are so many examples that steps are compiled."""
        first, second = twins(lambda: tiny_vae(**options()))
        x = binary(12_500, EVENT_SHAPE)
        histories = [
            trained(vae, "sgd", x, jit=jit, epochs=4, batch_size=2500)
            for vae, jit in ((first, "auto"), (second, False))
        ]
        assert_equal(first, second, histories)
        assert int(first.optimizer.iterations) == int(second.optimizer.iterations) == 4 * 5

    def test_an_optimizer_with_a_schedule_clipping_averages_and_decay(self, doubles, same_noise):
        """With a smaller last batch, which is a step outside of the loop."""
        first, second = twins(tiny_vae)
        data = batches(binary(75, EVENT_SHAPE))
        histories = []
        for vae, jit in ((first, "auto"), (second, False)):
            schedule = keras.optimizers.schedules.CosineDecay(1e-2, 30)
            adam = keras.optimizers.Adam(schedule, clipnorm=0.1, use_ema=True, weight_decay=1e-3)
            histories.append(trained(vae, adam, data, jit=jit))
        # Keras computes the rates of a schedule in single precision: 24 steps of 0.01, each right to 1e-7 of it, leave
        # 3e-8 at most.
        assert_equal(first, second, histories, rtol=3e-7)
        assert int(first.optimizer.iterations) == int(second.optimizer.iterations) == 3 * 8

    def test_gradients(self, same_noise):
        """In single precision, as people train: rounding is 6e-8 of a weight, and of each of some dozens of terms."""
        first, second = twins(lambda: small_vae(event_shape=EVENT_SHAPE))
        before = [np.asarray(weight) for weight in first.trainable_weights]
        data = batches(binary(20, EVENT_SHAPE))
        histories = [
            trained(vae, keras.optimizers.SGD(1.0), data, jit=jit, epochs=1)
            for vae, jit in ((first, "auto"), (second, False))
        ]
        for old, one, other in zip(before, first.trainable_weights, second.trainable_weights, strict=True):
            scale = np.abs(other - old).max()
            # Beside steps of this size the rounding of weights below 1 is nothing.
            assert scale > 0.05
            np.testing.assert_allclose(one - old, other - old, atol=1e-5 * scale)
        for name, values in histories[0].items():
            np.testing.assert_allclose(values, histories[1][name], rtol=1e-5, err_msg=name)

    def test_targets_weights_metrics_and_accumulated_gradients(self, doubles, same_noise):
        """With a smaller last batch, within one of the threes of gradients and at the end of another."""
        first, second = twins(tiny_vae)
        x, histories = binary(75, EVENT_SHAPE), []
        data = batches(x, x[::-1], np.linspace(0, 2, 75))
        for vae, jit in ((first, "auto"), (second, False)):
            sgd = keras.optimizers.SGD(1e-2, momentum=0.9, gradient_accumulation_steps=3)
            metrics = [keras.metrics.MeanSquaredError(name="mse")]
            histories.append(trained(vae, sgd, data, jit=jit, metrics=metrics))
        assert_equal(first, second, histories)
        assert "mse" in histories[0]
        assert int(first.optimizer.iterations) == int(second.optimizer.iterations) == 3 * 8 // 3

    def test_an_autoencoder(self, doubles):
        first, second = twins(small_autoencoder)
        data = batches(binary(40, first.event_shape))
        assert_equal(first, second, [trained(first, "sgd", data), trained(second, "sgd", data, jit=False)])


def test_with_its_own_noise_training_goes_as_well():
    """XLA draws other numbers: the losses of 3,000 examples spread by some 0.2 percent from noise to noise."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3000, 2)) @ rng.normal(size=(2, 16)) + rng.normal(size=(3000, 16))
    data, losses = batches(x.reshape(3000, *EVENT_SHAPE).astype(np.float32), size=50), []
    for jit in ("auto", False):
        keras.utils.set_random_seed(4)
        vae = tiny_vae(likelihoods.Normal(EVENT_SHAPE, 1.0))
        losses.append(trained(vae, keras.optimizers.SGD(0.01), data, jit=jit, epochs=4)["loss"])
    np.testing.assert_allclose(losses[0], losses[1], rtol=0.02)
    # From 34 nats to 26.
    assert losses[0][-1] < 0.9 * losses[0][0]


class Traces(keras.callbacks.Callback):
    """Counts compilations after each epoch."""

    def __init__(self):
        super().__init__()
        self.counts = []

    def on_epoch_end(self, epoch, logs=None):
        steps = self.model.train_function._steps
        self.counts.append(steps._loop.experimental_get_tracing_count() + steps.one.experimental_get_tracing_count())


def test_nothing_is_compiled_anew(same_noise):
    vae, traces = tiny_vae(), Traces()
    vae.compile("sgd")
    for count, batch_size in ((80, 10), (80, 20), (80, 10), (75, 10), (75, 10)):
        data = long(batches(binary(count, EVENT_SHAPE), size=batch_size))
        vae.fit(data, epochs=2, callbacks=[traces, IsCompiled()], verbose=0)
    # A loop for each size of batches, and no single steps but for the last batch, where that is smaller.
    assert traces.counts == [1, 1, 2, 2, 2, 2, 3, 3, 3, 3]


def test_another_compilation_starts_afresh(same_noise):
    vae, data = tiny_vae(), batches(binary(40, EVENT_SHAPE))
    trained(vae, keras.optimizers.SGD(0.1), data, epochs=1)
    vae.encoder.trainable = False
    before = [np.asarray(weight) for weight in vae.encoder.weights]
    trained(vae, keras.optimizers.SGD(0.1), data, epochs=1)
    for old, new in zip(before, vae.encoder.weights, strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_loop_of_large_batches_is_shorter(doubles, same_noise, monkeypatch):
    first, second = twins(tiny_vae)
    first.compile("sgd")
    second.compile("sgd", jit_compile=False)
    x, lengths = binary(75, EVENT_SHAPE), []
    look = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: lengths.append(first.train_function._steps_in_loop)
    )
    batch_bytes = 10 * 16 * 4
    for most_bytes in (1, batch_bytes, 5 * batch_bytes // 2):
        # Batches of so many bytes as the constant says would take a minute.
        monkeypatch.setattr(grouped_steps, "MOST_BYTES", most_bytes)
        histories = [
            first.fit(long(batches(x)), epochs=2, callbacks=[look, IsCompiled()], verbose=0).history,
            second.fit(batches(x), epochs=2, verbose=0).history,
        ]
        assert_equal(first, second, histories)
    assert lengths == [1, 1, 1, 1, 2, 2]


def test_every_example_counts_once_in_batches_of_many_shapes(same_noise):
    vae, x = tiny_vae(), binary(41, EVENT_SHAPE)
    vae.compile(keras.optimizers.SGD(0.0))
    kl = np.asarray(vae(x)["kl"], np.float64)
    for sizes in ([10, 10, 3, 10, 8], [3, 10, 10], [10, 3, 2, 1], [10, 10, 10, 10, 1]):
        edges = np.cumsum([0, *sizes])
        parts = [x[start:end] for start, end in itertools.pairwise(edges)]
        data = tf.data.Dataset.from_generator(
            functools.partial(iter, parts), output_signature=tf.TensorSpec((None, *EVENT_SHAPE))
        )
        history = vae.fit(data, epochs=2, verbose=0, callbacks=[IsCompiled()]).history
        np.testing.assert_allclose(history["kl"], [kl[: edges[-1]].mean()] * 2, rtol=1e-5, err_msg=str(sizes))


class FragileLengthOfText(keras.metrics.Metric):
    """A metric that XLA cannot compile, and that fails where it is told to."""

    def __init__(self):
        super().__init__(name="length")
        self.value = self.add_weight(name="value", initializer="zeros")
        self.fails = tf.Variable(False)

    def update_state(self, y_true, y_pred, sample_weight=None):
        with tf.control_dependencies([tf.debugging.Assert(tf.logical_not(self.fails), ["it fails"])]):
            text = tf.strings.as_string(tf.cast(tf.reduce_max(y_true), tf.int32))
            self.value.assign(tf.cast(tf.strings.length(text), tf.float32))

    def result(self):
        return self.value.value


def test_what_xla_cannot_compile_runs_without_it_and_its_own_errors_are_not_taken_for_those_of_xla():
    vae, metric, seen = tiny_vae(), FragileLengthOfText(), []
    vae.compile("sgd", metrics=[metric])

    def look(epoch, logs):
        seen.append((logs["length"], int(vae.optimizer.iterations)))
        metric.fails.assign(epoch == 1)

    callbacks = [keras.callbacks.LambdaCallback(on_epoch_end=look), IsCompiled()]
    with (
        warnings.catch_warnings(record=True) as warned,
        pytest.raises(tf.errors.InvalidArgumentError, match="it fails"),
    ):
        vae.fit(long(batches(binary(40, EVENT_SHAPE))), epochs=3, callbacks=callbacks, verbose=0)
    assert seen == [(1.0, 4), (1.0, 8)]
    assert len([warning for warning in warned if "without XLA" in str(warning.message)]) == 1
    # Two epochs of four steps, and the one that failed.
    assert int(vae.optimizer.iterations) in (8, 9)


def test_an_empty_iterator_ends_the_epoch():
    model = Autoencoder.for_shape((3,), 2)
    model.compile("sgd")
    empty = iter(tf.data.Dataset.from_tensor_slices(np.zeros((0, 3), np.float32)).batch(2))
    with pytest.raises(StopIteration):
        grouped_steps.GroupedSteps(grouped_steps.CompiledSteps(model), 5)(empty)
