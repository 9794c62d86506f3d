"""Compression by a VAE: smaller than what knows nothing of the data, and back bit for bit."""

from keras_vae.compression.compress import compress, compress_to_file, decompress
from keras_vae.compression.errors import DamagedFileError, WrongModelError
from keras_vae.compression.reader import Reader

__all__ = ["DamagedFileError", "Reader", "WrongModelError", "compress", "compress_to_file", "decompress"]
