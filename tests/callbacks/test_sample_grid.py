import numpy as np
import pytest

from keras_vae import callbacks, likelihoods
from keras_vae.visualization import image_grid, pixels, sample_grid

from ..tiny_models import EVENT_SHAPE, tiny_autoencoder, tiny_vae
from .pictures import names, png, tensorboard_images

# Pictures of a compiled training: test_with_stock_callbacks.py.
pytestmark = pytest.mark.usefixtures("eagerly")


def test_the_same_codes_are_drawn_in_every_epoch(tmp_path, binary_images):
    """A model that does not learn draws the same picture again and again: the means of its own samples."""
    vae = tiny_vae()
    vae.compile("sgd")
    vae.optimizer.learning_rate = 0.0
    grid = callbacks.SampleGrid(tmp_path, num_images=9, seed=5)
    history = vae.fit(binary_images, batch_size=96, epochs=3, verbose=0, callbacks=[grid])
    folder = tmp_path / "samples"
    assert names(folder) == ["epoch-0001.png", "epoch-0002.png", "epoch-0003.png"]
    samples = vae.sample(9, seed=5, mean=True)
    # Means of p(x|z), not draws from it: there are many grey values.
    assert len(np.unique(image_grid(samples))) > 20
    images = tensorboard_images(folder, "samples")
    assert sorted(images) == [0, 1, 2]
    for epoch, bound in enumerate(history.history["negative_elbo"]):
        expected = pixels(sample_grid(samples, title=f"epoch {epoch + 1} · negative ELBO {bound:.1f} nats"))
        np.testing.assert_array_equal(png(folder / f"epoch-{epoch + 1:04d}.png"), expected)
        np.testing.assert_array_equal(images[epoch], expected)


def test_pictures_follow_the_training(tmp_path, binary_images):
    vae = tiny_vae()
    vae.compile("sgd")
    used = [callbacks.SampleGrid(tmp_path, num_images=4)]
    vae.fit(binary_images, batch_size=96, epochs=2, verbose=0, callbacks=used)
    # The title is above.
    first, second = (png(tmp_path / "samples" / f"epoch-000{epoch}.png")[34:-8, 8:126] for epoch in (1, 2))
    assert np.any(first != second)
    np.testing.assert_array_equal(second, image_grid(vae.sample(4, seed=0, mean=True)))


def drawn(vae, **arguments) -> np.ndarray:
    callback = callbacks.SampleGrid("logs", **arguments)
    callback.set_model(vae)
    return pixels(callback.figure())


def test_arguments_have_effects():
    vae = tiny_vae(likelihood=likelihoods.Normal(EVENT_SHAPE))
    samples = vae.sample(6, seed=1, mean=True)
    np.testing.assert_array_equal(drawn(vae, num_images=6, seed=1), image_grid(samples))
    bounded = drawn(vae, num_images=6, seed=1, value_range=(-0.1, 0.1))
    np.testing.assert_array_equal(bounded, image_grid(samples, value_range=(-0.1, 0.1)))
    assert np.any(bounded != image_grid(samples))
    assert np.any(drawn(vae, num_images=6, seed=1) != drawn(vae, num_images=6, seed=2))
    # 64 images by default, 8 in each row.
    assert drawn(vae).shape == (8 * 58 + 2, 8 * 58 + 2, 3)


def test_greys_are_those_of_the_datas_units():
    vae = tiny_vae(likelihood=likelihoods.BetaBinomial(EVENT_SHAPE))
    samples = vae.sample(4, seed=0, mean=True)
    assert samples.max() < 250
    np.testing.assert_array_equal(drawn(vae, num_images=4), image_grid(samples, value_range=(0, 255)))


def test_a_model_without_a_prior_is_refused_before_it_is_trained(tmp_path, binary_images):
    model = tiny_autoencoder()
    model.compile("sgd")
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"SampleGrid needs a model with a prior.*Autoencoder.*ReconstructionGrid"):
        model.fit(binary_images, verbose=0, callbacks=[callbacks.SampleGrid(tmp_path)])
    for weight, again in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, again)
    assert list(tmp_path.iterdir()) == []


def test_pictures_of_several_callbacks_in_one_folder_do_not_mix(tmp_path, binary_images):
    vae = tiny_vae()
    vae.compile("sgd")
    drawing = [
        callbacks.SampleGrid(tmp_path / "logs", image_dir=tmp_path / "images", num_images=1),
        callbacks.ReconstructionGrid(tmp_path / "logs", binary_images[:1], image_dir=tmp_path / "images"),
    ]
    vae.fit(binary_images, batch_size=96, verbose=0, callbacks=drawing)
    assert sorted(path.name for path in (tmp_path / "images").iterdir()) == ["reconstructions", "samples"]
    for kind in ("samples", "reconstructions"):
        assert names(tmp_path / "images" / kind) == ["epoch-0001.png"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": 2**31}, "`seed` must be at most"),
        ({"value_range": (0, 1, 2)}, "`value_range` must be two finite numbers"),
    ],
)
def test_mistakes_are_known_before_the_training(arguments, message):
    with pytest.raises(ValueError, match=message):
        callbacks.SampleGrid("logs", **arguments)


@pytest.mark.parametrize(
    ("argument", "value"), [("num_images", 0), ("num_images", 2.5), ("every", 0), ("seed", None), ("seed", -1)]
)
def test_bad_arguments(argument, value):
    with pytest.raises(ValueError, match=f"`{argument}` must be a whole number"):
        callbacks.SampleGrid("logs", **{argument: value})
