import numpy as np
import pytest

from keras_vae import callbacks, conditions
from keras_vae.visualization import pixels, translation_grid

from ..tiny_models import conditional_vae, tiny_vae
from .pictures import names, png, tensorboard_images

pytestmark = pytest.mark.usefixtures("eagerly")

LABELS = np.arange(96) % 3


def callback_of(vae, x, **arguments):
    callback = callbacks.TranslationGrid("logs", x, **arguments)
    callback.set_model(vae)
    return callback


def test_fixed_examples_under_all_classes_after_each_epoch(tmp_path, binary_images):
    vae = conditional_vae(conditions.Labels(3))
    vae.compile("sgd")
    examples = {"x": binary_images, "condition": LABELS}
    callback = callbacks.TranslationGrid(tmp_path, examples, num_images=4)
    history = vae.fit(examples, batch_size=96, epochs=2, verbose=0, callbacks=[callback]).history
    folder = tmp_path / "translations"
    assert names(folder) == ["epoch-0001.png", "epoch-0002.png"]
    title = f"epoch 2 · negative ELBO {history['negative_elbo'][-1]:.1f} nats"
    expected = pixels(translation_grid(vae, binary_images[:4], LABELS[:4], title=title))
    np.testing.assert_array_equal(png(folder / "epoch-0002.png"), expected)
    np.testing.assert_array_equal(tensorboard_images(folder, "translations")[1], expected)
    assert np.any(png(folder / "epoch-0001.png") != expected)


def test_arguments_have_effects(binary_images):
    vae = conditional_vae(conditions.Covariates(1))
    x, age = binary_images[:2], np.array([[1.0], [2.0]])
    to = np.array([[0.0], [3.0], [5.0]])
    callback = callback_of(vae, {"x": x, "condition": age}, num_images=1, to=to, value_range=(0, 2))
    expected = translation_grid(vae, x[:1], age[:1], to, (0, 2))
    np.testing.assert_array_equal(pixels(callback.figure()), pixels(expected))


def test_mistakes_are_known_before_the_training(binary_images):
    examples = {"x": binary_images, "condition": LABELS}
    vae = conditional_vae(conditions.Labels(3))
    for model, x, message in (
        (tiny_vae(), binary_images, "TranslationGrid needs a model with a condition"),
        (conditional_vae(conditions.Covariates(1)), examples, "TranslationGrid draws all classes of labels.*by `to`"),
        (vae, binary_images, r"has a condition, Labels\(3\), and `x` has none"),
        (vae, {"x": binary_images, "condition": LABELS + 1}, "`condition` must hold labels from 0 to 2"),
        (vae, {"x": binary_images[:, :4], "condition": LABELS}, r"Received shape \(8, 4, 8, 1\)"),
    ):
        with pytest.raises(ValueError, match=message):
            callback_of(model, x).on_train_begin()
    with pytest.raises(ValueError, match="`num_images` must be a whole number"):
        callbacks.TranslationGrid("logs", examples, num_images=0)
