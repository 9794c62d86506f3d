import numpy as np
import pytest
import tensorflow as tf

from keras_vae import callbacks, likelihoods
from keras_vae.callbacks.picture_callback import title_of
from keras_vae.callbacks.reconstruction_grid import first_examples
from keras_vae.visualization import pixels, reconstruction_grid

from ..tiny_models import EVENT_SHAPE, tiny_autoencoder, tiny_vae
from .pictures import names, png, tensorboard_images

# Pictures of a compiled training: test_with_stock_callbacks.py.
pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.mark.parametrize("model", [tiny_vae, tiny_autoencoder])
def test_fixed_originals_stand_above_what_the_model_makes_of_them(tmp_path, binary_images, model):
    model = model()
    model.compile("adam")
    callback = callbacks.ReconstructionGrid(tmp_path, binary_images, num_images=6, columns=3)
    history = model.fit(binary_images, batch_size=96, epochs=2, verbose=0, callbacks=[callback])
    folder = tmp_path / "reconstructions"
    assert names(folder) == ["epoch-0001.png", "epoch-0002.png"]
    first, last = (png(folder / name) for name in names(folder))
    title = title_of(2, {name: values[-1] for name, values in history.history.items()})
    expected = reconstruction_grid(binary_images[:6], model.reconstruct(binary_images[:6]), columns=3, title=title)
    np.testing.assert_array_equal(last, pixels(expected))
    # Rows of originals stay, and the rows between them change.
    rows = [slice(34 + top, 34 + top + 56) for top in (2, 60, 126, 184)]
    for original in (rows[0], rows[2]):
        np.testing.assert_array_equal(first[original], last[original])
    for reconstruction in (rows[1], rows[3]):
        assert np.any(first[reconstruction] != last[reconstruction])
    images = tensorboard_images(folder, "reconstructions")
    assert sorted(images) == [0, 1]
    np.testing.assert_array_equal(images[0], first)
    np.testing.assert_array_equal(images[1], last)


def drawn(vae, x, **arguments) -> np.ndarray:
    callback = callbacks.ReconstructionGrid("logs", x, **arguments)
    callback.set_model(vae)
    return pixels(callback.figure())


def test_arguments_have_effects(binary_images):
    vae = tiny_vae(likelihood=likelihoods.Normal(EVENT_SHAPE))
    x = binary_images[:5]
    reconstructions = vae.reconstruct(x)
    bounded = drawn(vae, binary_images, num_images=5, columns=2, value_range=(0, 3))
    np.testing.assert_array_equal(bounded, pixels(reconstruction_grid(x, reconstructions, 2, (0, 3))))
    assert bounded.shape == (3 * 118 + 2 * 6, 2 * 58 + 2, 3)
    assert np.any(bounded != drawn(vae, binary_images, num_images=5, columns=2))
    # By default 32 originals, 16 in each row.
    assert drawn(vae, binary_images).shape == (2 * 118 + 6, 16 * 58 + 2, 3)


def test_greys_are_those_of_the_datas_units(binary_images):
    vae = tiny_vae(likelihood=likelihoods.BetaBinomial(EVENT_SHAPE))
    x = 100 * binary_images[:4]
    expected = reconstruction_grid(x, vae.reconstruct(x), value_range=(0, 255))
    np.testing.assert_array_equal(drawn(vae, x), pixels(expected))


def test_first_examples_of_arrays_and_datasets(binary_images):
    dataset = tf.data.Dataset.from_tensor_slices(binary_images)
    labelled = tf.data.Dataset.zip(dataset, dataset, tf.data.Dataset.range(96))
    for x in (binary_images, binary_images.tolist(), dataset.batch(8), labelled.batch(8)):
        np.testing.assert_array_equal(first_examples(x, 5), binary_images[:5])
    # There are no more in the first batch.
    np.testing.assert_array_equal(first_examples(dataset.batch(8), 50), binary_images[:8])
    np.testing.assert_array_equal(first_examples(binary_images[:3], 50), binary_images[:3])


def test_no_examples(binary_images):
    empty = tf.data.Dataset.from_tensor_slices(binary_images).batch(8).take(0)
    for x in (binary_images[:0], [], empty):
        with pytest.raises(ValueError, match="`x` is empty: it must hold at least one example"):
            callbacks.ReconstructionGrid("logs", x)


def test_examples_of_another_shape_are_refused_before_the_training(tmp_path, binary_images):
    vae = tiny_vae()
    vae.compile("sgd")
    callback = callbacks.ReconstructionGrid(tmp_path, binary_images[:, :4])
    with pytest.raises(ValueError, match=r"shape \(batch, 8, 8, 1\). Received shape \(32, 4, 8, 1\)"):
        vae.fit(binary_images, verbose=0, callbacks=[callback])
    assert list(tmp_path.iterdir()) == []


def refusal(vae, x) -> str:
    """What is said before the training."""
    callback = callbacks.ReconstructionGrid("logs", x)
    callback.set_model(vae)
    with pytest.raises(ValueError, match=r"shape|finite") as caught:
        callback.on_train_begin()
    return str(caught.value)


def test_examples_that_are_not_finite_are_refused_before_the_training(binary_images):
    x = binary_images.copy()
    x[3, 0, 0, 0] = np.nan
    assert "`x` must hold finite numbers. Received: nan at index (3, 0, 0, 0)" in refusal(tiny_vae(), x)


def test_a_model_that_decodes_to_another_shape_than_it_encodes():
    vae = tiny_vae(built=False)
    vae.build((None, 5))
    assert "a model that encodes shape (5,) and decodes shape (8, 8, 1)" in refusal(vae, np.zeros((4, 5)))
    assert "`x` must have shape (batch, 5). Received shape (4, 8, 8, 1)" in refusal(vae, np.zeros((4, 8, 8, 1)))


def test_of_pairs_what_the_model_encodes_is_the_original(binary_images):
    noisy = binary_images * 0.5
    pairs = tf.data.Dataset.from_tensor_slices((noisy, binary_images)).batch(8)
    np.testing.assert_array_equal(callbacks.ReconstructionGrid("logs", pairs).x, noisy[:8])


def test_bad_value_range(binary_images):
    with pytest.raises(ValueError, match="`value_range` must be two finite numbers"):
        callbacks.ReconstructionGrid("logs", binary_images, value_range=5)


@pytest.mark.parametrize(("argument", "value"), [("num_images", 0), ("columns", 0), ("columns", 1.5), ("every", 0)])
def test_bad_arguments(binary_images, argument, value):
    with pytest.raises(ValueError, match=f"`{argument}` must be a whole number of at least 1"):
        callbacks.ReconstructionGrid("logs", binary_images, **{argument: value})
