"""Compression by a VAE: smaller than what knows nothing of the data, and back bit for bit."""

from keras_vae.compression._compress import compress, compress_to_file, decompress
from keras_vae.compression.reader import Reader, WrongModelError
from keras_vae.files.damage import DamagedFileError

__all__ = ["DamagedFileError", "Reader", "WrongModelError", "compress", "compress_to_file", "decompress"]
