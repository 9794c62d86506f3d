"""TensorFlow's SavedModel, with a signature for each thing that a model can do."""

import os

import keras
import tensorflow as tf

from keras_vae.files.whole import whole_folder

# What lies in the folder of a SavedModel.
WRITTEN = ("saved_model.pb", "fingerprint.pb", "variables", "assets", "assets.extra")


def write(model, filepath, verbose: bool | None = None, input_signature=None, of_x: dict | None = None) -> None:
    """Writes a SavedModel of a built model.

    The first endpoint, `serve`, draws nothing at random, so that every runtime can run it; it is what
    `serving_default` stands for.

    Args:
        model: An `Autoencoder` or a `VAE` that has been built.
        filepath: The folder to write.
        verbose: Whether to print the endpoints.
        input_signature: Specification of x; by default float32 of the encoder's input shape, any batch size.
        of_x: Further signatures: for each name a function of x.

    Raises:
        ValueError: If the model has not been built.
    """
    if not model.built or model.encoder.input_spec is None:
        raise ValueError(
            "The model has not been built: its input shape is not known. Call `fit` or "
            "`build((None, *event_shape))` before `export`."
        )
    if os.path.isfile(filepath):
        raise ValueError(f"A SavedModel is a folder, and {os.fspath(filepath)!r} is a file.")
    endpoints = _endpoints(model, _single(input_signature), of_x or {})
    with whole_folder(filepath, lambda file: file.split(os.sep)[0] in WRITTEN) as folder:
        try:
            _write(model, folder, endpoints, verbose, track=False)
        except AssertionError:
            # Lookup tables of a user's layers must be tracked, which stores all weights twice.
            _write(model, folder, endpoints, verbose, track=True)


def _endpoints(model, signature, of_x) -> dict:
    x = signature or tf.TensorSpec(model.encoder.input_spec.shape, tf.float32, name="x")
    z = tf.TensorSpec((None, model.latent_dim), tf.float32, name="z")
    n, seed = tf.TensorSpec((), tf.int32, name="n"), tf.TensorSpec((), tf.int32, name="seed")
    reconstruct = _traced(model.reconstruct_batch, [x])
    endpoints = {
        "serve": reconstruct,
        "reconstruct": reconstruct,
        "encode": _traced(model.mean_code, [x]),
        "decode": _traced(model.mean_image, [z]),
    }
    if tuple(x.shape[1:]) == model.event_shape:
        # Where x is turned into something else, it has no likelihood.
        endpoints["score"] = _traced(model.score, [x])
    if model.has_prior:
        endpoints["sample"] = _traced(lambda n: model.draw(n, _fresh_seed()), [n])
        endpoints["sample_seeded"] = _traced(model.draw, [n, seed])
    return endpoints | {name: _traced(function, [x]) for name, function in of_x.items()}


def _traced(function, signature) -> tuple:
    """A function and its signature, as an endpoint: Keras traces that twice, which of a graph is the call alone."""
    graph = tf.function(function, input_signature=signature, autograph=False).get_concrete_function()
    return lambda *inputs: graph(*inputs), signature


def _write(model, filepath, endpoints, verbose, track):
    archive = keras.export.ExportArchive()
    if track:
        archive.track(model)
    for name, (function, signature) in endpoints.items():
        archive.add_endpoint(name, function, signature)
    archive.write_out(os.fspath(filepath), verbose=bool(verbose))


def _single(input_signature):
    signature = input_signature[0] if isinstance(input_signature, (list, tuple)) else input_signature
    if signature is None or isinstance(signature, tf.TensorSpec):
        return signature
    if not hasattr(signature, "shape"):
        raise ValueError(f"`input_signature` must be one specification of x. Received: {input_signature!r}.")
    return tf.TensorSpec(signature.shape, signature.dtype, getattr(signature, "name", None))


def _fresh_seed():
    # Both seeds 0 make the runtime seed the op itself, whatever `tf.random.set_seed` said when the graph
    # was traced: a served model never starts the same stream at every load.
    return tf.raw_ops.RandomUniformInt(
        shape=tf.constant([], tf.int32), minval=tf.constant(0), maxval=tf.constant(tf.int32.max), seed=0, seed2=0
    )
