"""Which values may be in data, checked in arrays and asserted in graphs."""

import dataclasses
from collections.abc import Callable

import numpy as np
import tensorflow as tf
from keras import ops

from keras_vae.ops.missing import is_missing

ROWS_AT_ONCE = 4096
FILL_IN = "Remove the example, or fill in what is missing. `likelihoods.Masked` leaves NaN out of a likelihood."
EMPTY = (
    "`{name}` must hold something of each example. Every value of the example at index {index} is NaN: nothing of it "
    "was observed. Remove it."
)
# What stands about a message in TensorFlow's report of an assertion that failed.
START, END = "<keras_vae>", "</keras_vae>"


@dataclasses.dataclass(frozen=True)
class Rule:
    """What values are allowed.

    Attributes:
        inside: Maps values to booleans of the same shape.
        expected: What is expected, in words.
        mend: How to get there from finite values.
        takes_missing: Whether NaN stands for what is missing; of each example something must be there.
        fill_in: How to get there from values that are not finite.
    """

    inside: Callable
    expected: str
    mend: str
    takes_missing: bool = False
    fill_in: str = FILL_IN


FINITE = Rule(ops.isfinite, "finite numbers", FILL_IN)
FINITE_OR_MISSING = Rule(
    lambda x: ops.logical_or(is_missing(x), ops.isfinite(x)),
    "finite numbers, or NaN where one is missing",
    FILL_IN,
    takes_missing=True,
)
WEIGHTS = Rule(
    lambda x: ops.logical_and(ops.isfinite(x), x >= 0),
    "finite numbers of at least 0",
    "A weight says how often an example counts.",
)


def input_rule_of(likelihood) -> Rule:
    """What an encoder can be given, under a likelihood that need not allow it."""
    return FINITE_OR_MISSING if likelihood.takes_missing else FINITE


def numpy_rule_of(likelihood) -> Rule:
    """`input_rule_of`, by NumPy alone: for processes that cannot call TensorFlow."""
    if not likelihood.takes_missing:
        return dataclasses.replace(FINITE, inside=np.isfinite)
    return dataclasses.replace(FINITE_OR_MISSING, inside=lambda x: ~np.isinf(x))


def rule_of(likelihood) -> Rule:
    """What a likelihood can be trained on."""
    expected = f"{likelihood.domain} for {type(likelihood).__name__}"
    return Rule(likelihood.in_domain, expected, likelihood.mend, likelihood.takes_missing)


def support_of(likelihood) -> Rule:
    """What has a probability, or a density, under a likelihood."""
    taken = f"{likelihood.support or likelihood.domain} for {type(likelihood).__name__}"
    expected = f"{taken}: other values have probability zero under it"
    return Rule(likelihood.in_support, expected, likelihood.mend, likelihood.takes_missing)


def check_values(rule: Rule, x: np.ndarray, name: str, first: int = 0) -> None:
    """Raises a ValueError that names the first value of an array that is not allowed, or the first empty example.

    Args:
        rule: What is allowed.
        x: Array of numbers.
        name: What to call it.
        first: Index of the first example, where x is a part of something larger.
    """
    for start in range(0, len(x), ROWS_AT_ONCE):
        rows = x[start : start + ROWS_AT_ONCE]
        if rule.takes_missing:
            _check_observed(rows, name, first + start)
        outside = ~np.asarray(rule.inside(rows))
        if outside.any():
            index = tuple(map(int, np.argwhere(outside)[0]))
            value, shown = x[start:][index], (first + start + index[0], *index[1:])
            mend = rule.mend if np.isfinite(value) else rule.fill_in
            raise ValueError(f"`{name}` must hold {rule.expected}. Received: {value} at index {shown}. {mend}")


def _check_observed(x, name, first):
    empty = np.isnan(x).reshape(len(x), -1).all(axis=1)
    if empty.any():
        raise ValueError(EMPTY.format(name=name, index=first + int(np.argmax(empty))))


def assert_values(rule: Rule, values, name: str, batch_number):
    """An operation that fails with the same messages for a tensor, between `START` and `END`."""
    values = tf.cast(values, tf.uint8) if values.dtype == tf.bool else values
    inside = rule.inside(values)
    checks = [_asserted(tf.reduce_all(inside), lambda: _message(rule, values, inside, name, batch_number))]
    if rule.takes_missing:
        missing = is_missing(values)
        empty = tf.reduce_all(missing, axis=tf.range(1, tf.rank(missing)))
        checks.append(_asserted(~tf.reduce_any(empty), lambda: _empty_message(empty, name, batch_number)))
    return tf.group(*checks)


def _asserted(good, message):
    # What to say is found only where it is needed: this runs for every batch.
    told = tf.cond(good, lambda: tf.constant(""), message)
    return tf.debugging.Assert(good, [told], summarize=1)


def _empty_message(empty, name, batch_number):
    before, after = EMPTY.format(name=name, index="{index}").split("{index}")
    index = tf.strings.as_string(tf.where(empty)[0, 0])
    batch = tf.strings.as_string(batch_number)
    return tf.strings.join([START, before, index, " of batch ", batch, after, END])


def _message(rule, values, inside, name, batch_number):
    index = tf.where(tf.logical_not(inside))[0]
    value = tf.cast(tf.gather_nd(values, index), tf.float64)
    parts = [
        f"{START}`{name}` must hold {rule.expected}. Received: ",
        tf.strings.as_string(value, shortest=True),
        " at index (",
        tf.strings.reduce_join(tf.strings.as_string(index), separator=", "),
        ") of batch ",
        tf.strings.as_string(batch_number),
        ". ",
        tf.where(tf.math.is_finite(value), rule.mend, rule.fill_in),
        END,
    ]
    return tf.strings.join(parts)
