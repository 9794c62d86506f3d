import itertools
import json
import pathlib
import random
import zipfile

import keras
import numpy as np
import pytest

from keras_vae import VAE, evaluation, likelihoods, load_model, restoration
from keras_vae.models import saving

from ..tiny_models import tiny_autoencoder, tiny_vae


@pytest.fixture
def nothing_is_loaded(monkeypatch):
    """What is refused is refused before anything in the file is turned into objects."""

    def load(*args, **kwargs):
        raise AssertionError("The file was loaded.")

    monkeypatch.setattr(keras.saving, "load_model", load)


def refused(path, found):
    with pytest.raises(
        ValueError, match=r"is not a model of keras_vae. Expected a `.keras` file of an Autoenc"
    ) as error:
        load_model(path)
    assert repr(str(path)) in str(error.value)
    assert str(error.value).endswith(f"found {found}.")


@pytest.mark.parametrize(("model", "kind"), [(tiny_vae, str), (tiny_autoencoder, pathlib.Path)])
def test_round_trip(eagerly, tmp_path, binary_images, model, kind):
    model, path = model(), kind(tmp_path / "model.keras")
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(binary_images, verbose=0)
    model.save(path)
    loaded = load_model(path)
    assert type(loaded) is type(model)
    np.testing.assert_array_equal(loaded.reconstruct(binary_images), model.reconstruct(binary_images))
    # The optimizer goes on from where it was: one more epoch is the same epoch.
    assert int(loaded.optimizer.iterations) == 3
    losses = [m.fit(binary_images, shuffle=False, verbose=0).history["loss"] for m in (model, loaded)]
    np.testing.assert_allclose(*losses, rtol=1e-5)


def test_beta_and_the_random_state_are_part_of_the_model(tmp_path, binary_images):
    vae = tiny_vae()
    vae.beta = 0.25
    # The state that is saved is not the one that a new model starts with.
    vae.sample(1)
    vae.encode(binary_images, sample=True)
    vae.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert float(loaded.beta) == 0.25
    for draw in (lambda m: m.sample(4), lambda m: m.encode(binary_images, sample=True)):
        np.testing.assert_array_equal(draw(loaded), draw(vae))


def draws(vae, x):
    """All that is drawn without a seed, outside of training."""
    masked = np.where(np.arange(x.shape[1])[:, None, None] < 4, np.nan, x)
    restored = restoration.infer(vae, masked, num_gradient_steps=0, num_langevin_steps=2, num_restorations=1, verbose=0)
    return [
        vae.sample(4),
        vae.encode(x, sample=True),
        vae.elbo(x),
        evaluation.log_likelihood(vae, x, num_samples=20).per_example,
        next(vae.over_batches(vae.encode_tensors, x, sample=True)),
        restored.restorations,
    ]


class TestDrawsWithoutASeed:
    """What each process draws for itself. Here a process is a seed of Python's own random numbers."""

    @pytest.fixture
    def saved(self, eagerly, tmp_path, monkeypatch):
        def process(seed, told=None):
            random.seed(seed)
            monkeypatch.setattr(saving, "process_seed", lambda: told)

        vae = VAE.for_shape((8, 8, 1), 2, likelihood=likelihoods.Masked(likelihoods.Bernoulli((8, 8, 1))))
        vae.compile("adam")
        return vae, tmp_path / "model.keras", process

    def test_differ_from_process_to_process(self, saved, binary_images):
        vae, path, process = saved
        process(1)
        vae.save(path)
        found = []
        for seed in (1, 2, 3, 3):
            process(seed)
            found.append(draws(load_model(path), binary_images[:3]))
        for own, first, second, third, again in zip(draws(vae, binary_images[:3]), *found, strict=True):
            for one, other in itertools.combinations([own, first, second, third], 2):
                assert not np.array_equal(one, other)
            # As Python's numbers are, by `keras.utils.set_random_seed`.
            np.testing.assert_array_equal(third, again)

    @pytest.mark.parametrize(("when_saved", "when_loaded"), [(None, None), (0, None), (None, 0), (0, 1)])
    def test_of_another_seed_differ(self, saved, when_saved, when_loaded):
        vae, path, process = saved
        process(1, when_saved)
        vae.save(path)
        process(2, when_loaded)
        assert not np.array_equal(load_model(path).sample(9), vae.sample(9))
        loaded = load_model(path)
        # The training goes on as it would have.
        for one, other in zip(loaded.encoder.posterior.variables, vae.encoder.posterior.variables, strict=True):
            np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(loaded.sample(3, seed=4), vae.sample(3, seed=4))

    def test_of_one_seed_go_on(self, saved):
        vae, path, process = saved
        process(1, 0)
        vae.sample(2)
        vae.save(path)
        process(2, 0)
        np.testing.assert_array_equal(load_model(path).sample(9), vae.sample(9))

    def test_weights_alone_leave_them_as_they_are(self, saved, tmp_path):
        vae, _, process = saved
        process(1)
        vae.save_weights(tmp_path / "model.weights.h5")
        process(2)
        other = VAE.for_shape((8, 8, 1), 2, likelihood=likelihoods.Masked(likelihoods.Bernoulli((8, 8, 1))))
        before = np.asarray(other.seed_generator.state)
        other.load_weights(tmp_path / "model.weights.h5")
        np.testing.assert_array_equal(other.seed_generator.state, before)


def test_drawing_codes_leaves_the_noise_of_the_training_alone(eagerly, binary_images):
    vae = tiny_vae()
    before = np.asarray(vae.encoder.posterior.seed_generator.state)
    first, second = (vae.encode(binary_images, sample=True) for _ in range(2))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(vae.encoder.posterior.seed_generator.state, before)


def test_compilation_may_be_left_out(tmp_path):
    vae = tiny_vae()
    vae.compile("adam")
    vae.optimizer.build(vae.trainable_weights)
    vae.save(tmp_path / "model.keras")
    assert load_model(tmp_path / "model.keras").compiled
    assert not load_model(tmp_path / "model.keras", compile=False).compiled


@pytest.mark.usefixtures("nothing_is_loaded")
@pytest.mark.parametrize("name", ["missing.keras", "folder", "missing/model.keras"])
def test_no_such_file(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(ValueError, match=rf"There is no file at .*{name}.*`vae.save\('NAME.keras'\)`"):
        load_model(tmp_path / name)


@pytest.mark.usefixtures("nothing_is_loaded")
@pytest.mark.parametrize("content", [b"", b"text"])
def test_files_that_are_no_keras_files(tmp_path, content):
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    refused(path, "something that is no `.keras` file")


@pytest.mark.usefixtures("nothing_is_loaded")
@pytest.mark.parametrize("config", [None, "no json", "[]", "{}", "\udcff", "[" * 100_000])
def test_archives_that_are_no_keras_files(tmp_path, config):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "mine")
        if config is not None:
            archive.writestr("config.json", config.encode("utf-8", "surrogateescape"))
    refused(path, "something that is no `.keras` file")


@pytest.mark.parametrize("error", [MemoryError("full"), AttributeError("units"), RuntimeError("out of memory")])
def test_whatever_keras_makes_of_a_file_names_it(tmp_path, monkeypatch, error):
    path = tmp_path / "model.keras"
    tiny_vae().save(path)

    def load(*args, **kwargs):
        raise error

    monkeypatch.setattr(keras.saving, "load_model", load)
    with pytest.raises(ValueError, match=rf"model\.keras' could not be loaded\. Keras says: {error}"):
        load_model(path)


@pytest.mark.usefixtures("nothing_is_loaded")
def test_other_keras_models(tmp_path):
    path = tmp_path / "model.keras"
    inputs = keras.Input((3,))
    functional = keras.Model(inputs, keras.layers.Dense(2)(inputs))
    functional.save(path)
    refused(path, "Functional")
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(path)
    refused(path, "Sequential")
    tiny_vae().encoder.save(path)
    refused(path, "keras_vae>Encoder")


@pytest.mark.usefixtures("nothing_is_loaded")
def test_a_class_of_the_same_name_from_elsewhere_is_not_ours(tmp_path):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps({"registered_name": "others>VAE", "class_name": "VAE"}))
    refused(path, "others>VAE")


@keras.saving.register_keras_serializable("of_a_user")
class UsersVAE(VAE):
    """A registered subclass."""


def test_a_registered_subclass_of_a_user_is_loaded(tmp_path):
    built = UsersVAE.for_shape((8, 8, 1), 2)
    built.save(tmp_path / "model.keras")
    assert type(load_model(tmp_path / "model.keras")) is UsersVAE
