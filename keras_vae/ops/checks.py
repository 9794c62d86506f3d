"""Checks of constructor arguments that several parts share."""

import math
import operator
import os
from collections.abc import Collection, Sequence

import keras

# Keras's seeds repeat themselves from here on.
MOST_SEED = 2**31 - 3


def checked_size(value, name: str, minimum: int = 1) -> int:
    """Returns `value` as an int, or raises a ValueError if it is not a whole number of at least `minimum`."""
    try:
        size = operator.index(value)
    except TypeError:
        size = minimum - 1
    if isinstance(value, bool) or size < minimum:
        raise ValueError(f"`{name}` must be a whole number of at least {minimum}. Received: {name}={value!r}.")
    return size


def checked_sizes(values, name: str) -> list[int]:
    """Returns a non-empty list of sizes, or raises a ValueError."""
    if isinstance(values, str) or not isinstance(values, Sequence) or not values:
        raise ValueError(f"`{name}` must be a non-empty list such as [32, 64]. Received: {name}={values!r}.")
    return [checked_size(value, f"{name}[{i}]") for i, value in enumerate(values)]


def checked_event_shape(event_shape) -> tuple[int, ...]:
    """Returns the shape of one example as a tuple of ints, or raises a ValueError."""
    try:
        sizes = () if isinstance(event_shape, str) else tuple(event_shape)
    except (TypeError, ValueError):
        sizes = ()
    if not sizes:
        raise ValueError(
            "`event_shape` must be the shape of one example, without the batch axis, such as (28, 28, 1) "
            f"for images or (30,) for the rows of a table. Received: event_shape={event_shape!r}."
        )
    return tuple(checked_size(size, f"event_shape[{i}]") for i, size in enumerate(sizes))


def checked_bool(value, name: str) -> bool:
    """Returns `value` if it is True or False, or raises a ValueError."""
    if not isinstance(value, bool):
        raise ValueError(f"`{name}` must be True or False. Received: {name}={value!r}.")
    return value


def checked_number(value, name: str, minimum: float = -math.inf, inclusive: bool = True) -> float:
    """Returns `value` as a finite float of at least (or above) `minimum`, or raises a ValueError."""
    bound = f" of at least {minimum}" if inclusive else f" above {minimum}"
    bound = bound if math.isfinite(minimum) else ""
    try:
        number = math.nan if isinstance(value, (bool, str, bytes)) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number) or number < minimum or (number == minimum and not inclusive):
        raise ValueError(f"`{name}` must be a finite number{bound}. Received: {name}={value!r}.")
    return number


def checked_rate(value, name: str) -> float:
    """Returns `value` as a float, or raises a ValueError if it is no number from 0 to below 1."""
    rate = checked_number(value, name, 0.0)
    if rate >= 1:
        raise ValueError(f"`{name}` must be below 1. Received: {name}={value!r}.")
    return rate


def checked_seed(value, name: str = "seed") -> int:
    """Returns `value` as an int, or raises a ValueError if it is no whole number from 0 to 2**31 - 3."""
    seed = checked_size(value, name, minimum=0)
    if seed > MOST_SEED:
        raise ValueError(f"`{name}` must be at most {MOST_SEED}. Received: {name}={seed}.")
    return seed


def checked_name(value, names: Collection[str], name: str) -> str:
    """Returns `value` if it is one of the names, or raises a ValueError that lists them."""
    if value not in list(names):
        raise ValueError(f"`{name}` must be one of {', '.join(map(repr, names))}. Received: {name}={value!r}.")
    return value


def checked_free_path(path, overwrite: bool) -> str:
    """Returns `path` if nothing is there, or it may be overwritten; an empty folder is nothing.

    Raises:
        ValueError: If something is there, or `overwrite` is no bool.
    """
    path = os.fspath(path)
    occupied = os.listdir(path) if os.path.isdir(path) else os.path.exists(path)
    if not checked_bool(overwrite, "overwrite") and occupied:
        raise ValueError(
            f"{path!r} already exists. Choose another path, or pass overwrite=True (--overwrite) to replace it."
        )
    return path


def check_channels_last() -> None:
    """Raises a ValueError if Keras's convolutions take channels first: an event's shape has them last."""
    if keras.config.image_data_format() != "channels_last":
        raise ValueError(
            "Convolutions need Keras's image data format 'channels_last', which event shapes such as (28, 28, 1) "
            f"have. Received: {keras.config.image_data_format()!r}. Call "
            "`keras.config.set_image_data_format('channels_last')` first, or edit `keras.json`."
        )
