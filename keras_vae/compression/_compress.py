"""Arrays and files to bytes, and back, bit for bit."""

import io
import os
from collections.abc import Callable

import numpy as np

from keras_vae.compression.reader import Reader
from keras_vae.compression.writer import BLOCK_SIZE, LATENT_BITS, write
from keras_vae.files.whole import whole_file
from keras_vae.ops.checks import checked_free_path


def compress(
    vae, x, quality: float | None = None, block_size: int = BLOCK_SIZE, latent_bits: int = LATENT_BITS
) -> bytes:
    """Compresses examples with a VAE: every bit of them comes back, unless a `quality` is given.

    Bits-back coding, at about the rate of the model's negative ELBO. Overhead: some 60 bytes for the file, and for each
    block some 50 bytes and `latent_dim * latent_bits` bits, which its first example pays.

    ```python
    blob = keras_vae.compression.compress(vae, images)  # bytes
    restored = keras_vae.compression.decompress(vae, blob)  # equal to images
    ```

    Source: Townsend, Bird and Barber 2019, "Practical lossless compression with latent variables using bits back
    coding".

    Args:
        vae: A `VAE` with a `DiagonalNormal` posterior, a `StandardNormal` or `Laplace` prior, and, to be lossless, a
            likelihood of whole numbers: `Bernoulli`, `BetaBinomial`, `DiscretizedLogistic` or `Categorical`.
        x: Array `(n, *event_shape)` in the data's units, n from 0; a `tf.data.Dataset` of batches, or an iterator over
            them. The dtype comes back too.
        quality: `None` loses nothing. A number from 0.01 to 100 keeps only the code, in steps of the posterior's
            standard deviation / quality, and the mean of p(x|z) comes back.
        block_size: Examples per block. Smaller blocks add overhead; one flipped bit loses the whole block.
        latent_bits: Bits for each latent of a code, 1 to 13. Fewer make a block's start cheaper; too few for a narrow
            posterior make every example cost more.

    Returns:
        A `.kvz` file, as bytes.

    Raises:
        ImportError: If the library `constriction` is not installed.
        ValueError: If the model or the data cannot be coded; raised before anything is.
    """
    file = io.BytesIO()
    write(vae, x, file, quality, block_size, latent_bits)
    return file.getvalue()


def decompress(vae, blob: bytes) -> np.ndarray:
    """Turns what `compress` returned back into the examples.

    Args:
        vae: The `VAE` that compressed them, or the same after saving and loading.
        blob: A `.kvz` file, as bytes.

    Returns:
        Array `(n, *event_shape)`, in the dtype that was compressed.

    Raises:
        DamagedFileError: If a single bit is not as it was written; a `Reader` reads the blocks that are undamaged.
        ImportError: If the library `constriction` is not installed.
        WrongModelError: If another model compressed it.
    """
    with Reader(vae, blob) as reader:
        return reader.read_all()


def compress_to_file(
    vae,
    x,
    path,
    quality: float | None = None,
    block_size: int = BLOCK_SIZE,
    latent_bits: int = LATENT_BITS,
    overwrite: bool = False,
    progress: Callable[[int], None] | None = None,
) -> int:
    """`compress` to a file, for more examples than fit in memory: only one block is held.

    Args:
        vae: As for `compress`.
        x: As for `compress`; `numpy.load(name, mmap_mode="r")` gives an array that stays on the disk.
        path: The file to write. It appears when it is complete.
        quality: As for `compress`.
        block_size: As for `compress`.
        latent_bits: As for `compress`.
        overwrite: Replace the file if it is there.
        progress: Called repeatedly, with the number of newly coded examples.

    Returns:
        The size of the file in bytes. `Reader` reads it.

    Raises:
        ValueError: As for `compress`; or if `path` exists and may not be overwritten.
    """
    path = checked_free_path(path, overwrite)
    if os.path.isdir(path):
        raise ValueError(f"{path!r} is a folder. Give a file, such as images.kvz.")
    with whole_file(path) as name, open(name, "wb") as file:
        return write(vae, x, file, quality, block_size, latent_bits, progress)
