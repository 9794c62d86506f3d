"""Training, files and exports, after which a model must be what it was."""

import os
import tempfile

import keras
import numpy as np
import tensorflow as tf

from keras_vae.inputs.batches import num_rows
from keras_vae.inputs.examples import condition_of, has_condition, x_of
from keras_vae.models import load_model
from keras_vae.testing.verdict import hold, hold_that

# float32 networks whose sums are ordered otherwise, in a graph and one operation at a time: some hundred units in the
# last place of what is summed.
TOLERANCE = 1e-4


def check_model(part, model, x) -> None:
    """Holds a model with a part to be the same after a file and an export, once it has taken a step on x.

    Args:
        part: The part, for messages.
        model: A built `VAE` or `Autoencoder` with such a part.
        x: Examples, `(n, *event_shape)`; of a model with one condition, `{"x": ..., "condition": ...}`.
    """
    config = keras.saving.serialize_keras_object(model)
    again = keras.saving.serialize_keras_object(keras.saving.deserialize_keras_object(config))
    hold_that(part, "its config makes it again", config == again, "`get_config`")
    # One operation at a time: compiling a step takes longer than all the rest, and an export is compiled too.
    model.compile(keras.optimizers.Adam(0.01), run_eagerly=True)
    loss = model.fit(x, batch_size=num_rows(x), verbose=0).history["loss"]
    hold_that(part, "a training step has a finite loss", np.isfinite(loss), "log-probabilities at the start")
    before = _scores_and_reconstructions(model, x)
    hold_that(part, "scores of data are finite", np.isfinite(before[0]), "log-probabilities and the divergence")
    with tempfile.TemporaryDirectory() as folder:
        found, look_at = _exported(model, x, folder), "what runs in Python while a graph is traced"
        _hold_same(part, "an exported model", before, found, TOLERANCE, look_at)
        path = os.path.join(folder, "model.keras")
        model.save(path)
        loaded = load_model(path)
    look_at = "weights and settings that are not saved"
    _hold_same(part, "a model from its file", before, _scores_and_reconstructions(loaded, x), 0.0, look_at)
    look_at = "random states that are not saved"
    _hold_same(part, "what is taken up from a file", _further(model, x), _further(loaded, x), TOLERANCE, look_at)


def _exported(model, x, folder) -> list:
    """Scores and reconstructions of a model that was exported."""
    exported = os.path.join(folder, "exported")
    model.export(exported, verbose=False)
    signatures = tf.saved_model.load(exported).signatures
    inputs = {"x": tf.cast(x_of(x), tf.float32)}
    if has_condition(x):
        inputs["condition"] = tf.cast(condition_of(x), model.condition.value_dtype)
    return [next(iter(signatures[name](**inputs).values())) for name in ("score", "reconstruct")]


def _further(model, x):
    """What a model logs in a test and in one more step."""
    model.run_eagerly = True
    return model.evaluate(x, batch_size=num_rows(x), verbose=0), model.train_on_batch(x)


def _scores_and_reconstructions(model, x):
    batch = keras.tree.map_structure(tf.convert_to_tensor, x)
    return model.score(batch), model.reconstruct_tensors(batch)


def _hold_same(part, what, expected, found, tolerance, look_at):
    for one, other in zip(expected, found, strict=True):
        one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
        size = 1 + np.max(np.abs(one), initial=0.0)
        hold(part, f"{what} gives the same numbers", np.abs(one - other), tolerance * size, look_at)
