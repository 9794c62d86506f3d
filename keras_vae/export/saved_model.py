"""TensorFlow's SavedModel, with signatures of any functions."""

import os
from collections.abc import Callable
from typing import NamedTuple

import keras
import tensorflow as tf

from keras_vae.files.whole import whole_folder

# What lies in the folder of a SavedModel.
WRITTEN = ("saved_model.pb", "fingerprint.pb", "variables", "assets", "assets.extra")


class Signature(NamedTuple):
    """A function of tensors that is served.

    Attributes:
        function: From tensors to a tensor, or to a dict of them.
        inputs: Specifications of its inputs.
    """

    function: Callable
    inputs: list[tf.TensorSpec]


def write(filepath, signatures: dict[str, Signature], verbose: bool | None = None, owner=None) -> None:
    """Writes a SavedModel.

    Args:
        filepath: The folder to write.
        signatures: What is served, by name. The first is what `serving_default` stands for; one of two names is traced
            once.
        verbose: Whether to print the endpoints.
        owner: A Keras model that has the variables of all functions.

    Raises:
        ValueError: If there is a file in the folder's place.
    """
    if os.path.isfile(filepath):
        raise ValueError(f"A SavedModel is a folder, and {os.fspath(filepath)!r} is a file.")
    different = {id(signature): signature for signature in signatures.values()}
    traced = {key: _traced(*signature) for key, signature in different.items()}
    endpoints = {name: traced[id(signature)] for name, signature in signatures.items()}
    with whole_folder(filepath, lambda file: file.split(os.sep)[0] in WRITTEN) as folder:
        try:
            _write(folder, endpoints, verbose)
        except AssertionError:
            # Lookup tables of a user's layers must be tracked, which stores all weights twice.
            _write(folder, endpoints, verbose, owner)


def _traced(function, inputs) -> tuple:
    """A function and its inputs, as an endpoint: Keras traces that twice, which of a graph is the call alone."""
    graph = tf.function(function, input_signature=inputs, autograph=False).get_concrete_function()
    return lambda *tensors: graph(*tensors), inputs


def _write(filepath, endpoints, verbose, owner=None):
    archive = keras.export.ExportArchive()
    if owner is not None:
        archive.track(owner)
    for name, (function, inputs) in endpoints.items():
        archive.add_endpoint(name, function, inputs)
    archive.write_out(os.fspath(filepath), verbose=bool(verbose))
