import numpy as np
import pytest
import tensorflow as tf

from keras_vae import callbacks
from keras_vae.callbacks.latent_scatter import labelled_examples
from keras_vae.callbacks.picture_callback import title_of
from keras_vae.visualization import latent_scatter, pixels

from ..tiny_models import tiny_autoencoder, tiny_vae
from .pictures import names, png, tensorboard_images

# Pictures of a compiled training: test_with_stock_callbacks.py.
pytestmark = pytest.mark.usefixtures("eagerly")
LABELS = np.arange(96) % 4


def labelled(images, labels=LABELS) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices((images, labels)).batch(20)


def run(callback, model, epochs):
    """What `fit` calls, without the training."""
    callback.set_model(model)
    callback.on_train_begin()
    for epoch in range(epochs):
        callback.on_epoch_end(epoch, {})
    callback.on_train_end()


@pytest.mark.parametrize(("model", "latent_dim"), [(tiny_vae, 2), (tiny_autoencoder, 3)])
def test_codes_are_drawn_in_every_epoch(tmp_path, binary_images, model, latent_dim):
    model = model(latent_dim)
    model.compile("sgd")
    callback = callbacks.LatentScatter(tmp_path, labelled(binary_images), every=2)
    history = model.fit(binary_images, batch_size=96, epochs=3, verbose=0, callbacks=[callback])
    assert names(tmp_path / "latents") == ["epoch-0002.png", "epoch-0003.png"]
    title = title_of(3, {name: values[-1] for name, values in history.history.items()})
    expected = pixels(latent_scatter(model.encode(binary_images), LABELS, title))
    np.testing.assert_array_equal(png(tmp_path / "latents" / "epoch-0003.png"), expected)
    np.testing.assert_array_equal(tensorboard_images(tmp_path / "latents", "latents")[2], expected)


def test_without_labels_it_draws_without_colours(tmp_path, binary_images):
    vae = tiny_vae()
    run(callbacks.LatentScatter(tmp_path, binary_images), vae, epochs=1)
    expected = latent_scatter(vae.encode(binary_images), title="epoch 1")
    np.testing.assert_array_equal(png(tmp_path / "latents" / "epoch-0001.png"), pixels(expected))


def test_arguments_have_effects(tmp_path, binary_images):
    callback = callbacks.LatentScatter(
        tmp_path / "logs", binary_images, LABELS, every=3, num_examples=7, image_dir=tmp_path / "images"
    )
    np.testing.assert_array_equal(callback.x, binary_images[:7])
    np.testing.assert_array_equal(callback.labels, LABELS[:7])
    run(callback, tiny_vae(), epochs=3)
    assert names(tmp_path / "images" / "latents") == ["epoch-0003.png"]


def test_labelled_examples(binary_images):
    given = LABELS[::-1]
    unlabelled = tf.data.Dataset.from_tensor_slices(binary_images).batch(20)
    columns = labelled(binary_images, LABELS[:, np.newaxis])
    cases = [
        (binary_images, None, None),
        (binary_images, given, given),
        (binary_images.tolist(), given.tolist(), given),
        (labelled(binary_images), None, LABELS),
        (labelled(binary_images), given, given),
        (columns, None, LABELS),
        (unlabelled, None, None),
        (unlabelled, given, given),
        # Targets that are images are no labels.
        (labelled(binary_images, binary_images), None, None),
    ]
    for x, labels, expected in cases:
        for count in (30, 96, 1000):
            examples, found = labelled_examples(x, labels, count)
            np.testing.assert_array_equal(examples, binary_images[:count])
            if expected is None:
                assert found is None
            else:
                np.testing.assert_array_equal(found, expected[:count])


def test_labels_of_a_dataset_may_be_texts(binary_images):
    texts = np.array(["cat", "dog", "cow"] * 32)
    np.testing.assert_array_equal(labelled_examples(labelled(binary_images, texts), None, 50)[1], texts[:50])


def test_what_the_encoder_takes_is_drawn_whatever_the_decoder_gives(tmp_path):
    vae = tiny_vae(built=False)
    vae.build((None, 5))
    x = np.random.default_rng(0).normal(size=(9, 5))
    run(callbacks.LatentScatter(tmp_path, x), vae, epochs=1)
    expected = latent_scatter(vae.encode(x), title="epoch 1")
    np.testing.assert_array_equal(png(tmp_path / "latents" / "epoch-0001.png"), pixels(expected))


def test_labels_of_several_kinds(binary_images):
    with pytest.raises(ValueError, match="all numbers or all texts"):
        callbacks.LatentScatter("logs", binary_images, [None, "a"] * 48)


def test_unbatched_datasets_are_refused_before_the_training(tmp_path, binary_images):
    unbatched = tf.data.Dataset.from_tensor_slices((binary_images, LABELS))
    with pytest.raises(ValueError, match=r"shape \(batch, 8, 8, 1\). Received shape \(\d+, 8, 1\)"):
        run(callbacks.LatentScatter(tmp_path, unbatched), tiny_vae(), epochs=1)


def test_no_more_of_a_dataset_is_read_than_is_drawn(binary_images):
    read = []

    def elements():
        for image in binary_images:
            read.append(1)
            yield image

    dataset = tf.data.Dataset.from_generator(elements, output_signature=tf.TensorSpec((8, 8, 1)))
    labelled_examples(dataset.batch(10), None, 15)
    # TensorFlow reads ahead, by a batch or two.
    assert 20 <= len(read) <= 50


def test_no_examples(binary_images):
    for x in (binary_images[:0], labelled(binary_images).take(0)):
        with pytest.raises(ValueError, match="`x` is empty: it must hold at least one example"):
            callbacks.LatentScatter("logs", x)


@pytest.mark.parametrize("labels", [LABELS[:10], np.eye(96)])
def test_another_number_of_labels(binary_images, labels):
    with pytest.raises(ValueError, match=r"one label for each of 96 examples, of shape \(96,\)"):
        callbacks.LatentScatter("logs", binary_images, labels)
    with pytest.raises(ValueError, match="one label for each of"):
        callbacks.LatentScatter("logs", labelled(binary_images), labels)


def test_models_that_do_not_fit_are_refused_before_the_training(tmp_path, binary_images):
    for model, x, message in (
        (tiny_vae(), binary_images[:, :4], r"shape \(batch, 8, 8, 1\). Received shape \(96, 4, 8, 1\)"),
        (tiny_vae(), np.where(binary_images == 1, np.nan, 0), "`x` must hold finite numbers"),
        (tiny_vae(latent_dim=1), binary_images, "a model with latent_dim=1"),
    ):
        model.compile("sgd")
        with pytest.raises(ValueError, match=message):
            model.fit(binary_images, verbose=0, callbacks=[callbacks.LatentScatter(tmp_path, x)])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("argument", ["every", "num_examples"])
def test_bad_arguments(binary_images, argument):
    with pytest.raises(ValueError, match=f"`{argument}` must be a whole number of at least 1"):
        callbacks.LatentScatter("logs", binary_images, **{argument: 0})
