"""What a function of somebody's own computes with, beside what it is given."""

import contextlib
import functools
import itertools
import types
from collections.abc import Callable

import keras
import numpy as np

from keras_vae.models.model_state import ModelState

# What says what it is by its value.
VALUES = (bool, int, float, complex, str, bytes, types.NoneType, np.generic)
# What is told apart by what is in it. A method is another object each time that it is asked for.
CONTAINERS = (list, tuple, dict, types.MethodType)
# Of larger arrays it is not seen that they were changed in their place.
MOST_BYTES = 2**16
# Objects in objects are followed so far.
MOST_STEPS = 6


class Itself:
    """Stands for an object that is told apart by being another one."""

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return isinstance(other, Itself) and self.value is other.value

    def __hash__(self):
        return id(self.value)


def function_state(function: Callable, owner=None):
    """What a function computes with at some time, to be compared with what it is at another.

    That is what it closes over, its defaults and the globals that it names; of a method, and of an object that is
    called, its attributes; of a partial object its arguments; each with what is in it, and of a Keras layer its
    `ModelState`. The values of variables are not part of it: compiled functions follow them.

    Args:
        function: Anything that can be called.
        owner: A model whose own state is looked at elsewhere.
    """
    return _state(function, MOST_STEPS, {id(owner)})


def _state(value, steps, seen):
    if isinstance(value, VALUES):
        # A one is not a True.
        return type(value), value
    if isinstance(value, np.ndarray) and value.dtype != object and value.nbytes <= MOST_BYTES:
        return value.dtype.str, value.shape, value.tobytes()
    # What is met a second time, as in a circle, was looked at.
    if steps == 0 or id(value) in seen or isinstance(value, (type, types.ModuleType, keras.Variable)):
        return Itself(value)
    if isinstance(value, keras.layers.Layer):
        return Itself(value), ModelState(value)
    parts = _parts(value)
    if not isinstance(value, CONTAINERS):
        seen.add(id(value))
        return Itself(value), [_state(part, steps - 1, seen) for part in parts]
    return type(value), [_state(part, steps - 1, seen) for part in parts]


def _parts(value):
    """What an object, a function or a container holds."""
    if isinstance(value, dict):
        return itertools.chain.from_iterable(value.items())
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, functools.partial):
        return value.func, value.args, value.keywords
    if isinstance(value, types.MethodType):
        return value.__self__, value.__func__
    if isinstance(value, types.FunctionType):
        return value.__defaults__, value.__kwdefaults__, *_closed_over(value), *_globals(value)
    # Tensors and what else is of other libraries is what it is.
    is_of_others = type(value).__module__.split(".")[0] in ("tensorflow", "keras", "builtins")
    return () if is_of_others else vars(value).values() if hasattr(value, "__dict__") else ()


def _closed_over(function):
    for cell in function.__closure__ or ():
        # A cell of a name that is not bound yet is empty.
        with contextlib.suppress(ValueError):
            yield cell.cell_contents


def _globals(function):
    names = set(_names(function.__code__))
    return [value for name, value in function.__globals__.items() if name in names]


def _names(code):
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)
