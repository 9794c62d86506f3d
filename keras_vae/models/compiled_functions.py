"""Functions of tensors that are compiled once."""

import collections
import functools
from collections.abc import Callable, Hashable

import numpy as np
import tensorflow as tf

from keras_vae.models._function_state import Itself

MOST_FUNCTIONS = 64


class CompiledFunctions:
    """Functions of tensors, each compiled once; batches of another size do not compile it anew.

    A class of its own, so that Keras does not take the functions for state of the model.

    Args:
        depends_on: Gives what the functions hold and would not notice if it changed, such as the `ModelState` of their
            model. Where it is another than it was, all of them are compiled anew. `None` is nothing.
    """

    def __init__(self, depends_on: Callable | None = None):
        self._depends_on, self._state = depends_on, None
        self._by_name = collections.OrderedDict()
        self._state_by_name = {}

    def get(self, key: Hashable, function: Callable, depends_on: Callable | None = None) -> Callable:
        """The compiled function of a key, compiled from `function` at the first call.

        So many are kept as a program may use in turn; the one that was not asked for the longest goes first.

        Args:
            key: What it is kept by.
            function: What is compiled.
            depends_on: Gives what this function alone holds beside the others, as for the class.
        """
        self._forget_what_is_stale()
        state = None if depends_on is None else depends_on()
        if key in self._by_name and state != self._state_by_name[key]:
            del self._by_name[key]
        if key not in self._by_name:
            # TensorFlow counts compilations by a method's code, and warns of too many where several models have one
            # each; a partial object is counted by itself.
            own = functools.partial(function)
            self._by_name[key] = tf.function(own, reduce_retracing=True, autograph=False)
        self._state_by_name[key] = state
        self._by_name.move_to_end(key)
        while len(self._by_name) > MOST_FUNCTIONS:
            oldest, _ = self._by_name.popitem(last=False)
            del self._state_by_name[oldest]
        return functools.partial(self._called, self._by_name[key], key, depends_on)

    def _called(self, compiled, key, depends_on, *arguments):
        traces = compiled.experimental_get_tracing_count()
        result = compiled(*arguments)
        if compiled.experimental_get_tracing_count() != traces:
            # A layer may assign attributes while it is traced: that alone makes nothing stale.
            if self._depends_on is not None:
                self._state = self._depends_on()
            if depends_on is not None:
                self._settle(self._state_by_name.get(key), depends_on())
        return result

    def _settle(self, before, after):
        """Takes one state for another, of all functions that were compiled in it."""
        for key, state in self._state_by_name.items():
            if state is not None and state == before:
                self._state_by_name[key] = after

    def _forget_what_is_stale(self):
        state = None if self._depends_on is None else self._depends_on()
        if self._state is not None and state != self._state:
            self._by_name.clear()
            self._state_by_name.clear()
        self._state = state


def key_of(function: Callable, owner, options: dict) -> Hashable:
    """What tells a function with options from all others: for a method of `owner` its name, else the function itself.

    Two functions of one name are two, and a method that is asked for again is one.
    """
    named = function.__name__ if is_own(function, owner) else _key(function)
    return (named, *((name, _key(options[name])) for name in sorted(options)))


def is_own(function: Callable, owner) -> bool:
    """Whether a function is a method of `owner`."""
    return getattr(function, "__self__", None) is owner


def _key(value) -> Hashable:
    """What tells an option's value from others: of lists, arrays and their like what is in them."""
    if isinstance(value, dict):
        return type(value), *((_key(key), _key(of_key)) for key, of_key in value.items())
    if isinstance(value, (list, tuple)):
        return type(value), *map(_key, value)
    if isinstance(value, np.ndarray) and value.dtype != object:
        return np.ndarray, value.dtype.str, value.shape, value.tobytes()
    try:
        hash(value)
    except TypeError:
        return Itself(value)
    # A one is not a True.
    return type(value), value
