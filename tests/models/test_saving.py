"""What a file of a model holds, for both models."""

import keras
import numpy as np
import pytest

from keras_vae import VAE, Decoder, Encoder, likelihoods, load_model, networks, posteriors
from tests.models.small import EVENT_SHAPE, MODELS, binary, same_weights, small_vae


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
