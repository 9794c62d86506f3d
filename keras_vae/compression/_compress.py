"""Arrays and files to bytes, and back, bit for bit."""

import io
import os
from collections.abc import Callable

import numpy as np

from keras_vae.compression.reader import Reader
from keras_vae.compression.writer import BLOCK_SIZE, LATENT_BITS, write
from keras_vae.files.whole import whole_file
from keras_vae.inputs.examples import given
from keras_vae.ops.checks import checked_free_path


def compress(
    vae,
    x,
    quality: float | None = None,
    block_size: int = BLOCK_SIZE,
    latent_bits: int = LATENT_BITS,
    *,
    condition=None,
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
            deviation / quality, and what comes back is the mean of p(x|z).
        block_size: Examples of a block. Smaller blocks add overhead; one flipped bit loses the whole block.
        latent_bits: Bits for each latent of a code, 1 to 13. Fewer make a block's start cheaper; too few for a
            posterior that is narrow cost more for every example.
        condition: For a model with a condition, its values for an array x: one for each example, or one for all. They
            are not stored: whoever decompresses gives them again. A block holds a checksum of them, 4 bytes, by which
            others are told.

    Returns:
        A `.kvz` file, as bytes.

    Raises:
        ImportError: If the library `constriction` is not installed.
        ValueError: If the model or the data cannot be coded; raised before anything is.
    """
    file = io.BytesIO()
    write(vae, given(x, condition), file, quality, block_size, latent_bits)
    return file.getvalue()


def decompress(vae, blob: bytes, *, condition=None) -> np.ndarray:
    """Turns what `compress` returned into the examples again.

    Args:
        vae: The `VAE` that compressed them, or the same after saving and loading.
        blob: A `.kvz` file, as bytes.
        condition: For a model with a condition, the values that the examples were compressed under, which are not in
            the file: one for each example, in the same order, or one for all.

    Returns:
        Array `(n, *event_shape)`, in the dtype that was compressed.

    Raises:
        DamagedFileError: If a single bit is not as it was written; a `Reader` reads the blocks that are undamaged.
        ImportError: If the library `constriction` is not installed.
        ValueError: If the condition is missing, or has more or fewer values than there are examples, or other ones than
            they were compressed under.
        WrongModelError: If another model compressed it.
    """
    with Reader(vae, blob, condition=condition) as reader:
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
    *,
    condition=None,
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
        progress: Called with a number of examples whenever so many more are coded.
        condition: As for `compress`.

    Returns:
        The size of the file in bytes. `Reader` reads it.

    Raises:
        ValueError: As for `compress`; or if `path` exists and may not be overwritten.
    """
    path = checked_free_path(path, overwrite)
    if os.path.isdir(path):
        raise ValueError(f"{path!r} is a folder. Give a file, such as images.kvz.")
    with whole_file(path) as name, open(name, "wb") as file:
        return write(vae, given(x, condition), file, quality, block_size, latent_bits, progress)
