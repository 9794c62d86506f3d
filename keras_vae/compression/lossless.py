"""Blocks of which every bit comes back."""

import zlib
from collections.abc import Callable

import numpy as np

from keras_vae.compression import side_data
from keras_vae.compression._fingerprint import checksum_of_tables
from keras_vae.compression.block_codec import BlockCodec
from keras_vae.compression.file_format import StoredBlock
from keras_vae.files.damage import DamagedFileError
from keras_vae.inputs.examples import x_of
from keras_vae.inputs.rules import check_values, support_of


class LosslessCodec:
    """Examples to stored blocks and back.

    Args:
        vae: A model that `check_model` has seen.
        latent_bits: The prior has 2^latent_bits buckets for each latent.

    Raises:
        ValueError: If the likelihood is not of whole numbers.
    """

    quality = 0.0

    def __init__(self, vae, latent_bits: int):
        self._likelihood = vae.decoder.likelihood
        self._codec = BlockCodec(vae, latent_bits)
        self.latent_bits = latent_bits
        self.tables = checksum_of_tables([*self._codec.posterior.tables, *self._codec.elements.tables])

    def check(self, x: np.ndarray, first: int = 0) -> None:
        """Raises a ValueError if examples are not what the likelihood gives a probability.

        Args:
            x: Array `(n, *event_shape)`.
            first: Index of the first, for the message.
        """
        if self._likelihood.data_form != "binary" and x.dtype.kind == "f":
            raise ValueError(
                f"{type(self._likelihood).__name__} needs whole numbers of an integer dtype: x has dtype {x.dtype}. If "
                "its values are whole, convert it with `x.astype(np.uint8)`; it will come back as uint8."
            )
        check_values(support_of(self._likelihood), x, "x", first)
        if x.dtype.kind == "f" and np.signbit(x).any():
            raise ValueError("x holds a negative zero, which would come back as zero. Add 0.0 to it: `x + 0.0`.")

    def encode(self, number: int, x, progress: Callable[[int], None] | None = None) -> StoredBlock:
        """Examples `(n, *event_shape)`, with their condition where there is one, to the block of a number."""
        block = self._codec.encode(x, progress)
        return StoredBlock(number, block.count, _checksum(x_of(x)), side_data.pack(block), block.payload)

    def decode(
        self,
        stored: StoredBlock,
        dtype: np.dtype,
        progress: Callable[[int], None] | None = None,
        condition=None,
    ) -> np.ndarray:
        """A block to examples `(n, *event_shape)` of a dtype, under the values of their condition.

        Raises:
            DamagedFileError: If they are not those that the block was made of.
        """
        block = side_data.unpack(stored.side, stored.count, stored.payload)
        x = self._codec.decode(block, progress, condition).astype(dtype)
        if _checksum(x) != stored.content:
            raise DamagedFileError(
                f"Block {stored.number} decodes to other examples than were written. The model's networks gave other "
                "results on the machine that wrote the file, which has other hardware or another TensorFlow. Decode "
                "on the same kind of machine."
            )
        return x


def _checksum(x: np.ndarray) -> int:
    return zlib.crc32(np.ascontiguousarray(x))
