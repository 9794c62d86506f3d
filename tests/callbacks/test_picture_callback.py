import pathlib
import sys

import keras
import numpy as np
import pytest

from keras_vae import callbacks, likelihoods
from keras_vae.callbacks.picture_callback import PictureCallback, title_of
from keras_vae.visualization.frame import framed
from keras_vae.visualization.grid import check_grid

from ..tiny_models import tiny_vae
from .pictures import names, png, tensorboard_images

pytestmark = pytest.mark.usefixtures("eagerly")
MINUS = "\N{MINUS SIGN}"


class Counter(PictureCallback):
    """Draws how many pictures it has drawn, as a grey value, and keeps their titles."""

    name = "counts"
    drawn = 0

    def figure(self, title=None):
        self.drawn += 1
        self.titles = [*getattr(self, "titles", []), title]
        return framed(np.full((4, 6, 3), self.drawn, np.uint8))


def train(callback, epochs, initial_epoch=0):
    """What `fit` calls."""
    callback.on_train_begin()
    for epoch in range(initial_epoch, epochs):
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch, {"loss": 1.0})
    callback.on_train_end()


@pytest.mark.parametrize(
    ("every", "epochs", "drawn"),
    [(1, 3, [1, 2, 3]), (2, 4, [2, 4]), (2, 5, [2, 4, 5]), (10, 3, [3]), (3, 3, [3])],
)
def test_pictures_every_so_many_epochs_and_after_the_last_one(tmp_path, every, epochs, drawn):
    train(Counter(tmp_path, every), epochs)
    folder = tmp_path / "counts"
    assert names(folder) == [f"epoch-{epoch:04d}.png" for epoch in drawn]
    images = tensorboard_images(folder, "counts")
    # Keras counts a TensorBoard step from 0, as its own TensorBoard callback does.
    assert sorted(images) == [epoch - 1 for epoch in drawn]
    for number, epoch in enumerate(drawn, start=1):
        expected = np.full((4, 6, 3), number)
        np.testing.assert_array_equal(png(folder / f"epoch-{epoch:04d}.png"), expected)
        np.testing.assert_array_equal(images[epoch - 1], expected)


def test_a_picture_can_be_seen_while_the_training_goes_on(tmp_path):
    callback = Counter(tmp_path)
    callback.on_train_begin()
    for epoch in range(3):
        callback.on_epoch_end(epoch, {"loss": 1.0})
        assert sorted(tensorboard_images(tmp_path / "counts", "counts")) == list(range(epoch + 1))
    callback.on_train_end()


def test_titles_are_of_the_epoch_that_is_drawn(tmp_path):
    callback = Counter(tmp_path, every=2)
    callback.on_train_begin()
    for epoch, bound in enumerate((99.0, 98.0, 97.04)):
        callback.on_epoch_end(epoch, {"loss": 1.0, "negative_elbo": bound})
    callback.on_train_end({"loss": 1.0})
    assert callback.titles == ["epoch 2 · negative ELBO 98.0 nats", "epoch 3 · negative ELBO 97.0 nats"]


@pytest.mark.parametrize(
    ("logs", "title"),
    [
        ({"loss": 1.0, "negative_elbo": 95.349, "kl": 3.0}, "epoch 12 · negative ELBO 95.3 nats"),
        ({"negative_elbo": 1.0, "val_negative_elbo": 2.0}, "epoch 12 · validation negative ELBO 2.00 nats"),
        ({"negative_elbo": -0.0123}, f"epoch 12 · negative ELBO {MINUS}0.0123 nats"),
        ({"negative_elbo": 9.999}, "epoch 12 · negative ELBO 10.0 nats"),
        ({"loss": float("nan")}, "epoch 12 · loss nan nats"),
        ({"loss": 2.0, "reconstruction": 1.0}, "epoch 12 · reconstruction 1.00 nats"),
        ({"loss": np.float32(-1234.56)}, f"epoch 12 · loss {MINUS}1,234.6 nats"),
        ({}, "epoch 12"),
    ],
)
def test_titles(logs, title):
    assert title_of(12, logs) == title


def test_training_of_no_epoch_draws_nothing(tmp_path):
    callback = Counter(tmp_path)
    train(callback, epochs=0)
    assert callback.drawn == 0


def test_training_that_goes_on_counts_on(tmp_path):
    callback = Counter(tmp_path)
    train(callback, epochs=2)
    train(callback, epochs=4, initial_epoch=2)
    assert names(tmp_path / "counts") == [f"epoch-000{epoch}.png" for epoch in (1, 2, 3, 4)]


def test_files_are_never_overwritten(tmp_path):
    folder = tmp_path / "counts"
    folder.mkdir()
    (folder / "epoch-0001.png").write_bytes(b"somebody's")
    callback = Counter(tmp_path)
    train(callback, epochs=1)
    train(callback, epochs=1)
    assert names(folder) == ["epoch-0001-2.png", "epoch-0001-3.png", "epoch-0001.png"]
    assert (folder / "epoch-0001.png").read_bytes() == b"somebody's"
    assert png(folder / "epoch-0001-2.png")[0, 0, 0] == 1
    assert png(folder / "epoch-0001-3.png")[0, 0, 0] == 2


def test_pictures_may_lie_elsewhere(tmp_path):
    train(Counter(tmp_path / "logs", image_dir=tmp_path / "images"), epochs=1)
    assert names(tmp_path / "images" / "counts") == ["epoch-0001.png"]
    assert names(tmp_path / "logs" / "counts") == []
    assert list(tensorboard_images(tmp_path / "logs" / "counts", "counts")) == [0]


@pytest.mark.parametrize("argument", ["log_dir", "image_dir"])
def test_a_folder_that_cannot_be_made_is_known_before_the_training(tmp_path, argument):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    callback = Counter(**{"log_dir": tmp_path / "logs", argument: tmp_path / "file"})
    with pytest.raises(OSError, match="file"):
        callback.on_train_begin()
    assert callback.drawn == 0


class Ending(keras.callbacks.Callback):
    """Stops a training after its second epoch, and leaves the model with other weights, as EarlyStopping does."""

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = epoch == 1

    def on_train_end(self, logs=None):
        self.model.set_weights([np.zeros_like(weight) for weight in self.model.get_weights()])


class Weights(PictureCallback):
    """Draws whether the model's weights are all zero: white, or dark."""

    name = "weights"

    def figure(self, title=None):
        zero = all(np.all(weight == 0) for weight in self.model.get_weights())
        return framed(np.full((4, 6, 3), 255 if zero else 7, np.uint8))


@pytest.mark.parametrize("ends_first", [True, False])
@pytest.mark.parametrize("epochs", [2, 9])
def test_the_last_picture_is_of_the_last_epoch_whatever_weights_the_model_is_left_with(tmp_path, ends_first, epochs):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, bias_initializer="ones")])
    model.compile("sgd", "mse")
    used = [Ending(), Weights(tmp_path, every=5)]
    model.fit(np.ones((4, 1)), np.zeros((4, 1)), epochs=epochs, verbose=0, callbacks=used if ends_first else used[::-1])
    assert np.all(model.get_weights()[0] == 0)
    assert names(tmp_path / "weights") == ["epoch-0002.png"]
    assert png(tmp_path / "weights" / "epoch-0002.png")[0, 0, 0] == 7


def test_folders_may_be_strings(tmp_path):
    train(Counter(str(tmp_path)), epochs=1)
    assert pathlib.Path(tmp_path, "counts", "epoch-0001.png").is_file()


@pytest.mark.parametrize("every", [0, -1, 1.5, "2"])
def test_bad_every(tmp_path, every):
    with pytest.raises(ValueError, match="`every` must be a whole number of at least 1"):
        Counter(tmp_path, every)


def test_subclasses_say_what_is_drawn(tmp_path):
    with pytest.raises(NotImplementedError):
        PictureCallback(tmp_path).figure()


def pictures_of(x, folder) -> list:
    return [
        callbacks.SampleGrid(folder, num_images=4),
        callbacks.ReconstructionGrid(folder, x, num_images=4),
        callbacks.LatentTraversal(folder, values=(-1.0, 1.0)),
    ]


@pytest.mark.parametrize("event_shape", [(30,), (40, 2), (8, 8, 2), (8, 8, 4), (8, 8, 5), (2, 8, 8, 3)])
def test_examples_of_every_kind_are_drawn(tmp_path, event_shape):
    x = np.random.default_rng(0).normal(size=(6, *event_shape)).astype("float32")
    vae = tiny_vae(likelihood=likelihoods.Normal(event_shape), built=False)
    vae.compile("sgd")
    vae.fit(x, verbose=0, callbacks=pictures_of(x, tmp_path))
    for kind in ("samples", "reconstructions", "traversals"):
        assert png(tmp_path / kind / "epoch-0001.png").std() > 0


@pytest.mark.parametrize("index", range(3))
@pytest.mark.parametrize("too", ["many axes", "large"])
def test_what_cannot_be_drawn_is_refused_before_the_first_step(tmp_path, monkeypatch, index, too):
    event_shape = (2, 2, 2, 2, 1) if too == "many axes" else (4, 4, 1)
    monkeypatch.setattr(sys.modules[check_grid.__module__], "LARGEST_SIDE", 100)
    x = np.zeros((6, *event_shape), "float32")
    vae = tiny_vae(likelihood=likelihoods.Normal(event_shape), built=False)
    vae.compile("sgd")
    message = "have 5 axes.*leave the callback out" if too == "many axes" else "Each side can have 100. Draw fewer"
    with pytest.raises(ValueError, match=message):
        vae.fit(x, verbose=0, callbacks=pictures_of(x, tmp_path)[index])
    assert int(vae.optimizer.iterations) == 0
    assert names(tmp_path) == []
