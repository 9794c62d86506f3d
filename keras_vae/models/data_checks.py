"""Checks of data before the long work starts.

Arrays are checked whole, a `tf.data.Dataset` by its first batch and by assertions in its pipeline
afterwards. Other sources, such as generators, can only be read once and are checked by their shapes.
"""

import inspect
import warnings

import keras
import numpy as np
import tensorflow as tf

from keras_vae.models.train_step import check_event_shape

ROWS_AT_ONCE = 4096


def checked_arguments(model, method, args, kwargs) -> dict:
    """Binds the arguments of `fit`, `evaluate` or `predict` and checks the data among them.

    Returns:
        Keyword arguments for the method, datasets with assertions in their pipelines.

    Raises:
        ValueError: If data does not fit the model; the message names the first bad index.
    """
    if model.loss is not None and method.__name__ != "predict":
        raise ValueError(
            "The likelihood is the loss: compile the model without one, as in `compile(optimizer='adam')`. "
            f"Received: loss={model.loss!r}. Choose another likelihood to change what is minimised."
        )
    arguments = dict(inspect.signature(method).bind(*args, **kwargs).arguments)
    x, target, weight = (arguments.get(name) for name in ("x", "y", "sample_weight"))
    arguments["x"] = _checked(model, x, target, weight, "x")
    if weight is not None and target is None:
        arguments["y"] = x  # Keras drops the weights of data that has no target, silently.
    if isinstance(x, tf.data.Dataset) and method.__name__ == "fit":
        # Keras's default of True cannot shuffle a dataset, and warns of itself.
        arguments.setdefault("shuffle", False)
    if arguments.get("validation_data") is not None:
        arguments["validation_data"] = _checked_validation(model, arguments["validation_data"])
    return arguments


def _checked_validation(model, data):
    x, target, weight = keras.utils.unpack_x_y_sample_weight(data)
    checked = _checked(model, x, target, weight, "validation_data")
    if isinstance(data, tf.data.Dataset):
        return checked
    return data if weight is None or target is not None else (x, x, weight)


def check_examples(model, x, name: str, target: bool = False) -> np.ndarray:
    """Returns x as an array after a check of its shape and values.

    Args:
        model: An `Autoencoder` or a `VAE`.
        x: Array-like `(batch, *event_shape)`.
        name: What to call it in a message.
        target: Whether the likelihood of x is to be computed, which asks for values that it allows.

    Raises:
        ValueError: If the shape is another or a value is not allowed.
    """
    x = _as_array(x, name)
    _check_input_shape(model, x.shape, name)
    _check_values(model.decoder.likelihood if target else None, x, name)
    return x


def checked_codes(z, latent_dim: int) -> np.ndarray:
    """Returns z as an array, or raises a ValueError if it is not `(batch, latent_dim)` and finite."""
    z = _as_array(z, "z")
    if z.shape[1:] != (latent_dim,):
        raise ValueError(f"`z` must have shape (batch, {latent_dim}). Received shape {z.shape}.")
    _check_values(None, z, "z")
    return z


def checked_seed(seed) -> int:
    """Returns `seed` as an int, or raises a ValueError."""
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise ValueError(f"`seed` must be an int or None. Received: seed={seed!r}.")
    return int(seed)


def _checked(model, x, target, sample_weight, name):
    if x is None:
        raise ValueError(f"`{name}` is None: give an array or a `tf.data.Dataset` of examples.")
    if isinstance(x, tf.data.Dataset):
        return _checked_dataset(model, x, name)
    if isinstance(x, (np.ndarray, list, tf.Tensor)) or keras.ops.is_tensor(x):
        _check_arrays(model, x, target, sample_weight, name)
    return x


def _check_arrays(model, x, target, sample_weight, name):
    x = _as_array(x, name)
    if len(x) == 0:
        raise ValueError(f"`{name}` is empty: it must hold at least one example. Received shape {x.shape}.")
    if target is None:
        check_event_shape(x.shape, model.event_shape, name)
        _check_values(model.decoder.likelihood, x, name)
        _warn_if_outside_support(model, x)
    else:
        target = _as_array(target, "target")
        check_event_shape(target.shape, model.event_shape, "target")
        _check_values(None, x, name)
        _check_values(model.decoder.likelihood, target, "target")
        _warn_if_outside_support(model, target)
    _check_input_shape(model, x.shape, name)
    if sample_weight is not None:
        _check_sample_weight(np.asarray(sample_weight), len(x))
    _build(model, x.shape)


def _checked_dataset(model, dataset, name):
    x, target, _ = keras.utils.unpack_x_y_sample_weight(dataset.element_spec)
    if not isinstance(x, tf.TensorSpec):
        raise ValueError(
            f"`{name}` must be a dataset of tensors, (x, target) or (x, target, sample_weight). "
            f"Its elements are {dataset.element_spec}."
        )
    first = next(iter(dataset.take(1)), None)
    if first is None:
        raise ValueError(f"`{name}` is empty: it must hold at least one batch.")
    x, target, sample_weight = keras.utils.unpack_x_y_sample_weight(first)
    if len(x.shape) == len(model.event_shape):
        raise ValueError(
            f"`{name}` must be batched: its first element has shape {tuple(x.shape)}, the shape of one "
            "example. Use `dataset.batch(128)`."
        )
    _check_arrays(model, x, target, sample_weight, name)
    checked = dataset.map(_assertion(model, name), num_parallel_calls=tf.data.AUTOTUNE)
    return checked.prefetch(tf.data.AUTOTUNE)


def _assertion(model, name):
    likelihood = model.decoder.likelihood

    def assert_values(*batch):
        x, target, _ = keras.utils.unpack_x_y_sample_weight(batch[0] if len(batch) == 1 else batch)
        target = x if target is None else target
        message = (
            f"`{name}` has a value that {type(likelihood).__name__} cannot be trained on; expected "
            f"{likelihood.domain}. {likelihood.mend}"
        )
        with tf.control_dependencies([tf.debugging.Assert(tf.reduce_all(likelihood.in_domain(target)), [message])]):
            return tf.nest.map_structure(tf.identity, batch[0] if len(batch) == 1 else batch)

    return assert_values


def _as_array(x, name) -> np.ndarray:
    array = np.asarray(x)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"`{name}` must be an array of numbers. Received: dtype {array.dtype}.")
    return array


def _check_input_shape(model, shape, name):
    if model.encoder.input_spec is not None:
        check_event_shape(shape, model.encoder.input_spec.shape[1:], name)


def _check_sample_weight(weight, num_examples):
    if weight.shape != (num_examples,):
        raise ValueError(
            f"`sample_weight` must have one number for each example, shape ({num_examples},). Received shape "
            f"{weight.shape}."
        )
    if not np.all(np.isfinite(weight)) or np.any(weight < 0):
        raise ValueError("`sample_weight` must be finite and not negative.")


def _check_values(likelihood, x, name):
    inside = np.isfinite if likelihood is None else likelihood.in_domain
    index = _first_outside(inside, x)
    if index is None:
        return
    value = x[index]
    expected = "finite numbers" if likelihood is None else f"{likelihood.domain} for {type(likelihood).__name__}"
    finite = np.isfinite(value) and likelihood is not None
    mend = likelihood.mend if finite else "Remove the example, or fill in what is missing."
    raise ValueError(f"`{name}` must hold {expected}. Received: {value} at index {index}. {mend}")


def _first_outside(inside, x) -> tuple[int, ...] | None:
    for start in range(0, len(x), ROWS_AT_ONCE):
        outside = ~np.asarray(inside(x[start : start + ROWS_AT_ONCE]))
        if outside.any():
            first = np.argwhere(outside)[0]
            return (start + int(first[0]), *map(int, first[1:]))
    return None


def _warn_if_outside_support(model, x):
    likelihood = model.decoder.likelihood
    if not likelihood.caution or getattr(model, "has_warned_of_support", False):
        return
    if _first_outside(likelihood.in_support, x) is not None:
        model.has_warned_of_support = True
        warnings.warn(likelihood.caution, UserWarning, stacklevel=6)


def _build(model, shape):
    if not model.built:
        model.build((None, *shape[1:]))
