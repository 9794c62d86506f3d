"""`keras-vae` and its commands."""

import argparse
import functools
import importlib
import os
import sys
from collections.abc import Sequence

from keras_vae.files.damage import DamagedFileError
from keras_vae.version import VERSION

# TensorFlow's own notes about the machine bury what a person wants to read; errors still come through.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command.

    Args:
        arguments: The words after `keras-vae`; `None` takes them from the command line.

    Returns:
        The exit code: 0; 1 after an error that was explained, 2 if it is of a damaged file; 130 after an interruption.
    """
    whole_words = functools.partial(argparse.ArgumentParser, allow_abbrev=False)
    parser = whole_words(prog="keras-vae", description=__doc__)
    parser.add_argument("--version", action="version", version=f"keras-vae {VERSION}")
    parser.add_argument(
        "--import",
        dest="modules",
        metavar="MODULE",
        action="append",
        default=[],
        help="a module that registers parts of your own, found from this folder or installed; may be repeated",
    )
    commands = parser.add_subparsers(dest="command", required=True, parser_class=whole_words)
    for command in _commands():
        command.add_to(commands)
    options = parser.parse_args(arguments)
    modules = vars(options).pop("modules")
    try:
        # All that Keras has to know of, whichever command it is; only now, since it takes seconds.
        importlib.import_module("keras_vae.public")
        _import(modules)
        options.run(options)
    except KeyboardInterrupt as error:
        return _explained("Interrupted.", error, code=130)
    except (ValueError, OSError, ImportError) as error:
        return _explained(error, error, code=2 if isinstance(error, DamagedFileError) else 1)
    return 0


def _explained(text, error, code) -> int:
    print("keras-vae:", text, *getattr(error, "__notes__", ()), file=sys.stderr)
    return code


def _import(modules):
    if modules:
        # Python itself finds what lies in this folder, but not in a command that was installed.
        sys.path.append(os.getcwd())
    for module in modules:
        importlib.import_module(module)


def _commands():
    from keras_vae.cli import (
        compress,
        decompress,
        detect,
        evaluate,
        export,
        reconstruct,
        report,
        restore,
        sample,
        sweep,
        train,
        traverse,
    )

    return (
        train,
        report,
        sample,
        reconstruct,
        restore,
        traverse,
        evaluate,
        detect,
        sweep,
        compress,
        decompress,
        export,
    )
