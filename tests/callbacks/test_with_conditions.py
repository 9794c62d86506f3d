"""The callbacks with a model that has a condition."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vae import callbacks, conditions, evaluation
from keras_vae.callbacks.examples import checked_examples
from keras_vae.callbacks.latent_scatter import labelled_examples
from keras_vae.callbacks.reconstruction_grid import first_examples
from keras_vae.visualization import latent_scatter, latent_traversals, pixels, reconstruction_grid, sample_grid

from ..tiny_models import conditional_vae, tiny_vae

pytestmark = pytest.mark.usefixtures("eagerly")

LABELS = np.arange(96) % 3


@pytest.fixture
def vae():
    return conditional_vae(conditions.Labels(3, ["cat", "dog", "emu"]))


@pytest.fixture
def examples(binary_images) -> dict:
    return {"x": binary_images, "condition": LABELS}


def drawn(callback, vae) -> np.ndarray:
    callback.set_model(vae)
    return pixels(callback.figure())


def test_samples_are_a_row_for_each_class(vae):
    samples = [vae.sample(2, seed=5, mean=True, condition=label) for label in range(3)]
    expected = sample_grid(np.concatenate(samples), 2, row_labels=["cat", "dog", "emu"])
    np.testing.assert_array_equal(drawn(callbacks.SampleGrid("logs", num_images=7, seed=5), vae), pixels(expected))
    expected = sample_grid(np.concatenate([samples[2], samples[0]]), 2, row_labels=["emu", "cat"])
    chosen = callbacks.SampleGrid("logs", num_images=4, seed=5, condition=[2, 0])
    np.testing.assert_array_equal(drawn(chosen, vae), pixels(expected))


def test_rows_of_samples_that_cannot_be_are_known_before_the_training(vae):
    for model, condition, message in (
        (conditional_vae(conditions.Covariates(2)), None, "SampleGrid draws all classes.*say by `condition` which"),
        (vae, [3], "`condition` must hold labels from 0 to 2"),
        (tiny_vae(), [0], "SampleGrid needs a model with a condition"),
    ):
        callback = callbacks.SampleGrid("logs", condition=condition)
        callback.set_model(model)
        with pytest.raises(ValueError, match=message):
            callback.on_train_begin()


def test_examples_are_drawn_under_their_condition(vae, examples, binary_images):
    made = vae.reconstruct(binary_images[:5], condition=LABELS[:5])
    callback = callbacks.ReconstructionGrid("logs", examples, num_images=5)
    np.testing.assert_array_equal(drawn(callback, vae), pixels(reconstruction_grid(binary_images[:5], made)))
    codes = vae.encode(examples)
    scatter = callbacks.LatentScatter("logs", examples)
    np.testing.assert_array_equal(drawn(scatter, vae), pixels(latent_scatter(codes, LABELS)))
    traversal = callbacks.LatentTraversal("logs", example=binary_images[0], condition=2)
    expected = latent_traversals(vae, binary_images[0], condition=2)
    np.testing.assert_array_equal(drawn(traversal, vae), pixels(expected))
    assert np.any(pixels(expected) != pixels(latent_traversals(vae, binary_images[0], condition=1)))
    without = callbacks.LatentTraversal("logs")
    without.set_model(vae)
    with pytest.raises(ValueError, match="say by `condition` under which of its values LatentTraversal"):
        without.on_train_begin()


@pytest.mark.parametrize("as_dataset", [True, False])
@pytest.mark.filterwarnings("ignore:The estimates of")
def test_figures_are_those_under_the_condition(vae, examples, as_dataset):
    held_out = {name: values[:32] for name, values in examples.items()}
    data = tf.data.Dataset.from_tensor_slices(held_out).batch(32) if as_dataset else held_out
    vae.compile("sgd")
    used = [callbacks.HeldOutEvaluation(data, num_samples=3), callbacks.CollapseMonitor(data)]
    logs = vae.fit(examples, batch_size=96, verbose=0, callbacks=used).history
    assert logs["val_log_likelihood"] == [evaluation.log_likelihood(vae, held_out, 3, seed=0).mean]
    assert logs["val_mean_squared_error"] == [evaluation.mean_squared_error(vae, held_out)]
    assert logs["active_units"] == logs["val_active_units"] == [evaluation.active_units(vae, held_out)]
    assert logs["kl_per_latent_max"] == [evaluation.kl_per_latent(vae, held_out).max()]
    other = {**held_out, "condition": (held_out["condition"] + 1) % 3}
    assert logs["val_mean_squared_error"] != [evaluation.mean_squared_error(vae, other)]


def test_the_first_examples_and_their_labels(examples, binary_images):
    dataset = tf.data.Dataset.from_tensor_slices(examples).batch(8)
    for x in (examples, dataset, {"x": binary_images.tolist(), "condition": LABELS.tolist()}):
        first = first_examples(x, 5)
        np.testing.assert_array_equal(first["x"], binary_images[:5])
        np.testing.assert_array_equal(first["condition"], LABELS[:5])
        found, labels = labelled_examples(x, None, 20)
        np.testing.assert_array_equal(found["x"], binary_images[:20])
        np.testing.assert_array_equal(labels, LABELS[:20])
    # Other labels go before, and covariates are none.
    _, labels = labelled_examples(examples, -LABELS, 20)
    np.testing.assert_array_equal(labels, -LABELS[:20])
    assert labelled_examples({"x": binary_images, "condition": np.zeros((96, 2))}, None, 20)[1] is None


def test_values_of_a_condition_are_one_for_each_example_or_for_all(binary_images):
    several = {"digit": 7, "age": np.zeros((96, 1))}
    found = checked_examples({"x": binary_images, "condition": several})["condition"]
    np.testing.assert_array_equal(found["digit"], np.full(96, 7))
    with pytest.raises(ValueError, match=r"`condition\['age'\]` must have one value for each of 5 examples.*96"):
        checked_examples({"x": binary_images[:5], "condition": several})
