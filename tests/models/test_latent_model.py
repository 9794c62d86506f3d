"""Codes, reconstructions and saving, for both models."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import VAE, Decoder, Encoder, likelihoods, load_model, networks, posteriors
from tests.models.small import EVENT_SHAPE, binary, same_weights, small_autoencoder, small_vae

MODELS = pytest.mark.parametrize("make", [small_vae, small_autoencoder], ids=["vae", "autoencoder"])


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


class TestOverBatches:
    """What `evaluation` reaches the models by."""

    @MODELS
    @pytest.mark.parametrize("count", [1, 5, 7])
    def test_every_example_is_there_once_and_in_order(self, make, count):
        model, x = make(), binary(count)
        expected = np.asarray(model.encoder(x)["mean"])
        results = [np.asarray(codes) for codes in model.over_batches(model.mean_code, x, batch_size=3)]
        assert [len(codes) for codes in results] == [3] * (count // 3) + [count % 3] * (count % 3 > 0)
        np.testing.assert_allclose(np.concatenate(results), expected, rtol=1e-4, atol=1e-6)
        dataset = tf.data.Dataset.from_tensor_slices((x, np.zeros(count))).batch(2)
        results = [np.asarray(codes) for codes in model.over_batches(model.mean_code, dataset)]
        np.testing.assert_allclose(np.concatenate(results), expected, rtol=1e-4, atol=1e-6)

    def test_batches_are_read_as_they_are_asked_for(self):
        vae, read = small_vae(), []

        def examples():
            for example in binary(40):
                read.append(1)
                yield example

        dataset = tf.data.Dataset.from_generator(examples, output_signature=tf.TensorSpec(EVENT_SHAPE)).batch(4)
        results = vae.over_batches(vae.mean_code, dataset)
        assert len(read) == 0
        next(results)
        assert len(read) < 20

    def test_options_are_the_methods_and_are_told_apart(self):
        vae, x = small_vae(), binary(4)
        for num_samples in (1, 3):
            (result,) = vae.over_batches(vae.bound, x, seed=5, num_samples=num_samples)
            np.testing.assert_allclose(result, vae.elbo(x, num_samples=num_samples, seed=5), rtol=1e-5)

    def test_each_batch_has_noise_of_its_own(self):
        vae, x = small_vae(), np.repeat(binary(1), 6, axis=0)
        results = [np.asarray(result) for result in vae.over_batches(vae.bound, x, batch_size=2, seed=5)]
        assert len(np.unique(results)) == 6

    def test_data_is_checked_at_once(self):
        vae = small_vae()
        with pytest.raises(ValueError, match=r"must have shape \(batch, 4, 3, 1\)"):
            vae.over_batches(vae.mean_code, binary(3)[:, :2])
        vae.over_batches(vae.mean_code, 2 * binary(3))
        with pytest.raises(ValueError, match=r"values in \[0, 1\]"):
            vae.over_batches(vae.mean_code, 2 * binary(3), target=True)
        with pytest.raises(ValueError, match="`seed` must be"):
            vae.over_batches(vae.bound, binary(3), seed=-1)


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


@pytest.mark.usefixtures("eagerly")
class TestSaving:
    def trained(self, make=small_vae, **kwargs):
        model = make(**kwargs)
        model.compile(keras.optimizers.Adam(0.01))
        model.fit(binary(32), batch_size=8, epochs=1, shuffle=False, verbose=0)
        return model

    @MODELS
    def test_a_loaded_model_gives_the_same_and_goes_on_the_same(self, make, tmp_path):
        model, x = self.trained(make), binary(16, seed=5)
        model.save(tmp_path / "model.keras")
        loaded = load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(model.encode(x), loaded.encode(x))
        np.testing.assert_array_equal(model.reconstruct(x), loaded.reconstruct(x))
        np.testing.assert_array_equal(model.encode(x, sample=True), loaded.encode(x, sample=True))
        for _ in range(2):
            logs = [each.train_on_batch(x, return_dict=True) for each in (model, loaded)]
            assert logs[0] == logs[1]
        assert same_weights(model, loaded)
        assert int(loaded.optimizer.iterations) == 6

    def test_samples_and_beta_go_on_from_where_they_were(self, tmp_path):
        model = self.trained(beta=4.0)
        model.beta = 0.5
        model.sample(3)
        model.save(tmp_path / "model.keras")
        loaded = load_model(tmp_path / "model.keras")
        assert float(loaded.beta) == 0.5
        np.testing.assert_array_equal(model.sample(3), loaded.sample(3))

    def test_the_random_state_of_a_users_dropout_is_saved_too(self, tmp_path):
        def make():
            network = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(8), keras.layers.Dropout(0.5)])
            vae = VAE(
                Encoder(network, posteriors.DiagonalNormal(2)),
                Decoder(networks.dense([8]), likelihoods.Bernoulli(EVENT_SHAPE)),
            )
            vae.build((None, *EVENT_SHAPE))
            return vae

        model, x = self.trained(make), binary(8)
        model.save(tmp_path / "model.keras")
        loaded = load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(model(x, training=True)["z"], loaded(x, training=True)["z"])

    @pytest.mark.parametrize("frozen", ["encoder", "decoder", "posterior", "likelihood"])
    def test_what_is_frozen_stays_frozen(self, frozen, tmp_path):
        model = small_vae(likelihoods.Normal(EVENT_SHAPE, "shared"))
        parts = {"posterior": model.encoder.posterior, "likelihood": model.decoder.likelihood}
        part = parts.get(frozen) or getattr(model, frozen)
        part.trainable = False
        model.compile("adam")
        model.fit(binary(8), verbose=0)
        model.save(tmp_path / "model.keras")
        loaded = load_model(tmp_path / "model.keras")
        assert [w.shape for w in loaded.trainable_weights] == [w.shape for w in model.trainable_weights]
        assert len(loaded.trainable_weights) < len(loaded.get_weights()) - 1
        logs = [each.train_on_batch(binary(8), return_dict=True) for each in (model, loaded)]
        assert logs[0] == logs[1]
        assert same_weights(model, loaded)

    def test_weights_go_into_a_model_with_more_random_layers(self, tmp_path):
        model, other = self.trained(), small_vae(corruption=keras.layers.GaussianNoise(0.1))
        model.save_weights(tmp_path / "model.weights.h5")
        other.load_weights(tmp_path / "model.weights.h5")
        assert same_weights(model, other)

    def test_weights_alone_can_be_saved(self, tmp_path):
        model, other = self.trained(), small_vae()
        model.save_weights(tmp_path / "model.weights.h5")
        other.load_weights(tmp_path / "model.weights.h5")
        assert same_weights(model, other)
        np.testing.assert_array_equal(model.encode(binary(4), sample=True), other.encode(binary(4), sample=True))

    def test_a_resumed_run_ends_as_an_uninterrupted_one(self, tmp_path):
        class Interrupt(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == 2:
                    raise KeyboardInterrupt

        def fit(model, *callbacks):
            backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
            model.fit(binary(32), batch_size=8, epochs=4, shuffle=False, verbose=0, callbacks=[backup, *callbacks])
            return model

        def fresh(seed):
            keras.utils.set_random_seed(seed)
            model = small_vae()
            model.compile("adam")
            return model

        whole = fresh(0)
        whole.fit(binary(32), batch_size=8, epochs=4, shuffle=False, verbose=0)
        with pytest.raises(KeyboardInterrupt):
            fit(fresh(0), Interrupt())
        resumed = fit(fresh(99))
        assert same_weights(whole, resumed)

    def test_backup_needs_no_earlier_build(self, tmp_path):
        vae = VAE(
            Encoder(networks.dense([8]), posteriors.DiagonalNormal(2)),
            Decoder(networks.dense([8]), likelihoods.Bernoulli(EVENT_SHAPE)),
        )
        vae.compile("adam")
        backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
        vae.fit(binary(8), verbose=0, callbacks=[backup])
        assert vae.built

    @pytest.mark.bfloat16
    def test_mixed_precision_is_part_of_what_is_saved(self, tmp_path):
        keras.config.set_dtype_policy("mixed_bfloat16")
        model = self.trained()
        model.save(tmp_path / "model.keras")
        keras.config.set_dtype_policy("float32")
        loaded = load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(model.encode(binary(4)), loaded.encode(binary(4)))
        assert loaded.encoder.network.layers[-1].compute_dtype == "bfloat16"
