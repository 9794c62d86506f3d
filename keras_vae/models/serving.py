"""What a model does where it is served: a signature for each thing that it can do."""

import tensorflow as tf

from keras_vae.export import saved_model
from keras_vae.export.saved_model import Signature
from keras_vae.ops.checks import checked_free_path


class Serving:
    """For a `LatentModel`: `export`, with the signatures of what it can do."""

    def export(
        self,
        filepath,
        format: str = "tf_saved_model",
        verbose: bool | None = None,
        input_signature=None,
        *,
        overwrite: bool = False,
        **kwargs,
    ):
        """Writes the model for inference, as `keras.Model.export` does.

        A SavedModel has the signatures `serving_default` and `reconstruct`, `encode`, `decode`, `score`
        (by fixed draws) and, where the model has a prior, `sample` (n) and `sample_seeded` (n, seed). It
        needs neither this package nor Keras to run.

        Args:
            filepath: Where to write; a folder for a SavedModel.
            format: `"tf_saved_model"`; any other goes to Keras as it is.
            verbose: Whether to print the endpoints.
            input_signature: Specification of x; by default float32 of the encoder's input shape.
            overwrite: Write over what is at `filepath`.
            **kwargs: For Keras's own formats: what the format takes.

        Raises:
            ValueError: If something is at `filepath` that may not be overwritten.
        """
        checked_free_path(filepath, overwrite)
        if format == "tf_saved_model":
            if kwargs:
                raise ValueError(f"A SavedModel takes no other arguments. Received: {sorted(kwargs)}.")
            return saved_model.write(filepath, signatures(self, input_signature), verbose, self)
        return super().export(filepath, format, verbose, input_signature, **kwargs)


def signatures(model, input_signature=None, of_x: dict | None = None) -> dict[str, Signature]:
    """What a built model can do, by name.

    The first, `serve`, draws nothing at random, so that every runtime can run it; it is what `serving_default` stands
    for.

    Args:
        model: An `Autoencoder` or a `VAE` that has been built.
        input_signature: Specification of x; by default float32 of the encoder's input shape, any batch size.
        of_x: Further ones: for each name a function of x.

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
    reconstruct = Signature(model.reconstruct_tensors, [x])
    found = {
        "serve": reconstruct,
        "reconstruct": reconstruct,
        "encode": Signature(model.encode_tensors, [x]),
        "decode": Signature(model.decode_tensors, [z]),
    }
    if tuple(x.shape[1:]) == model.event_shape:
        # Where x is turned into something else, it has no likelihood.
        found["score"] = Signature(model.score, [x])
    if model.has_prior:
        found["sample"] = Signature(lambda n: model.sample_tensors(n, _fresh_seed()), [n])
        found["sample_seeded"] = Signature(model.sample_tensors, [n, seed])
    return found | {name: Signature(function, [x]) for name, function in (of_x or {}).items()}


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
