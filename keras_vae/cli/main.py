"""`keras-vae` and its commands."""

import argparse
import os
import sys
from collections.abc import Sequence

# TensorFlow's own notes about the machine bury what a person wants to read; errors still come through.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command.

    Args:
        arguments: The words after `keras-vae`; `None` takes them from the command line.

    Returns:
        The exit code: 0, or 1 after an error that was explained.
    """
    parser = argparse.ArgumentParser(prog="keras-vae", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    for command in _commands():
        command.add_to(commands)
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except (ValueError, OSError) as error:
        print(f"keras-vae: {error}", file=sys.stderr)
        return 1
    return 0


def _commands():
    from keras_vae.cli import evaluate, export, reconstruct, sample, train

    return train, sample, reconstruct, evaluate, export
