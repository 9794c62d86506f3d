"""What tells a model, and the coder's tables, from others."""

import hashlib
import json
import zlib

import keras
import numpy as np

from keras_vae.compression.ans_stack import AnsStack
from keras_vae.compression.file_format import FINGERPRINT_BYTES
from keras_vae.likelihoods.masked import unmasked
from keras_vae.models.network_units import NetworkUnits
from keras_vae.models.transposed_dense import TransposedDense
from keras_vae.ops.keras_internals import all_layers

# Of a layer's configuration, what does not change its outputs outside of training; and what the encoder's weights say.
NO_SETTINGS, OF_TRAINING = ("name", "dtype", "trainable", "seed"), ("_initializer", "_regularizer", "_constraint")
SIZE_OF_CODES = "latent_dim"


def fingerprint(vae) -> bytes:
    """16 bytes of the SHA-256 of a model's kinds of parts, of their settings and of its weights, of every bit of them.

    A model that is saved and loaded keeps it; training changes it. Names of layers, and the optimizer, do not count.

    Args:
        vae: A built model with a prior.
    """
    digest = hashlib.sha256(json.dumps(_description(vae), sort_keys=True, default=_plain).encode())
    parts = [vae.encoder, vae.decoder, vae.prior_layers[0], *_condition_of(vae)]
    for weight in [weight for part in parts for weight in part.get_weights()]:
        digest.update(f"{weight.dtype.str} {weight.shape}".encode())
        digest.update(np.ascontiguousarray(weight).tobytes())
    return digest.digest()[:FINGERPRINT_BYTES]


def _description(vae):
    likelihood = vae.decoder.likelihood
    layers = [layer for part in (vae.encoder, vae.decoder, *_condition_of(vae)) for layer in all_layers(part)]
    return {
        # How data is rescaled is the likelihood's.
        "layers": [_described(layer) for layer in layers if not isinstance(layer, NetworkUnits)],
        "likelihood": [type(likelihood).__name__, list(likelihood.event_shape), _levels(likelihood)],
        "prior": _of_prior(*vae.prior_layers),
    }


def _condition_of(vae) -> list:
    """The model's condition, if it has one."""
    return [] if vae.condition is None else [vae.condition]


def _levels(likelihood) -> int:
    # What a masked one wraps is a layer with settings of its own.
    return 0 if likelihood is not unmasked(likelihood) else likelihood.levels or 0


def _of_prior(prior, *within) -> str | list:
    """What tells a prior from others beside its weights: the name of its class, where that is all."""
    settings = {name: value for name, value in _config(prior).items() if name != SIZE_OF_CODES and not _is_layer(value)}
    name = type(prior).__name__
    return [name, settings, *map(_described, within)] if settings or within else name


def _described(layer) -> list:
    return [type(layer).__name__, _activation(layer), _settings(layer)]


def _activation(layer):
    return getattr(getattr(layer, "activation", None), "__name__", "")


def _settings(layer) -> dict:
    """What a layer does beside its weights, such as a slope; of those that hold others, these speak for themselves.

    For a layer of a tied decoder the encoder's speaks, whose kernel it has.
    """
    if isinstance(layer, (keras.layers.InputLayer, TransposedDense)) or len(all_layers(layer)) > 1:
        return {}
    return _config(layer)


def _config(layer) -> dict:
    config = layer.get_config().items()
    return {name: value for name, value in config if name not in NO_SETTINGS and not name.endswith(OF_TRAINING)}


def _is_layer(value) -> bool:
    """Whether a setting is a layer, or several, which are described by themselves."""
    return isinstance(value, dict) or (isinstance(value, (list, tuple)) and any(map(_is_layer, value)))


def _plain(value):
    """What a layer's file would hold: numbers of NumPy as Python's; of what is no number, the kind alone."""
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else type(value).__name__


def checksum_of_tables(tables) -> int:
    """CRC-32 of the coder's tables, and of what the coder's library makes of a few symbols.

    Args:
        tables: Arrays.
    """
    checksum = zlib.crc32(_probe())
    for table in tables:
        little_endian = np.ascontiguousarray(table, table.dtype.newbyteorder("<"))
        checksum = zlib.crc32(little_endian.tobytes(), checksum)
    return checksum


def _probe() -> bytes:
    """A stream of symbols under each distribution in use: another version of the library must code them alike."""
    stack, symbols = AnsStack(), np.arange(97)
    stack.push_bits(symbols, 10)
    stack.push_uniform(symbols, 98 + 7 * symbols)
    stack.push_binary(symbols % 2, (symbols + 1) / 128)
    stack.push_levels(symbols % 3, np.add.outer(symbols, np.arange(3) / 7) + 1)
    stack.push_alike(symbols % 5, np.array([0.3, 0.1, 0.25, 0, 0.35]))
    return stack.to_bytes()
