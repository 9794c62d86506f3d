"""TensorFlow's SavedModel, with a signature for each thing that a model can do."""

import os

import keras
import tensorflow as tf


def write(model, filepath, verbose: bool | None = None, input_signature=None) -> None:
    """Writes a SavedModel of a built model.

    The first endpoint, `serve`, draws nothing at random, so that every runtime can run it; it is what
    `serving_default` stands for.

    Args:
        model: An `Autoencoder` or a `VAE` that has been built.
        filepath: The folder to write.
        verbose: Whether to print the endpoints.
        input_signature: Specification of x; by default float32 of the encoder's input shape, any batch size.

    Raises:
        ValueError: If the model has not been built.
    """
    if not model.built or model.encoder.input_spec is None:
        raise ValueError(
            "The model has not been built: its input shape is not known. Call `fit` or "
            "`build((None, *event_shape))` before `export`."
        )
    x = _single(input_signature) or tf.TensorSpec(model.encoder.input_spec.shape, tf.float32, name="x")
    z = tf.TensorSpec((None, model.latent_dim), tf.float32, name="z")
    n, seed = tf.TensorSpec((), tf.int32, name="n"), tf.TensorSpec((), tf.int32, name="seed")
    # The archive tracks the variables that its endpoints use; `track(model)` would store each of them twice.
    archive = keras.export.ExportArchive()
    archive.add_endpoint("serve", lambda x: model.reconstruct_batch(x), [x])
    archive.add_endpoint("reconstruct", lambda x: model.reconstruct_batch(x), [x])
    archive.add_endpoint("encode", lambda x: model.mean_code(x), [x])
    archive.add_endpoint("decode", lambda z: model.mean_image(z), [z])
    archive.add_endpoint("score", lambda x: model.score(x), [x])
    if hasattr(model, "prior"):
        archive.add_endpoint("sample", lambda n: model.draw(n, _fresh_seed()), [n])
        archive.add_endpoint("sample_seeded", lambda n, seed: model.draw(n, seed), [n, seed])
    archive.write_out(os.fspath(filepath), verbose=bool(verbose))


def _single(input_signature):
    return input_signature[0] if isinstance(input_signature, (list, tuple)) else input_signature


def _fresh_seed():
    # Both seeds 0 make the runtime seed the op itself, whatever `tf.random.set_seed` said when the graph
    # was traced: a served model never starts the same stream at every load.
    return tf.raw_ops.RandomUniformInt(
        shape=tf.constant([], tf.int32), minval=tf.constant(0), maxval=tf.constant(tf.int32.max), seed=0, seed2=0
    )
