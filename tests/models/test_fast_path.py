"""Which settings `fit` runs with: fast where nobody chose, and everybody's choice respected."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import VAE, Decoder, Encoder, callbacks, likelihoods, load_model, networks, posteriors
from keras_vae.models import data_checks, fast_path
from tests.models.small import binary, small_vae

IMAGES = (4, 4, 1)
COMPILED, PLAIN = True, False


def vae_of(encoder_network) -> VAE:
    encoder = Encoder(encoder_network, posteriors.DiagonalNormal(2))
    vae = VAE(encoder, Decoder(networks.dense([8]), likelihoods.Bernoulli(IMAGES)))
    vae.build((None, *IMAGES))
    return vae


def dense_vae(**compilation) -> VAE:
    vae = vae_of(networks.dense([8]))
    vae.compile("adam", **compilation)
    return vae


def arguments(batches=600, **others) -> dict:
    """What `fit` is given: 10 examples a batch."""
    return {"x": np.zeros((10 * batches, *IMAGES), np.float32), "batch_size": 10, **others}


class Watcher(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


class TestChoice:
    def test_dense_models_run_compiled_in_groups(self):
        settings = fast_path.settings_for(dense_vae(), arguments())
        assert settings == fast_path.Settings(fast_path.MOST_STEPS, COMPILED)

    @pytest.mark.parametrize(
        ("batches", "epochs", "compiled"), [(499, 1, PLAIN), (500, 1, COMPILED), (100, 5, COMPILED)]
    )
    def test_short_runs_are_not_compiled(self, batches, epochs, compiled):
        assert fast_path.settings_for(dense_vae(), arguments(batches, epochs=epochs)).compiled == compiled

    @pytest.mark.parametrize(("examples", "compiled"), [(49_000, PLAIN), (50_000, COMPILED)])
    def test_few_steps_on_many_examples_are_compiled(self, examples, compiled):
        given = {"x": np.zeros((examples, *IMAGES), np.uint8), "batch_size": 1000}
        assert fast_path.settings_for(dense_vae(), given).compiled == compiled

    def test_datasets_tell_their_batch_size_once_they_are_checked(self):
        batches = tf.data.Dataset.from_tensors(np.zeros((1000, *IMAGES), np.float32)).repeat(50)
        vae = dense_vae()
        given = data_checks.checked_arguments(vae, keras.Model.fit, (None, batches), {})
        assert fast_path.settings_for(vae, given).compiled

    @pytest.mark.parametrize(
        "network",
        [
            networks.conv([4]),
            keras.Sequential([keras.layers.Flatten(), keras.layers.Dropout(0.1), keras.layers.Dense(4)]),
            keras.Sequential([keras.layers.Flatten(), keras.layers.Lambda(lambda x: x)]),
        ],
        ids=["convolutions", "random numbers", "unknown layers"],
    )
    def test_what_xla_is_slow_at_is_not_compiled(self, network):
        vae = vae_of(network)
        vae.compile("adam")
        assert fast_path.settings_for(vae, arguments()) == fast_path.Settings(fast_path.MOST_STEPS, PLAIN)

    def test_a_corruption_is_not_compiled(self):
        vae = small_vae(event_shape=IMAGES, corruption=keras.layers.GaussianNoise(0.1))
        vae.compile("adam")
        assert not fast_path.settings_for(vae, arguments()).compiled

    @pytest.mark.parametrize(
        "chosen", [{"jit_compile": False}, {"jit_compile": True}, {"steps_per_execution": 2}, {"run_eagerly": True}]
    )
    def test_choices_are_respected(self, chosen):
        vae = dense_vae(**chosen)
        assert fast_path.settings_for(vae, arguments()) is None
        assert vae.jit_compile == chosen.get("jit_compile", False)

    def test_the_last_compilation_counts(self):
        vae = dense_vae(jit_compile=False)
        vae.compile("adam")
        assert fast_path.settings_for(vae, arguments()) is not None
        vae.compile("adam", jit_compile=False)
        assert fast_path.settings_for(vae, arguments()) is None

    @pytest.mark.parametrize(("chosen", "fast"), [({}, True), ({"jit_compile": False}, False)])
    def test_saving_keeps_what_was_left_open(self, tmp_path, chosen, fast):
        vae = dense_vae(**chosen)
        vae.save(tmp_path / "vae.keras")
        loaded = load_model(tmp_path / "vae.keras")
        assert (fast_path.settings_for(loaded, arguments()) is not None) == fast

    def test_a_strategy_runs_as_keras_does(self):
        strategy = tf.distribute.MirroredStrategy(["CPU:0"])
        with strategy.scope():
            assert fast_path.settings_for(dense_vae(), arguments()) is None

    @pytest.mark.parametrize(
        ("callback", "takes_groups"),
        [
            (Watcher(), False),
            (keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None), False),
            (keras.callbacks.ModelCheckpoint("x.keras", save_freq=5), False),
            (keras.callbacks.ModelCheckpoint("x.keras"), True),
            (keras.callbacks.BackupAndRestore("x", save_freq=5), False),
            (keras.callbacks.BackupAndRestore("x"), True),
            (keras.callbacks.TensorBoard("x", update_freq="batch"), False),
            (keras.callbacks.TensorBoard("x", update_freq=5), False),
            (keras.callbacks.TensorBoard("x", profile_batch=2), False),
            (keras.callbacks.TensorBoard("x"), True),
            (keras.callbacks.TerminateOnNaN(), True),
            (keras.callbacks.EarlyStopping(), True),
            (callbacks.SampleGrid("x"), True),
            (callbacks.BetaSchedule(5, unit="step"), False),
            (callbacks.BetaSchedule(5), True),
        ],
    )
    def test_callbacks_that_need_every_batch_have_it(self, tmp_path, monkeypatch, callback, takes_groups):
        monkeypatch.chdir(tmp_path)
        callback.set_model(dense_vae())
        given = [callback] if takes_groups else keras.callbacks.CallbackList([callback])
        assert (fast_path.settings_for(dense_vae(), arguments(callbacks=given)) is not None) == takes_groups

    @pytest.mark.parametrize(("batches", "steps"), [(1, None), (2, 2), (49, 49), (51, 50)])
    def test_a_group_is_no_longer_than_an_epoch(self, batches, steps):
        settings = fast_path.settings_for(dense_vae(), arguments(batches))
        assert steps == (settings and settings.steps)

    def test_steps_per_epoch_limits_the_group(self):
        assert fast_path.settings_for(dense_vae(), arguments(steps_per_epoch=7)).steps == 7

    @pytest.mark.parametrize(("count", "steps", "compiled"), [(600, 50, COMPILED), (20, 20, PLAIN)])
    def test_datasets(self, count, steps, compiled):
        dataset = tf.data.Dataset.from_tensors(np.zeros((10, *IMAGES), np.float32)).repeat(count)
        expected = fast_path.Settings(steps, compiled)
        assert fast_path.settings_for(dense_vae(), {"x": dataset}) == expected

    def test_a_dataset_of_unknown_length_is_taken_for_long(self):
        dataset = tf.data.Dataset.from_tensors(np.zeros((10, *IMAGES), np.float32)).repeat().filter(lambda x: True)
        assert fast_path.settings_for(dense_vae(), {"x": dataset}).compiled

    def test_generators_run_as_keras_does(self):
        assert fast_path.settings_for(dense_vae(), {"x": iter([])}) is None


class TestUse:
    def test_fit_leaves_the_model_as_it_was(self):
        vae = dense_vae()
        vae.fit(binary(40, IMAGES), batch_size=10, epochs=2, verbose=0)
        assert vae.steps_per_execution == 1
        plain = vae.evaluate(binary(40, IMAGES), batch_size=10, verbose=0, return_dict=True)
        assert np.isfinite(plain["loss"])
        assert vae.train_function is None

    def test_an_error_leaves_the_model_as_it_was(self):
        vae = dense_vae()
        bad = tf.data.Dataset.from_tensor_slices(np.r_[binary(30, IMAGES), binary(10, IMAGES) + 1]).batch(10)
        with pytest.raises(ValueError, match="batch 3"):
            vae.fit(bad, verbose=0)
        assert (vae.steps_per_execution, vae.train_function) == (1, None)

    def test_validation_within_fit_and_evaluation_after_it_agree(self):
        vae, x = dense_vae(), binary(75, IMAGES)
        keras.utils.set_random_seed(1)
        history = vae.fit(x, validation_data=(x[:33],), batch_size=10, epochs=1, verbose=0).history
        values = [vae.evaluate(x[:33], batch_size=10, verbose=0, return_dict=True)["kl"] for _ in range(2)]
        # The divergence has no noise: 33 examples, each counted once.
        np.testing.assert_allclose([history["val_kl"][0]] * 2, values, rtol=1e-5)

    def test_steps_are_counted_whatever_the_group(self):
        vae = dense_vae()
        vae.fit(binary(75, IMAGES), batch_size=10, epochs=3, verbose=0)
        assert int(vae.optimizer.iterations) == 3 * 8
