"""Checks of data before the long work starts.

Arrays are checked whole, a `tf.data.Dataset` by its first batch and by assertions in its pipeline
afterwards, generators and `keras.utils.PyDataset` batch by batch as they give them.
"""

import contextlib
import functools
import inspect
import os
import re
from collections.abc import Callable, Iterator, Mapping

import keras
import numpy as np
import tensorflow as tf

from keras_vae.inputs.batches import is_endless
from keras_vae.inputs.disk_rows import DiskRows, is_on_disk
from keras_vae.inputs.event_shapes import check_event_shape
from keras_vae.inputs.examples import CONDITION, has_condition, joined, split, x_of
from keras_vae.inputs.plain_arrays import check_is_dense, checked_array
from keras_vae.inputs.rules import (
    END,
    FINITE,
    ROWS_AT_ONCE,
    START,
    WEIGHTS,
    Rule,
    assert_values,
    check_values,
)

# What Keras is told of arrays, and of nothing else.
OF_ARRAYS = ("y", "sample_weight", "batch_size", "shuffle", "validation_split")
# What TensorFlow says of a batch whose shape only the data know.
OTHER_SHAPE = r"(Shape of tensor \S* ?\[.*?\] is not compatible with expected shape \[.*?\])"
# What one of our own errors becomes where TensorFlow calls the Python that raises it.
FROM_PYTHON = r"ValueError: (`[a-z_]+` must [^\n]*)"


@contextlib.contextmanager
def readable_errors():
    """Turns an assertion that failed in a pipeline into the ValueError that arrays would raise."""
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        patterns = (f"{START}(.*?){END}", OTHER_SHAPE, FROM_PYTHON)
        found = next(filter(None, (re.search(pattern, str(error), flags=re.DOTALL) for pattern in patterns)), None)
        if found is None:
            raise
        # TensorFlow's report escapes quotation marks.
        raise ValueError(found.group(1).replace("\\'", "'")) from error


def checked_batch(spec, x, target, sample_weight) -> tuple:
    """Returns what `train_on_batch` or `test_on_batch` was given as arrays, checked as `fit` checks them."""
    x, target, sample_weight = _as_arrays(spec, x, target, sample_weight, "x")
    _check_arrays(spec, x, target, sample_weight, "x")
    return x, target, sample_weight


def checked_arguments(spec, method, args, kwargs) -> dict:
    """Binds the arguments of `fit`, `evaluate` or `predict` by name: arrays are checked now, streams as they are read.

    Raises:
        ValueError: If data does not fit the model; the message names the first bad index.
    """
    arguments = dict(inspect.signature(method).bind(*args, **kwargs).arguments)
    x, target, weight = (arguments.get(name) for name in ("x", "y", "sample_weight"))
    if method.__name__ == "predict":
        _check_ends(method, arguments)
        arguments["x"] = _checked_inputs(spec, x, arguments.get("batch_size"))
        if isinstance(arguments["x"], DiskRows):
            arguments.pop("batch_size", None)
        return arguments
    _check_ends(method, arguments)
    if arguments.get("class_weight") is not None:
        raise ValueError("`class_weight` needs classes, and a VAE has none. Use `sample_weight`.")
    if is_on_disk(x_of(x)) and arguments.get("validation_split"):
        raise ValueError("`x` stays on the disk and is not split: give `validation_data`, such as `x[-1000:]`.")
    batch_size = arguments.get("batch_size")
    shuffle = method.__name__ == "fit" and arguments.get("shuffle", True)
    parts = _checked(spec, x, target, weight, "x", batch_size, shuffle)
    arguments |= dict(zip(("x", "y", "sample_weight"), parts, strict=True))
    if isinstance(parts[0], DiskRows):
        arguments = {name: value for name, value in arguments.items() if name not in OF_ARRAYS}
    if method.__name__ == "fit" and not isinstance(x_of(parts[0]), np.ndarray):
        # Keras's default of True cannot shuffle these, and warns of itself.
        arguments.setdefault("shuffle", False)
    if arguments.get("validation_data") is not None:
        batch_size = arguments.get("validation_batch_size") or batch_size
        arguments["validation_data"] = _checked_validation(spec, arguments["validation_data"], batch_size)
    return arguments


def _rows_on_disk(spec, parts, name, batch_size, shuffle) -> DiskRows:
    """Batches of arrays on the disk, in place of arrays and what `fit` was told of them."""
    rows = DiskRows(_as_tuple(parts), functools.partial(_checked_element, spec, name=name), batch_size, shuffle)
    # The first batch is read before the long work, and builds the model.
    rows[0]
    return rows


def _check_ends(method, arguments):
    """Raises a ValueError where Keras would run through data that have no end."""
    steps = "steps_per_epoch" if method.__name__ == "fit" else "steps"
    for name, option in (("x", steps), ("validation_data", "validation_steps")):
        limit = arguments.get(option) or keras.config.max_steps_per_epoch()
        if limit is None and is_endless(arguments.get(name)):
            raise ValueError(
                f"`{name}` has no end. Leave out its `repeat()`, or say by `{option}` how many batches to take."
            )


def _checked_validation(spec, data, batch_size):
    if not isinstance(data, (tuple, list)):
        return _checked(spec, data, None, None, "validation_data", batch_size)[0]
    x, target, weight = keras.utils.unpack_x_y_sample_weight(data)
    parts = _checked(spec, x, target, weight, "validation_data", batch_size)
    if isinstance(parts[0], DiskRows):
        return parts[0]
    return parts if parts[1] is not None else parts[:1]


def check_examples(
    spec, x, name: str, rule: Rule | None = None, first: int = 0, missing_labels: bool = False
) -> np.ndarray:
    """Returns x as an array, or examples as arrays, after a check of shapes and values.

    Args:
        spec: What is asked of x.
        x: Array-like `(batch, *event_shape)`; for a model with a condition, `{"x": ..., "condition": ...}`.
        name: What to call it in a message.
        rule: What values are allowed; `None` is what the encoder takes.
        first: Index of the first example, where x is a part of something larger.
        missing_labels: Whether labels may be missing, of a model that takes such ones.

    Raises:
        ValueError: If the shape is another or a value is not allowed.
    """
    examples = as_examples(spec, x, name, missing_labels and spec.takes_missing_labels)
    x = x_of(examples)
    check_event_shape(x.shape, spec.input_shape, name)
    spec.build((None, *x.shape[1:]))
    check_values(spec.input_rule if rule is None else rule, x, name, first)
    return examples


def checked_codes(z, latent_dim: int) -> np.ndarray:
    """Returns z as an array, or raises a ValueError if it is not `(batch, latent_dim)` and finite."""
    z = checked_array(z, "z")
    if z.shape[1:] != (latent_dim,):
        raise ValueError(f"`z` must have shape (batch, {latent_dim}). Received shape {z.shape}.")
    check_values(FINITE, z, "z")
    return z


def _checked_inputs(spec, x, batch_size):
    """x for `predict`: what the encoder takes, in values and in shape."""
    check_is_dense(x_of(x), "x")
    if is_on_disk(x_of(x)):
        return DiskRows([x], lambda parts: (check_examples(spec, parts[0], "x"),), batch_size, shuffle=False)
    if isinstance(x, tf.data.Dataset):
        if _may_be_read_once(x):
            return x
        first, _, _ = keras.utils.unpack_x_y_sample_weight(_first_batch(x, "x"))
        check_examples(spec, first, "x")
        return x
    if isinstance(x, keras.utils.PyDataset):
        return CheckedPyDataset(spec, x, "x", _checked_input)
    if isinstance(x, Iterator):
        return (_checked_input(spec, element, "x") for element in x)
    return check_examples(spec, x, "x") if _is_array(x) else x


def _checked(spec, x, target, sample_weight, name, batch_size=None, shuffle=False) -> tuple:
    """x, target and weights in a form that Keras takes, checked, or to be checked as they come."""
    if x is None:
        raise ValueError(f"`{name}` is None: give an array or a `tf.data.Dataset` of examples.")
    check_is_dense(x_of(x), name)
    if is_on_disk(x_of(x)):
        return _rows_on_disk(spec, (x, target, sample_weight), name, batch_size, shuffle), None, None
    if isinstance(x, tf.data.Dataset):
        return _checked_dataset(spec, x, name), target, sample_weight
    if isinstance(x, keras.utils.PyDataset):
        return CheckedPyDataset(spec, x, name), target, sample_weight
    if isinstance(x, Iterator):
        # Keras knows those alone that a function with `yield` makes.
        return (_checked_element(spec, element, name) for element in x), target, sample_weight
    if not _is_array(x):
        return x, target, sample_weight
    x, target, sample_weight = _as_arrays(spec, x, target, sample_weight, name)
    _check_arrays(spec, x, target, sample_weight, name)
    if sample_weight is not None and target is None:
        target = x_of(x)  # Keras drops the weights of data that has no target, silently.
    return x, target, sample_weight


def _is_array(x) -> bool:
    """Whether x is to be taken as an array; torch's loaders and distributed datasets are not, and pass unchecked."""
    return isinstance(x, (np.ndarray, list, tuple, dict, int, float)) or hasattr(x, "__array__")


class CheckedPyDataset(keras.utils.PyDataset):
    """A `PyDataset` whose batches are checked as they are read.

    Processes of its own cannot call TensorFlow, which knows the domain of a likelihood: there shapes are checked and
    that numbers are finite, and in this process the first batch by all that is asked of it.

    Args:
        spec: What is asked of the batches.
        dataset: What is read.
        name: What to call it in a message.
        check: Turns (spec, batch, name, whether TensorFlow may be called) into the arrays that Keras is given.
    """

    def __init__(self, spec, dataset, name, check: Callable | None = None):
        super().__init__(dataset.workers, dataset.use_multiprocessing, dataset.max_queue_size)
        self._spec, self._dataset, self._name = spec, dataset, name
        self._check = _checked_element if check is None else check
        self._process = os.getpid()
        if dataset.use_multiprocessing:
            self[0]

    @property
    def num_batches(self):
        """Batches of an epoch, or `None`."""
        return self._dataset.num_batches

    def __getitem__(self, index):
        return self._check(self._spec, self._dataset[index], self._name, os.getpid() == self._process)

    def on_epoch_begin(self):
        """Passes the event on."""
        self._dataset.on_epoch_begin()

    def on_epoch_end(self):
        """Passes the event on."""
        self._dataset.on_epoch_end()


def _checked_element(spec, element, name, by_tensorflow: bool = True) -> tuple:
    """A batch for a step as Keras asks for it."""
    parts = _as_arrays(spec, *keras.utils.unpack_x_y_sample_weight(element), name)
    (_check_arrays if by_tensorflow else _check_numbers)(spec, *parts, name)
    return _as_tuple(parts)


def _checked_input(spec, element, name, by_tensorflow: bool = True) -> tuple:
    """A batch for `predict`, of which x alone counts."""
    x, _, _ = keras.utils.unpack_x_y_sample_weight(element)
    if by_tensorflow:
        return (check_examples(spec, x, name),)
    x = as_examples(spec, x, name)
    _check_numbers(spec, x, None, None, name)
    return (x,)


def _check_numbers(spec, x, target, sample_weight, name):
    """What of `_check_arrays` needs no TensorFlow."""
    x = x_of(x)
    check_event_shape(x.shape, spec.input_shape, name)
    rule = spec.numpy_rule
    check_values(rule, x, name)
    if target is not None:
        check_event_shape(target.shape, spec.event_shape, "target")
        check_values(rule, target, "target")
    if sample_weight is not None and not np.isfinite(sample_weight).all():
        raise ValueError("`sample_weight` must hold finite numbers.")


def _as_tuple(element) -> tuple:
    """A batch as Keras asks for it, with the target that weights need."""
    x, target, sample_weight = keras.utils.unpack_x_y_sample_weight(element)
    # Keras drops the weights of data that has no target, silently.
    target = x_of(x) if target is None and sample_weight is not None else target
    return tuple(part for part in (x, target, sample_weight) if part is not None)


def _check_arrays(spec, x, target, sample_weight, name):
    x = x_of(x)
    if len(x) == 0:
        raise ValueError(f"`{name}` is empty: it must hold at least one example. Received shape {x.shape}.")
    rule = spec.rule
    if target is None:
        check_event_shape(x.shape, spec.event_shape, name)
        check_values(rule, x, name)
    else:
        target = checked_array(target, "target")
        check_event_shape(target.shape, spec.event_shape, "target")
        if len(target) != len(x):
            raise ValueError(f"x and target must have one length. Received: {len(x)} and {len(target)} examples.")
        check_values(spec.input_rule, x, name)
        check_values(rule, target, "target")
    spec.build((None, *x.shape[1:]))
    check_event_shape(x.shape, spec.input_shape, name)
    _caution(spec, x if target is None else target)
    if sample_weight is not None:
        _check_sample_weight(np.asarray(sample_weight), len(x))


def _first_batch(dataset, name):
    first = next(iter(dataset.take(1)), None)
    if first is None:
        raise ValueError(f"`{name}` is empty: it must hold at least one batch.")
    return first


def _may_be_read_once(dataset) -> bool:
    """Whether a look at the first batch may take it away, as from a generator: of those TensorFlow knows no length."""
    return dataset.cardinality() == tf.data.UNKNOWN_CARDINALITY


def _checked_dataset(spec, dataset, name):
    once = _may_be_read_once(dataset)
    parts = keras.utils.unpack_x_y_sample_weight(dataset.element_spec if once else _first_batch(dataset, name))
    examples, target, sample_weight = parts
    is_other_dict = isinstance(examples, Mapping) and not has_condition(examples)
    if is_other_dict or not isinstance(x_of(examples), (tf.Tensor, tf.TensorSpec)):
        raise ValueError(
            f"`{name}` must be a dataset of tensors, (x, target) or (x, target, sample_weight); of a model with a "
            f"condition x is {{'x': ..., 'condition': ...}}. Its elements are {dataset.element_spec}."
        )
    x, condition = split(examples, spec.condition, name)
    if x.shape.rank is not None and tuple(x.shape) == spec.input_shape:
        raise ValueError(
            f"`{name}` must be batched: its first element has shape {tuple(x.shape)}, the shape of one "
            "example. Use `dataset.batch(128)`."
        )
    if once:
        _check_specifications(spec, x, target, name)
        _check_dtypes(spec, condition)
    else:
        examples = as_examples(spec, examples, name, spec.takes_missing_labels)
        _check_arrays(spec, examples, target, sample_weight, name)
    shapes = (spec.input_shape, spec.event_shape, ())
    asserted = dataset.enumerate().map(_assertion(spec, shapes))
    checked = asserted.prefetch(tf.data.AUTOTUNE)
    # What the dataset itself does not tell, and `fast_path` asks.
    checked.first_batch_size = None if x.shape.rank is None else x.shape[0]
    return checked


def _check_specifications(spec, x, target, name):
    """Checks the shapes of batches that are not there yet, as far as they are known; values are when they come."""
    x_is_known, target_is_known = (part is not None and part.shape[1:].is_fully_defined() for part in (x, target))
    if target is None and x_is_known:
        check_event_shape(x.shape, spec.event_shape, name)
    if target_is_known:
        check_event_shape(target.shape, spec.event_shape, "target")
    spec.build((None, *(x.shape[1:] if x_is_known else spec.event_shape)))
    if x_is_known:
        check_event_shape(x.shape, spec.input_shape, name)


def _check_dtypes(spec, condition):
    """Checks of what type the values of a condition will be."""
    if spec.condition is not None:
        for name, part, values in spec.condition.parts(condition, CONDITION):
            part.check_dtype(values.dtype.as_numpy_dtype, name)


def _assertion(spec, shapes):
    """A function for `Dataset.map` over (number of the batch, element) that lets good batches through."""
    rule, input_rule = spec.rule, spec.input_rule

    # Nothing in it is to be converted, and looking for that takes a quarter of a second.
    @tf.autograph.experimental.do_not_convert
    def asserted(number, element):
        examples, *others = keras.utils.unpack_x_y_sample_weight(element)
        x, condition = split(examples, spec.condition, "x")
        parts = target, sample_weight = others
        checks = [assert_values(rule if target is None else input_rule, x, "x", number)]
        if target is not None:
            checks.append(assert_values(rule, target, "target", number))
        if sample_weight is not None:
            checks.append(assert_values(WEIGHTS, sample_weight, "sample_weight", number))
        if condition is not None:
            named = spec.condition.parts(condition, CONDITION)
            rules = ((part.rule_for(spec.takes_missing_labels), values, name) for name, part, values in named)
            checks += [assert_values(*rule_of_values, number) for rule_of_values in rules]
        with tf.control_dependencies(checks):
            # Shapes that the pipeline does not know are those that the model takes.
            x, target, sample_weight = (
                None if part is None else tf.ensure_shape(part, (None, *shape))
                for part, shape in zip((x, *parts), shapes, strict=True)
            )
            condition = None if condition is None else spec.condition.with_shape(condition)
        # Keras drops the weights of data that has no target, silently.
        target = x if target is None and sample_weight is not None else target
        return keras.utils.pack_x_y_sample_weight(joined(x, condition), target, sample_weight)

    return asserted


def as_examples(spec, examples, name: str, missing_labels: bool = False):
    """x as an array of numbers; with the values of its condition, which are checked.

    Args:
        spec: What is asked of them.
        examples: Array-like `(batch, ...)`, whose values are not looked at; for a model with a condition,
            `{"x": ..., "condition": ...}`, the condition of one for each example or one for all.
        name: What to call them in a message.
        missing_labels: Whether a label may be missing.

    Raises:
        ValueError: If x is no array of numbers, there is a condition too many or too few, or a value is not allowed.
    """
    x, condition = split(examples, spec.condition, name)
    x = checked_array(x, name)
    if spec.condition is None:
        return x
    return joined(x, spec.condition.for_each(condition, len(x), CONDITION, missing_labels))


def _as_arrays(spec, x, target, sample_weight, name) -> tuple:
    x = as_examples(spec, x, name, spec.takes_missing_labels)
    target = None if target is None else checked_array(target, "target")
    return x, target, None if sample_weight is None else checked_array(sample_weight, "sample_weight")


def _check_sample_weight(weight, num_examples):
    if weight.shape != (num_examples,):
        raise ValueError(
            f"`sample_weight` must have one number for each example, shape ({num_examples},). Received shape "
            f"{weight.shape}."
        )
    check_values(WEIGHTS, weight, "sample_weight")


def _caution(spec, x):
    parts = (x[start : start + ROWS_AT_ONCE] for start in range(0, len(x), ROWS_AT_ONCE))
    spec.caution(map(spec.likelihood.caution, parts))
