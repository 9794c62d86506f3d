"""Writing a `.kvz` file."""

from collections.abc import Callable, Iterable, Iterator

import keras
import numpy as np

from keras_vae.compression._check_model import check_model
from keras_vae.compression._fingerprint import fingerprint
from keras_vae.compression.block_conditions import with_note
from keras_vae.compression.file_format import MOST_ITEM_BYTES, Header, footer
from keras_vae.compression.lossless import LosslessCodec
from keras_vae.compression.lossy import LossyCodec
from keras_vae.inputs import batches
from keras_vae.inputs.batches import num_rows, rows
from keras_vae.inputs.data_checks import as_examples
from keras_vae.inputs.event_shapes import check_event_shape
from keras_vae.inputs.examples import condition_of, x_of
from keras_vae.inputs.plain_arrays import is_bfloat16
from keras_vae.ops.checks import checked_number, checked_size

BLOCK_SIZE, LATENT_BITS = 1000, 10
MOST_LATENT_BITS = 13
MOST_BLOCK_SIZE = 2**32 - 1
LEAST_QUALITY, MOST_QUALITY = 0.01, 100.0


def write(
    vae,
    x,
    file,
    quality: float | None = None,
    block_size: int = BLOCK_SIZE,
    latent_bits: int = LATENT_BITS,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Writes examples to a file, block by block; no more than a block of them is held.

    Args:
        vae: A `VAE`.
        x: Array `(n, *event_shape)`, also one that is mapped from a file; a `tf.data.Dataset` of batches, or an
            iterator over them. Of a model with a condition, `{"x": ..., "condition": ...}` in their place.
        file: Open for writing bytes.
        quality: `None` to lose nothing; else see `LossyCodec`, from 0.01 to 100.
        block_size: Examples of a block, 1 to 2^32 - 1.
        latent_bits: The prior has 2^latent_bits buckets for each latent, 1 to 13; of no effect with `quality`.
        progress: Called with a number of examples whenever so many more are coded.

    Returns:
        How many bytes were written.

    Raises:
        ValueError: If the model or the data cannot be coded.
    """
    check_model(vae)
    if checked_size(block_size, "block_size") > MOST_BLOCK_SIZE:
        raise ValueError(f"`block_size` must be 1 to {MOST_BLOCK_SIZE}. Received: block_size={block_size}.")
    block_size = int(block_size)
    codec = _codec(vae, quality, latent_bits)
    blocks = _blocks(vae, codec, x, block_size)
    # Also of no examples there is a first block, which says their dtype.
    block = next(blocks)
    fields = Header(
        vae.event_shape, x_of(block).dtype, fingerprint(vae), codec.tables, codec.latent_bits, block_size, codec.quality
    )
    header = fields.to_bytes()
    file.write(header)
    lengths, count = [], 0
    while block is not None and num_rows(block) > 0:
        size = num_rows(block)
        data = with_note(codec.encode(len(lengths), block, progress), condition_of(block)).to_bytes()
        if not fields.carries(size, len(data)):
            raise ValueError(
                f"{size:,} examples became {len(data):,} bytes: no reader would believe such a file. The codes "
                "carry nothing; take a larger `quality`, or a smaller `block_size`."
            )
        file.write(data)
        lengths.append(len(data))
        count += size
        block = next(blocks, None)
    end = footer(lengths, count)
    file.write(end)
    return len(header) + sum(lengths) + len(end)


def _codec(vae, quality, latent_bits):
    if checked_size(latent_bits, "latent_bits") > MOST_LATENT_BITS:
        raise ValueError(f"`latent_bits` must be 1 to {MOST_LATENT_BITS}. Received: latent_bits={latent_bits}.")
    if quality is None:
        return LosslessCodec(vae, latent_bits)
    quality = checked_number(quality, "quality", LEAST_QUALITY)
    if quality > MOST_QUALITY:
        raise ValueError(f"`quality` must be {LEAST_QUALITY} to {MOST_QUALITY:g}. Received: quality={quality}.")
    # As the file stores it.
    return LossyCodec(vae, float(np.float32(quality)))


def _blocks(vae, codec, x, block_size) -> Iterator:
    """Blocks of examples that were checked; at least one, which may be empty."""
    if batches.is_dataset(x):
        batches.check_ends(x, "x")
        return _regrouped(_checked_batches(vae, codec, x.as_numpy_iterator()), block_size)
    if isinstance(x, Iterator):
        return _regrouped(_checked_batches(vae, codec, x), block_size)
    x = as_examples(vae.data_spec, x, "x")
    starts = range(0, max(num_rows(x), 1), block_size)
    # All of them before the first is coded.
    for start in starts:
        _check(vae, codec, x_of(x)[start : start + block_size], start)
    return (rows(x, start, block_size) for start in starts)


def _checked_batches(vae, codec, data) -> Iterator:
    count, dtype = 0, None
    for element in data:
        batch, _, _ = keras.utils.unpack_x_y_sample_weight(element)
        batch = as_examples(vae.data_spec, batch, "x")
        x = x_of(batch)
        _check(vae, codec, x, count)
        if dtype not in (None, x.dtype):
            raise ValueError(f"The batches must have one dtype. Received: {dtype} first, then {x.dtype}.")
        count, dtype = count + len(x), x.dtype
        yield batch
    if dtype is None:
        raise ValueError("`x` is empty: it must hold at least one batch.")


def _regrouped(data: Iterable, block_size: int) -> Iterator:
    """Batches of any sizes as blocks of one size; the last has what is left."""
    waiting, count, given = [], 0, False
    for batch in data:
        start, size = 0, num_rows(batch)
        while count + size - start >= block_size:
            part = rows(batch, start, block_size - count)
            yield _concatenated([*waiting, part]) if waiting else part
            waiting, count, start, given = [], 0, start + num_rows(part), True
        if start < size or not given:
            waiting.append(rows(batch, start, size))
            count += size - start
    if count or not given:
        yield _concatenated(waiting)


def _concatenated(parts):
    # By itself NumPy forgets a foreign byte order.
    return keras.tree.map_structure(lambda *arrays: np.concatenate(arrays, dtype=arrays[0].dtype), *parts)


def _check(vae, codec, x, first):
    check_event_shape(x.shape, vae.event_shape, "x")
    if is_bfloat16(x):
        raise ValueError(
            "x has dtype bfloat16, which a file cannot store. Give `x.astype(np.float32)`, which keeps its values."
        )
    if x.dtype.itemsize > MOST_ITEM_BYTES:
        raise ValueError(f"x has dtype {x.dtype}, which a file cannot store in full. Give `x.astype(np.float64)`.")
    codec.check(x, first)
