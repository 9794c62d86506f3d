import json
import pathlib
import zipfile

import keras
import numpy as np
import pytest

from keras_vae import VAE, load_model

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
@pytest.mark.parametrize("config", [None, "no json", "[]", "{}", "\udcff"])
def test_archives_that_are_no_keras_files(tmp_path, config):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "mine")
        if config is not None:
            archive.writestr("config.json", config.encode("utf-8", "surrogateescape"))
    refused(path, "something that is no `.keras` file")


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
