import numpy as np
import pytest

from keras_vae import callbacks, likelihoods
from keras_vae.visualization import latent_traversals, pixels

from ..tiny_models import EVENT_SHAPE, tiny_autoencoder, tiny_vae
from .pictures import names, png, tensorboard_images

# Pictures of a compiled training: test_with_stock_callbacks.py.
pytestmark = pytest.mark.usefixtures("eagerly")


def test_traversals_are_drawn_in_every_epoch(tmp_path, binary_images):
    vae = tiny_vae()
    vae.compile("sgd")
    callback = callbacks.LatentTraversal(tmp_path, every=2, example=binary_images[0])
    data = {"x": binary_images, "validation_data": (binary_images,), "batch_size": 96}
    history = vae.fit(**data, epochs=3, verbose=0, callbacks=[callback])
    assert names(tmp_path / "traversals") == ["epoch-0002.png", "epoch-0003.png"]
    title = f"epoch 3 · validation negative ELBO {history.history['val_negative_elbo'][-1]:.1f} nats"
    expected = pixels(latent_traversals(vae, binary_images[0], title=title))
    np.testing.assert_array_equal(png(tmp_path / "traversals" / "epoch-0003.png"), expected)
    np.testing.assert_array_equal(tensorboard_images(tmp_path / "traversals", "traversals")[2], expected)


def test_arguments_have_effects(tmp_path, binary_images):
    vae = tiny_vae(latent_dim=4, likelihood=likelihoods.Normal(EVENT_SHAPE))
    pictures = []
    for arguments in (
        {},
        {"example": binary_images[0]},
        {"values": (-1.0, 1.0)},
        {"dimensions": (1, 3)},
        {"value_range": (-0.2, 0.2)},
    ):
        callback = callbacks.LatentTraversal(tmp_path, **arguments)
        callback.set_model(vae)
        pictures.append(pixels(callback.figure()))
        np.testing.assert_array_equal(pictures[-1], pixels(latent_traversals(vae, **arguments)))
        assert all(not np.array_equal(pictures[-1], other) for other in pictures[:-1])


def test_autoencoders_too(tmp_path, binary_images):
    model = tiny_autoencoder()
    callback = callbacks.LatentTraversal(tmp_path / "logs", example=binary_images[0], image_dir=tmp_path / "images")
    callback.set_model(model)
    callback.on_train_begin()
    callback.on_epoch_end(0, {"reconstruction": 12.34})
    callback.on_train_end()
    expected = latent_traversals(model, binary_images[0], title="epoch 1 · reconstruction 12.3 nats")
    np.testing.assert_array_equal(png(tmp_path / "images" / "traversals" / "epoch-0001.png"), pixels(expected))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dimensions": [2]}, "`dimensions` must be latents from 0 to 1"),
        ({"example": np.zeros((8, 8))}, r"one example of finite numbers of shape \(8, 8, 1\)"),
        ({"example": np.full((8, 8, 1), np.nan)}, "one example of finite numbers"),
    ],
)
def test_models_that_do_not_fit_are_refused_before_the_training(tmp_path, binary_images, arguments, message):
    vae = tiny_vae()
    vae.compile("sgd")
    with pytest.raises(ValueError, match=message):
        vae.fit(binary_images, verbose=0, callbacks=[callbacks.LatentTraversal(tmp_path, **arguments)])
    assert list(tmp_path.iterdir()) == []


def test_iterators_are_read_once(tmp_path):
    callback = callbacks.LatentTraversal(tmp_path, values=iter([-1.0, 1.0]), dimensions=iter([1]))
    callback.set_model(tiny_vae())
    callback.on_train_begin()
    first, second = pixels(callback.figure()), pixels(callback.figure())
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, pixels(latent_traversals(callback.model, values=[-1, 1], dimensions=[1])))


@pytest.mark.parametrize(
    ("argument", "value"), [("every", 0), ("values", []), ("dimensions", 1), ("dimensions", []), ("value_range", 5)]
)
def test_bad_arguments(argument, value):
    with pytest.raises(ValueError, match=f"`{argument}` must be"):
        callbacks.LatentTraversal("logs", **{argument: value})
