"""The docstrings of all public names say what their arguments are, in the order of the signature."""

import inspect
import re

import pytest

from keras_vae import public

# Results that are tuples with names have attributes in place of arguments.
ARGS = re.compile(r"^(?:Args|Attributes):\n((?:    .*\n|\n)*)", re.MULTILINE)
ARGUMENT = re.compile(r"^ {4}(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: \([^)]*\))?:", re.MULTILINE)


def public_names() -> dict:
    """All public classes and functions by their dotted names."""
    names = {}
    for name in public.__all__:
        found = getattr(public, name)
        if inspect.ismodule(found):
            names |= {f"{name}.{inner}": getattr(found, inner) for inner in found.__all__}
        else:
            names[name] = found
    return {name: found for name, found in names.items() if callable(found)}


def public_methods() -> dict:
    """The methods of public classes whose docstrings name arguments, each once."""
    methods = {}
    for name, found in public_names().items():
        for inner, member in inspect.getmembers(found) if inspect.isclass(found) else ():
            static = inspect.getattr_static(found, inner)
            function = getattr(static, "__func__", static)
            own = inspect.isfunction(function) and function.__module__.startswith("keras_vae")
            if own and not inner.startswith("_") and "Args:" in (function.__doc__ or ""):
                methods.setdefault(function, (f"{name}.{inner}", member))
    return dict(methods.values())


def of_signature(found) -> list[str]:
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    parameters = inspect.signature(found).parameters.values()
    return [stars.get(parameter.kind, "") + parameter.name for parameter in parameters if parameter.name != "self"]


def of_docstring(found) -> list[str]:
    arguments = ARGS.search(f"{inspect.getdoc(found)}\n")
    named = ARGUMENT.findall(arguments[1]) if arguments else []
    return [name for names in named for name in names.split(", ")]


@pytest.mark.parametrize("name", public_names())
def test_arguments_are_those_of_the_signature(name):
    found = public_names()[name]
    assert inspect.getdoc(found)
    assert disagreement(found) is None


def test_so_are_those_of_methods():
    methods = public_methods()
    assert len(methods) > 30
    assert {name: disagreement(found) for name, found in methods.items() if disagreement(found)} == {}


def disagreement(found) -> tuple | None:
    """What the docstring and the signature name, if that differs; a base class may describe some of `**kwargs`."""
    if inspect.isclass(found) and issubclass(found, Exception):
        return None
    named, given = of_docstring(found), of_signature(found)
    if "**kwargs" in given:
        given = [name for name in given if name != "**kwargs"]
        named = [name for name in named if name != "**kwargs"][: len(given)]
    return None if named == given else (named, given)
