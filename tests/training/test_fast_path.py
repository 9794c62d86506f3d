"""Which settings `fit` runs with: fast where nobody chose, and everybody's choice respected."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import VAE, Decoder, Encoder, callbacks, likelihoods, load_model, networks, posteriors, priors
from keras_vae.inputs import data_checks
from keras_vae.training import fast_path
from tests.models.small import binary, small_vae

IMAGES = (4, 4, 1)
COMPILED, PLAIN = True, False


def vae_of(encoder_network, kind=VAE) -> VAE:
    encoder = Encoder(encoder_network, posteriors.DiagonalNormal(2))
    vae = kind(encoder, Decoder(keras.layers.Identity(), likelihoods.Bernoulli(IMAGES)))
    vae.build((None, *IMAGES))
    return vae


def dense_vae(kind=VAE, **compilation) -> VAE:
    vae = vae_of(networks.dense([8]), kind)
    vae.compile("sgd", **compilation)
    return vae


@pytest.fixture(scope="module")
def vae():
    """A model for which nobody chose. Its functions are compiled once: no test compiles it or freezes a part of it."""
    return dense_vae()


def endless(batch_size=10) -> tf.data.Dataset:
    """Batches of 30 examples, again and again."""
    return tf.data.Dataset.from_tensor_slices(binary(30, IMAGES)).batch(batch_size).repeat()


def arguments(batches=600, **others) -> dict:
    """What `fit` is given: 10 examples a batch."""
    return {"x": np.zeros((10 * batches, *IMAGES), np.float32), "batch_size": 10, **others}


class Watcher(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


class TestChoice:
    def test_dense_models_run_compiled_in_groups(self, vae):
        settings = fast_path.settings_for(vae, arguments())
        assert settings == fast_path.Settings(fast_path.MOST_STEPS, COMPILED)

    @pytest.mark.parametrize(
        ("batches", "epochs", "compiled"), [(499, 1, PLAIN), (500, 1, COMPILED), (100, 5, COMPILED)]
    )
    def test_short_runs_are_not_compiled(self, vae, batches, epochs, compiled):
        assert fast_path.settings_for(vae, arguments(batches, epochs=epochs)).compiled == compiled

    @pytest.mark.parametrize(("examples", "compiled"), [(49_000, PLAIN), (50_000, COMPILED)])
    def test_few_steps_on_many_examples_are_compiled(self, vae, examples, compiled):
        given = {"x": np.zeros((examples, *IMAGES), np.uint8), "batch_size": 1000}
        assert fast_path.settings_for(vae, given).compiled == compiled

    def test_datasets_tell_their_batch_size_once_they_are_checked(self, vae):
        batches = tf.data.Dataset.from_tensors(np.zeros((1000, *IMAGES), np.float32)).repeat(50)
        given = data_checks.checked_arguments(vae.data_spec, keras.Model.fit, (None, batches), {})
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
        vae.compile("sgd")
        assert fast_path.settings_for(vae, arguments()) == fast_path.Settings(fast_path.MOST_STEPS, PLAIN)

    def test_a_corruption_is_not_compiled(self):
        vae = small_vae(event_shape=IMAGES, corruption=keras.layers.GaussianNoise(0.1))
        vae.compile("sgd")
        assert not fast_path.settings_for(vae, arguments()).compiled

    def test_a_users_prior_is_not_compiled(self):
        class Prior(priors.StandardNormal):
            pass

        vae = small_vae(event_shape=IMAGES, prior=Prior(2))
        vae.compile("sgd")
        assert fast_path.settings_for(vae, arguments()) == fast_path.Settings(fast_path.MOST_STEPS, PLAIN)

    def test_a_users_subclass_runs_in_groups_that_keras_makes(self):
        class Subclass(VAE):
            pass

        settings = fast_path.settings_for(dense_vae(Subclass), arguments())
        assert settings == fast_path.Settings(fast_path.MOST_STEPS, PLAIN)

    def test_functions_of_a_users_own_are_called_as_keras_calls_them(self):
        class Subclass(VAE):
            def make_test_function(self, force=False):
                super().make_test_function(force)

        class OwnTraining(Subclass):
            def make_train_function(self, force=False):
                super().make_train_function(force)

        assert fast_path.settings_for(dense_vae(Subclass), arguments()).test_steps == 1
        assert fast_path.settings_for(dense_vae(OwnTraining), arguments()) is None

    def test_functions_that_run_eagerly_run_as_keras_does(self, vae):
        tf.config.run_functions_eagerly(True)
        try:
            assert fast_path.settings_for(vae, arguments()) is None
        finally:
            tf.config.run_functions_eagerly(False)

    @pytest.mark.parametrize(
        "chosen", [{"jit_compile": False}, {"jit_compile": True}, {"steps_per_execution": 2}, {"run_eagerly": True}]
    )
    def test_choices_are_respected(self, chosen):
        vae = dense_vae(**chosen)
        assert fast_path.settings_for(vae, arguments()) is None
        assert vae.jit_compile == chosen.get("jit_compile", False)

    @pytest.mark.parametrize(
        ("name", "answer"),
        [
            ("makes_functions_of_steps", False),
            ("compilation", None),
            ("may_have_strategy", True),
            ("does_nothing", False),
        ],
    )
    def test_a_keras_that_does_not_tell_runs_its_own_loop(self, vae, monkeypatch, name, answer):
        given = arguments(callbacks=[keras.callbacks.Callback()])
        assert fast_path.settings_for(vae, given) is not None
        monkeypatch.setattr(f"keras_vae.ops.keras_internals.{name}", lambda *_: answer)
        assert fast_path.settings_for(vae, given) is None

    def test_the_last_compilation_counts(self):
        vae = dense_vae(jit_compile=False)
        vae.compile("sgd")
        assert fast_path.settings_for(vae, arguments()) is not None
        vae.compile("sgd", jit_compile=False)
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
    def test_callbacks_that_need_every_batch_have_it(self, vae, tmp_path, monkeypatch, callback, takes_groups):
        monkeypatch.chdir(tmp_path)
        callback.set_model(vae)
        given = [callback] if takes_groups else keras.callbacks.CallbackList([callback])
        assert (fast_path.settings_for(vae, arguments(callbacks=given)) is not None) == takes_groups

    @pytest.mark.parametrize(
        "make",
        [
            lambda kind, folder: kind(keras.callbacks.ModelCheckpoint)(folder / "x.keras"),
            lambda kind, folder: kind(keras.callbacks.BackupAndRestore)(folder),
            lambda kind, folder: kind(keras.callbacks.TensorBoard)(folder),
            lambda kind, folder: kind(keras.callbacks.TerminateOnNaN)(),
            lambda kind, folder: kind(keras.callbacks.ProgbarLogger)(),
            lambda kind, folder: kind(callbacks.BetaSchedule)(5),
        ],
        ids=["ModelCheckpoint", "BackupAndRestore", "TensorBoard", "TerminateOnNaN", "ProgbarLogger", "BetaSchedule"],
    )
    def test_what_holds_for_a_callback_does_not_hold_for_a_subclass_that_looks_at_batches(self, vae, make, tmp_path):
        def quiet(kind):
            return type("Quiet", (kind,), {"on_epoch_end": Watcher.on_epoch_end})

        def watching(kind):
            return type("Watching", (kind,), {"on_train_batch_end": Watcher.on_train_batch_end})

        assert fast_path.settings_for(vae, arguments(callbacks=[make(quiet, tmp_path)])) is not None
        assert fast_path.settings_for(vae, arguments(callbacks=[make(watching, tmp_path)])) is None

    def test_callbacks_that_look_at_batches_of_the_validation_have_them(self, vae):
        def looking(batch, logs=None):
            pass

        settings = [
            fast_path.settings_for(vae, arguments(callbacks=[callback]))
            for callback in (
                keras.callbacks.LambdaCallback(on_test_batch_end=looking),
                keras.callbacks.LambdaCallback(on_test_batch_begin=looking),
                keras.callbacks.TensorBoard("x"),
            )
        ]
        assert [(each.steps, each.test_steps) for each in settings] == [(50, 1), (50, 1), (50, 50)]

    @pytest.mark.parametrize(("batches", "steps"), [(1, None), (2, 2), (49, 49), (51, 50)])
    def test_a_group_is_no_longer_than_an_epoch(self, vae, batches, steps):
        settings = fast_path.settings_for(vae, arguments(batches))
        assert steps == (settings and settings.steps)

    @pytest.mark.parametrize(
        ("limit", "steps"), [(7, 7), (50, 50), (60, 30), (100, 50), (469, 7), (467, None), (600, 50), (601, 50)]
    )
    def test_groups_end_with_the_epoch_where_there_are_more_data(self, vae, limit, steps):
        for given in (arguments(steps_per_epoch=limit), {"x": endless(), "steps_per_epoch": min(limit, 600)}):
            settings = fast_path.settings_for(vae, given)
            assert steps == (settings and settings.steps)

    @pytest.mark.parametrize(("limit", "steps"), [(None, 50), (3, 3), (79, 1), (80, 40)])
    def test_groups_of_the_validation_end_with_it(self, vae, limit, steps):
        assert fast_path.settings_for(vae, arguments(validation_steps=limit)).test_steps == steps

    def test_the_limit_that_is_set_for_debugging_counts_too(self, vae):
        keras.config.set_max_steps_per_epoch(10)
        try:
            settings = fast_path.settings_for(vae, arguments(steps_per_epoch=600))
        finally:
            keras.config.set_max_steps_per_epoch(None)
        assert settings == fast_path.Settings(10, PLAIN, 10)

    def test_data_that_may_end_within_an_epoch_run_as_keras_does(self, vae):
        data = endless().filter(lambda x: True)
        assert int(data.cardinality()) == tf.data.UNKNOWN_CARDINALITY
        assert fast_path.settings_for(vae, {"x": data, "steps_per_epoch": 60}) is None
        assert fast_path.settings_for(vae, {"x": data}).steps == 50

    @pytest.mark.parametrize(("count", "steps", "compiled"), [(600, 50, COMPILED), (20, 20, PLAIN)])
    def test_datasets(self, vae, count, steps, compiled):
        dataset = tf.data.Dataset.from_tensors(np.zeros((10, *IMAGES), np.float32)).repeat(count)
        expected = fast_path.Settings(steps, compiled)
        assert fast_path.settings_for(vae, {"x": dataset}) == expected

    def test_a_dataset_of_unknown_length_is_taken_for_long(self, vae):
        dataset = tf.data.Dataset.from_tensors(np.zeros((10, *IMAGES), np.float32)).repeat().filter(lambda x: True)
        assert fast_path.settings_for(vae, {"x": dataset}).compiled

    def test_generators_run_as_keras_does(self, vae):
        assert fast_path.settings_for(vae, {"x": iter([])}) is None


class AtTheEnd(keras.callbacks.Callback):
    """Calls a function with the model after the first epoch, and keeps what it returns."""

    def __init__(self, function):
        super().__init__()
        self.function, self.result = function, None

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 0:
            self.result = self.function(self.model)


class OwnLogs(VAE):
    def train_step(self, data):
        return {**super().train_step(data), "steps": self.optimizer.iterations * 1.0}


class OwnMetricsAndTracker(VAE):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.first = keras.metrics.Mean(name="first")

    @property
    def metrics(self):
        return [self.first, *(metric for metric in super().metrics if metric is not self.first)]

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        self.first.update_state(tf.reduce_mean(x))
        return {**super().compute_metrics(x, y, y_pred, sample_weight), "mean": tf.reduce_mean(y_pred)}


@pytest.fixture(params=[COMPILED, PLAIN], ids=["compiled", "in groups"])
def given(request):
    """Makes arguments of `fit`, 10 examples a batch, with which steps are compiled, and such with which they are not.

    A dataset that does not tell its length is taken for long.
    """

    def arguments_for(vae, x):
        if request.param == PLAIN:
            arguments = {"x": x, "batch_size": 10}
        else:
            arguments = {"x": tf.data.Dataset.from_tensor_slices(x).batch(10).filter(lambda _: True)}
        assert fast_path.settings_for(vae, arguments).compiled == request.param
        return arguments

    arguments_for.compiled = request.param
    return arguments_for


class TestHowManyEpochs:
    """Whether steps are compiled hangs on how many there are, and what is learnt does not."""

    EPOCHS = 5

    @pytest.fixture(autouse=True)
    def few_steps(self, monkeypatch):
        monkeypatch.setattr(fast_path, "STEPS_WORTH_COMPILING", 3 * self.EPOCHS)

    def fresh(self):
        keras.utils.set_random_seed(0)
        vae = dense_vae()
        # With a state of its own, which the second part takes up.
        vae.compile(keras.optimizers.SGD(0.1, momentum=0.9))
        return vae

    def fit(self, vae, epochs, **others):
        """Epochs of 3 steps, the last of them on a smaller batch; they are compiled where there are 5 epochs."""
        given = {"x": binary(28, IMAGES), "batch_size": 10, "epochs": epochs}
        assert fast_path.settings_for(vae, given).compiled == (epochs == self.EPOCHS)
        return vae.fit(**given, shuffle=False, verbose=0, **others).history["loss"]

    def test_the_first_epochs_do_not_know_how_many_follow_and_two_parts_are_one_whole(self, tmp_path):
        whole, parted = self.fresh(), self.fresh()
        losses, first = self.fit(whole, self.EPOCHS), self.fit(parted, 3)
        # At the same noise: 15 steps of float32, each of them right to some units of 6e-8.
        np.testing.assert_allclose(first, losses[:3], rtol=1e-5)
        parted.save(tmp_path / "model.keras")
        loaded = load_model(tmp_path / "model.keras")
        then = self.fit(loaded, self.EPOCHS, initial_epoch=3)
        np.testing.assert_allclose(then, losses[3:], rtol=1e-5)
        for one, other in zip(loaded.get_weights(), whole.get_weights(), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)


class TestUse:
    def test_fit_leaves_the_model_as_it_was(self, vae):
        vae.fit(binary(45, IMAGES), batch_size=10, epochs=2, verbose=0)
        assert vae.steps_per_execution == 1
        plain = vae.evaluate(binary(45, IMAGES), batch_size=10, verbose=0, return_dict=True)
        assert np.isfinite(plain["loss"])
        assert vae.train_function is None

    def test_an_error_leaves_the_model_as_it_was(self, vae):
        bad = tf.data.Dataset.from_tensor_slices(np.r_[binary(40, IMAGES), binary(10, IMAGES) + 1]).batch(10)
        with pytest.raises(ValueError, match="batch 4"):
            vae.fit(bad, verbose=0)
        assert (vae.steps_per_execution, vae.train_function) == (1, None)

    def test_validation_within_fit_and_evaluation_after_it_agree(self, vae):
        x = binary(45, IMAGES)
        history = vae.fit(x, validation_data=(x[:33],), batch_size=10, epochs=1, verbose=0).history
        values = [vae.evaluate(x[:33], batch_size=10, verbose=0, return_dict=True)["kl"] for _ in range(2)]
        # The divergence has no noise: 33 examples, each counted once.
        np.testing.assert_allclose([history["val_kl"][0]] * 2, values, rtol=1e-5)

    def test_steps_are_counted_whatever_the_group(self, vae):
        before = int(vae.optimizer.iterations)
        vae.fit(binary(45, IMAGES), batch_size=10, epochs=3, verbose=0)
        assert int(vae.optimizer.iterations) - before == 3 * 5

    @pytest.mark.parametrize("kind", [OwnLogs, OwnMetricsAndTracker])
    def test_a_users_subclass_logs_what_it_logs_in_keras_own_loop(self, kind):
        histories = []
        for jit in ("auto", False):
            keras.utils.set_random_seed(1)
            vae = dense_vae(kind, jit_compile=jit)
            histories.append(vae.fit(binary(45, IMAGES), batch_size=10, epochs=2, shuffle=False, verbose=0).history)
        assert set(histories[0]) == set(histories[1])
        for name, values in histories[1].items():
            np.testing.assert_allclose(histories[0][name], values, rtol=1e-5)

    def test_an_epoch_ends_where_steps_per_epoch_says(self, vae, given):
        # 50 steps a group, and as many in all as are worth compiling; or 30 a group, and few.
        steps, before = 250 if given.compiled else 60, int(vae.optimizer.iterations)
        settings = fast_path.settings_for(vae, {"x": endless(), "steps_per_epoch": steps, "epochs": 2})
        assert (settings.compiled, 1 < settings.steps < steps) == (given.compiled, True)
        vae.fit(endless(), epochs=2, steps_per_epoch=steps, verbose=0)
        assert int(vae.optimizer.iterations) - before == 2 * steps

    def test_the_validation_ends_where_validation_steps_says(self, vae):
        data = tf.data.Dataset.from_tensor_slices(binary(60, IMAGES)).batch(10).repeat()
        fit = vae.fit(binary(45, IMAGES), batch_size=10, validation_data=data, validation_steps=3, verbose=0)
        expected = vae.evaluate(binary(60, IMAGES)[:30], batch_size=10, verbose=0, return_dict=True)["kl"]
        np.testing.assert_allclose(fit.history["val_kl"], expected, rtol=1e-5)

    def test_callbacks_look_at_every_batch_of_the_validation(self, vae):
        seen = []
        look = keras.callbacks.LambdaCallback(on_test_batch_end=lambda batch, logs: seen.append(batch))
        x = binary(45, IMAGES)
        vae.fit(x, batch_size=10, validation_data=(x,), callbacks=[look], verbose=0)
        assert seen == [0, 1, 2, 3, 4]

    def test_callbacks_may_predict(self, vae, given):
        x = binary(45, IMAGES)
        # The function that is there already takes a batch at a time.
        vae.predict(x, batch_size=10, verbose=0)
        predict = AtTheEnd(lambda model: model.predict(x, batch_size=10, verbose=0))
        vae.fit(**given(vae, x), callbacks=[predict], verbose=0)
        np.testing.assert_allclose(predict.result, vae.reconstruct(x), rtol=1e-5)

    def test_callbacks_may_evaluate(self, vae, given):
        def evaluated(model):
            limited = model.evaluate(endless(), steps=2, verbose=0, return_dict=True)
            return limited["kl"], model.evaluate(binary(30, IMAGES)[:20], verbose=0, return_dict=True)["kl"]

        evaluate = AtTheEnd(evaluated)
        vae.fit(**given(vae, binary(45, IMAGES)), callbacks=[evaluate], verbose=0)
        np.testing.assert_allclose(*evaluate.result, rtol=1e-5)

    def test_callbacks_may_train(self, vae, given):
        x, before = binary(45, IMAGES), int(vae.optimizer.iterations)
        train = AtTheEnd(lambda model: model.train_on_batch(x[:10], return_dict=True)["loss"])
        again = AtTheEnd(lambda model: model.fit(**given(model, x[:20]), verbose=0))
        plainly = AtTheEnd(lambda model: model.fit(x[:20], batch_size=10, verbose=0, callbacks=[Watcher()]))
        vae.fit(**given(vae, x), epochs=2, callbacks=[train, again, plainly], verbose=0)
        assert np.isfinite(train.result)
        assert int(vae.optimizer.iterations) - before == 5 + (1 + 2 + 2) + 5

    def test_the_model_is_as_it_was_compiled_when_callbacks_see_it(self, vae, given):
        seen = []

        class Look(keras.callbacks.Callback):
            def on_train_begin(self, logs=None):
                seen.append(self.model.steps_per_execution)

            on_epoch_end = on_train_end = on_test_begin = lambda self, *args, **kwargs: self.on_train_begin()

        x = binary(45, IMAGES)
        vae.fit(**given(vae, x), validation_data=(x,), callbacks=[Look()], verbose=0)
        assert seen == [1] * 4

    def test_a_callback_may_compile_the_model_when_the_training_has_ended(self, same_noise, given):
        class Compile(keras.callbacks.Callback):
            def on_train_end(self, logs=None):
                self.model.compile(keras.optimizers.SGD(0.0), steps_per_execution=3)

        vae, x = dense_vae(), binary(40, IMAGES)
        vae.train_on_batch(x[:10])
        vae.fit(**given(vae, x), callbacks=[Compile()], verbose=0)
        assert (vae.steps_per_execution, vae.train_function) == (3, None)
        before = vae.encoder.get_weights()
        vae.train_on_batch(x[:10])
        for old, new in zip(before, vae.encoder.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)

    def test_layers_may_be_frozen_and_the_function_made_again_by_a_callback_and_between_two_trainings(
        self, same_noise, given
    ):
        weights = []

        class Freeze(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                weights.append(self.model.encoder.get_weights()[0])
                if epoch == 1:
                    self.model.encoder.trainable = False
                    self.model.make_train_function(force=True)

        vae, x = dense_vae(), binary(40, IMAGES)
        vae.fit(**given(vae, x), epochs=3, callbacks=[Freeze()], verbose=0)
        assert not np.array_equal(weights[0], weights[1])
        np.testing.assert_array_equal(weights[1], weights[2])
        assert int(vae.optimizer.iterations) == 12
        vae.encoder.trainable, vae.decoder.trainable = True, False
        vae.make_train_function(force=True)
        before = vae.decoder.get_weights()
        vae.fit(**given(vae, x), verbose=0)
        for old, new in zip(before, vae.decoder.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)
        assert not np.array_equal(weights[2], vae.encoder.get_weights()[0])
