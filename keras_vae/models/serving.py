"""What a model does where it is served: a signature for each thing that it can do."""

import keras
import tensorflow as tf
from keras import ops

from keras_vae.export import saved_model
from keras_vae.export.saved_model import Signature
from keras_vae.inputs.examples import CONDITION, joined
from keras_vae.ops.checks import checked_free_path

# What inputs are called beside those of a condition.
X, Z, N, SEED = "x", "z", "n", "seed"


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

        Of a model with a condition, all signatures take its values too, one for each example or code: as `condition`,
        or by their names where there are several, such as `digit` and `slant`; a name that an input has already, such
        as `x`, has `condition_` before it. Labels are int32. `sample` and `sample_seeded` take them in place of `n`:
        there are as many samples as values.

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
    x = _single(input_signature) or tf.TensorSpec(model.encoder.input_spec.shape, tf.float32, name=X)
    z = tf.TensorSpec((None, model.latent_dim), tf.float32, name=Z)
    values = _Values(model.condition, taken=(x.name, Z, N, SEED))
    reconstruct = values.beside(x, model.reconstruct_tensors)
    found = {
        "serve": reconstruct,
        "reconstruct": reconstruct,
        "encode": values.beside(x, model.encode_tensors),
        "decode": Signature(lambda z, *flat: model.decode_tensors(z, values.of(flat)), [z, *values.inputs]),
    }
    if tuple(x.shape[1:]) == model.event_shape:
        # Where x is turned into something else, it has no likelihood.
        found["score"] = values.beside(x, model.score)
    if model.has_prior:
        found |= _sampling(model, values)
    return found | {name: values.beside(x, function) for name, function in (of_x or {}).items()}


def _sampling(model, values) -> dict[str, Signature]:
    """Samples: so many, or one for each value of a condition."""
    n, seed = tf.TensorSpec((), tf.int32, name=N), tf.TensorSpec((), tf.int32, name=SEED)
    if model.condition is None:
        return {
            "sample": Signature(lambda n: model.sample_tensors(n, _fresh_seed()), [n]),
            "sample_seeded": Signature(model.sample_tensors, [n, seed]),
        }

    def sample(seed, flat):
        return model.sample_tensors(ops.shape(flat[0])[0], seed, condition=values.of(flat))

    return {
        "sample": Signature(lambda *flat: sample(_fresh_seed(), flat), values.inputs),
        "sample_seeded": Signature(lambda *both: sample(both[-1], both[:-1]), [*values.inputs, seed]),
    }


class _Values:
    """The values of a condition as inputs of signatures: one after the other, each with a name.

    Args:
        condition: A model's `Condition`, or `None`.
        taken: Names of other inputs.
    """

    def __init__(self, condition, taken):
        self._structure = None if condition is None else condition.inputs()
        self.inputs = []
        for path, spec in keras.tree.flatten_with_path(self._structure) if condition is not None else []:
            name = "_".join(map(str, path)) or CONDITION
            name = f"{CONDITION}_{name}" if name in taken else name
            self.inputs.append(tf.TensorSpec(spec.shape, spec.dtype, name=name))

    def of(self, flat):
        """The values from a tensor for each input; `None` where there is no condition."""
        return keras.tree.pack_sequence_as(self._structure, list(flat)) if self.inputs else None

    def beside(self, x, function) -> Signature:
        """A function of examples, as one of x and of the values."""
        return Signature(lambda x, *flat: function(joined(x, self.of(flat))), [x, *self.inputs])


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
