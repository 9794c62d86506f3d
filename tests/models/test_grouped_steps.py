"""Groups of steps that XLA compiles: the same numbers as one step after the other."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import VAE, Autoencoder, datasets, likelihoods, objectives
from keras_vae.models import fast_path, grouped_steps
from keras_vae.ops import noise
from tests.models.small import binary, small_autoencoder, small_vae

EVENT_SHAPE = (4, 4, 1)


@pytest.fixture
def compiled(monkeypatch):
    """The fast path for runs of any length."""
    monkeypatch.setattr(fast_path, "STEPS_WORTH_COMPILING", 1)


@pytest.fixture
def same_noise(monkeypatch):
    """Noise that is a function of the seed alone, which XLA and TensorFlow's kernels compute alike."""

    def normal(shape, seed, dtype="float32"):
        phase = tf.cast(tf.reduce_sum(seed.next() % 1000), dtype)
        size = tf.reduce_prod(tf.convert_to_tensor(shape))
        return tf.reshape(tf.sin(tf.cast(tf.range(size), dtype) * 12.9898 + phase), shape)

    monkeypatch.setattr(noise, "normal", normal)


def twins(make):
    first, second = make(), make()
    for one, other in zip(first.variables, second.variables, strict=True):
        other.assign(one)
    return first, second


def trained(vae, optimizer, *data, jit="auto", **fit):
    vae.compile(optimizer, jit_compile=jit)
    fit = {"batch_size": 10, "epochs": 3, "shuffle": False, "verbose": 0, **fit}
    return vae.fit(*data, **fit).history


def assert_equal(first, second, histories, rtol=1e-5):
    for one, other in zip(first.weights, second.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, atol=1e-6)
    for name, values in histories[0].items():
        np.testing.assert_allclose(values, histories[1][name], rtol=rtol)


class TestSameNumbers:
    """At the same noise, against Keras's own loop."""

    @pytest.mark.parametrize("optimizer", ["sgd", "adam"])
    @pytest.mark.parametrize("count", [40, 75], ids=["whole batches", "a smaller last one"])
    def test_weights_and_logs(self, compiled, same_noise, optimizer, count):
        first, second = twins(lambda: small_vae(event_shape=EVENT_SHAPE))
        x = binary(count, EVENT_SHAPE)
        histories = [trained(first, optimizer, x), trained(second, optimizer, x, jit=False)]
        assert_equal(first, second, histories)
        assert int(first.optimizer.iterations) == int(second.optimizer.iterations) == 3 * -(-count // 10)

    def test_gradients(self, compiled, same_noise):
        first, second = twins(lambda: small_vae(event_shape=EVENT_SHAPE))
        before = [np.asarray(weight) for weight in first.trainable_weights]
        x = binary(20, EVENT_SHAPE)
        trained(first, keras.optimizers.SGD(1e-2), x, epochs=1)
        trained(second, keras.optimizers.SGD(1e-2), x, epochs=1, jit=False)
        for old, one, other in zip(before, first.trainable_weights, second.trainable_weights, strict=True):
            scale = np.abs(other - old).max()
            assert scale > 0
            np.testing.assert_allclose(one - old, other - old, atol=1e-5 * scale)

    def test_targets_weights_and_metrics(self, compiled, same_noise):
        first, second = twins(lambda: small_vae(event_shape=EVENT_SHAPE))
        x, target, weight = binary(45, EVENT_SHAPE), binary(45, EVENT_SHAPE)[::-1], np.linspace(0, 2, 45)
        histories = []
        for vae, jit in ((first, "auto"), (second, False)):
            vae.compile("adam", jit_compile=jit, metrics=[keras.metrics.MeanSquaredError(name="mse")])
            fit = vae.fit(x, target, sample_weight=weight, batch_size=10, epochs=2, shuffle=False, verbose=0)
            histories.append(fit.history)
        assert_equal(first, second, histories)
        assert "mse" in histories[0]

    @pytest.mark.parametrize("options", [{"num_samples": 3}, {"free_bits": 0.1}, {"beta": 0.3}])
    def test_options(self, compiled, same_noise, options):
        first, second = twins(lambda: small_vae(event_shape=EVENT_SHAPE, **options))
        x = binary(40, EVENT_SHAPE)
        assert_equal(first, second, [trained(first, "adam", x), trained(second, "adam", x, jit=False)])

    @pytest.mark.parametrize(
        "objective",
        [
            lambda: objectives.GECO(8.0, speed=0.1),
            lambda: objectives.ImportanceWeighted(),
            lambda: objectives.ImportanceWeighted(doubly_reparameterized=True),
        ],
        ids=["GECO", "importance-weighted", "doubly reparameterized"],
    )
    def test_objectives(self, compiled, same_noise, objective):
        first, second = twins(lambda: small_vae(event_shape=EVENT_SHAPE, objective=objective(), num_samples=2))
        x = binary(40, EVENT_SHAPE)
        assert_equal(first, second, [trained(first, "adam", x), trained(second, "adam", x, jit=False)])

    @pytest.mark.parametrize("scale", ["shared", "predicted", "optimal"])
    def test_scales(self, compiled, same_noise, scale):
        first, second = twins(lambda: small_vae(likelihoods.Normal(EVENT_SHAPE, scale), event_shape=EVENT_SHAPE))
        x = np.random.default_rng(0).normal(size=(40, *EVENT_SHAPE)).astype("float32")
        assert_equal(first, second, [trained(first, "adam", x), trained(second, "adam", x, jit=False)], rtol=1e-4)

    def test_an_autoencoder(self, compiled):
        first, second = twins(small_autoencoder)
        x = binary(40, first.event_shape)
        assert_equal(first, second, [trained(first, "adam", x), trained(second, "adam", x, jit=False)])

    @pytest.mark.parametrize(
        "optimizer",
        [
            lambda: keras.optimizers.Adam(1e-3, clipnorm=0.1, use_ema=True, weight_decay=1e-3),
            lambda: keras.optimizers.Adam(1e-3, gradient_accumulation_steps=3),
            lambda: keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-2, 10)),
        ],
        ids=["clipping, averages, decay", "accumulation", "schedule"],
    )
    def test_optimizers(self, compiled, same_noise, optimizer):
        first, second = twins(lambda: small_vae(event_shape=EVENT_SHAPE))
        x = binary(75, EVENT_SHAPE)
        assert_equal(first, second, [trained(first, optimizer(), x), trained(second, optimizer(), x, jit=False)])


def test_with_its_own_noise_training_goes_as_well(compiled):
    """Losses of an epoch average 80 steps of 18 examples: they agree within a few of their standard deviations."""
    losses = []
    for jit in ("auto", False):
        keras.utils.set_random_seed(3)
        vae = VAE.for_shape((8, 8, 1), 4)
        data = datasets.load("digits", "train", 50, binarize="dynamic", seed=0)
        losses.append(trained(vae, "adam", data, jit=jit, epochs=8, batch_size=None)["loss"])
    np.testing.assert_allclose(losses[0], losses[1], rtol=0.02)
    assert losses[0][-1] < 0.9 * losses[0][0]


class Traces(keras.callbacks.Callback):
    """Counts compilations after each epoch."""

    def __init__(self):
        super().__init__()
        self.counts = []

    def on_epoch_end(self, epoch, logs=None):
        steps = self.model.train_function._steps
        self.counts.append(steps._loop.experimental_get_tracing_count() + steps.one.experimental_get_tracing_count())


def test_nothing_is_compiled_anew(compiled):
    vae, traces = small_vae(event_shape=EVENT_SHAPE), Traces()
    vae.compile("adam")
    for count in (75, 75):
        vae.fit(binary(count, EVENT_SHAPE), batch_size=10, epochs=3, callbacks=[traces], verbose=0)
    # The loop, and a step for the last batch.
    assert traces.counts == [2] * 6


def test_each_fit_has_a_loop_for_its_own_batches(compiled):
    vae, traces = small_vae(event_shape=EVENT_SHAPE), Traces()
    vae.compile("adam")
    for batch_size in (10, 20, 10):
        vae.fit(binary(80, EVENT_SHAPE), batch_size=batch_size, callbacks=[traces], verbose=0)
    # A loop for each size of batches, and no single steps.
    assert traces.counts == [1, 2, 2]


def test_another_compilation_starts_afresh(compiled):
    vae, x = small_vae(event_shape=EVENT_SHAPE), binary(40, EVENT_SHAPE)
    trained(vae, keras.optimizers.SGD(0.1), x)
    vae.encoder.trainable = False
    before = [np.asarray(weight) for weight in vae.encoder.weights]
    trained(vae, keras.optimizers.SGD(0.1), x)
    for old, new in zip(before, vae.encoder.weights, strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("batch_bytes", [1, 10 * 16 * 4, 25 * 16 * 4])
def test_a_loop_of_large_batches_is_shorter(compiled, same_noise, monkeypatch, batch_bytes):
    monkeypatch.setattr(grouped_steps, "MOST_BYTES", batch_bytes)
    first, second = twins(lambda: small_vae(event_shape=EVENT_SHAPE))
    x, lengths = binary(75, EVENT_SHAPE), []
    look = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: lengths.append(first.train_function._steps_in_loop)
    )
    histories = [trained(first, "adam", x, callbacks=[look]), trained(second, "adam", x, jit=False)]
    assert_equal(first, second, histories)
    assert lengths == [max(1, batch_bytes // 640)] * 3


class TestBatchesOfManyShapes:
    @pytest.mark.parametrize("sizes", [[10, 10, 3, 10, 10], [3, 10, 10], [4, 3, 2, 1], [10, 10, 10, 10, 1]])
    def test_every_example_counts_once(self, compiled, sizes):
        x = binary(sum(sizes), EVENT_SHAPE)
        edges = np.cumsum([0, *sizes])
        parts = [x[start:end] for start, end in itertools.pairwise(edges)]
        data = tf.data.Dataset.from_generator(lambda: parts, output_signature=tf.TensorSpec((None, *EVENT_SHAPE)))
        vae = small_vae(event_shape=EVENT_SHAPE)
        history = trained(vae, keras.optimizers.SGD(0.0), data, batch_size=None, epochs=2, shuffle=None)
        kl = vae.evaluate(x, verbose=0, return_dict=True)["kl"]
        np.testing.assert_allclose(history["kl"], [kl, kl], rtol=1e-5)


class LengthOfText(keras.metrics.Metric):
    """A metric that XLA cannot compile."""

    def __init__(self):
        super().__init__(name="length")
        self.value = self.add_weight(name="value", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.value.assign(
            tf.cast(tf.strings.length(tf.strings.as_string(tf.cast(tf.reduce_max(y_true), tf.int32))), tf.float32)
        )

    def result(self):
        return self.value.value


def test_what_xla_cannot_compile_runs_without_it(compiled):
    vae = small_vae(event_shape=EVENT_SHAPE)
    vae.compile("adam", metrics=[LengthOfText()])
    with pytest.warns(UserWarning, match="without XLA"):
        history = vae.fit(binary(40, EVENT_SHAPE), batch_size=10, epochs=2, verbose=0).history
    assert history["length"] == [1.0, 1.0]
    assert int(vae.optimizer.iterations) == 8


class Fragile(LengthOfText):
    """A metric that XLA cannot compile, and that fails where it is told to."""

    def __init__(self):
        super().__init__()
        self.fails = tf.Variable(False)

    def update_state(self, y_true, y_pred, sample_weight=None):
        with tf.control_dependencies([tf.debugging.Assert(tf.logical_not(self.fails), ["it fails"])]):
            super().update_state(tf.identity(y_true), y_pred)


def test_an_error_of_a_step_is_not_taken_for_one_of_xla(compiled):
    vae, metric = small_vae(event_shape=EVENT_SHAPE), Fragile()
    vae.compile("adam", metrics=[metric])
    fail = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: metric.fails.assign(epoch == 1))
    with (
        pytest.warns(UserWarning, match="without XLA") as warned,
        pytest.raises(tf.errors.InvalidArgumentError, match="it fails"),
    ):
        vae.fit(binary(40, EVENT_SHAPE), batch_size=10, epochs=3, callbacks=[fail], verbose=0)
    assert len([warning for warning in warned if "without XLA" in str(warning.message)]) == 1
    # Two epochs of four steps, and the one that failed.
    assert int(vae.optimizer.iterations) in (8, 9)


def test_an_empty_iterator_ends_the_epoch():
    model = Autoencoder.for_shape((3,), 2)
    model.compile("sgd")
    empty = iter(tf.data.Dataset.from_tensor_slices(np.zeros((0, 3), np.float32)).batch(2))
    with pytest.raises(StopIteration):
        grouped_steps.GroupedSteps(grouped_steps.CompiledSteps(model), 5)(empty)
