"""Methods under the names that they had before 0.3."""

from collections.abc import Callable

from keras_vae.ops._warn import warn


def renamed(old: str, new: str, **options) -> Callable:
    """A method of an old name, which warns and calls the new one with these options."""

    def method(self, *args, **kwargs):
        warn(f"`{old}` is called `{new}` now. The old name goes with version 1.", DeprecationWarning)
        return getattr(self, new)(*args, **options, **kwargs)

    method.__name__, method.__doc__ = old, f"The old name of `{new}`."
    return method
