"""Parts with a fault, and the law that they break."""

import re

import pytest


def with_fault(part, **methods):
    """A part of a subclass in which some methods are others, called with the right one first."""
    base = type(part)

    def replaced(name, method):
        right = getattr(base, name)
        return lambda self, *args, **kwargs: method(self, right, *args, **kwargs)

    own = {name: replaced(name, method) for name, method in methods.items()}
    return type(base.__name__, (base,), own).from_config(part.get_config())


def broken_law(check, *arguments) -> str:
    """The law that a check names when it fails, as it must."""
    with pytest.raises(AssertionError) as error:
        check(*arguments)
    return re.match(r"\w+ breaks the law: (.*?)\. (Off|It fails)", str(error.value)).group(1)
