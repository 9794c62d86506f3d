"""Data by name to a compressed file, and back."""

import math
import os
from collections.abc import Callable

import numpy as np

from keras_vae import compression
from keras_vae.compression.baselines import baseline_sizes
from keras_vae.files.whole import whole_file
from keras_vae.ops.checks import checked_free_path
from keras_vae.runs.conditional import check_unconditional
from keras_vae.runs.data import model_data
from keras_vae.runs.image_files import folder_batches, npy_batches, save_images

BATCH_SIZE, SEED = 500, 0


def compress(
    vae,
    source: str,
    output: str,
    split: str | None = None,
    data_dir: str | None = None,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
    **options,
) -> dict:
    """Compresses a `.npy` file, a folder of images, or a dataset by name.

    Args:
        vae: The model.
        source: A `.npy` file, a folder of images, or a name or another path for `datasets.load`, taken as the
            likelihood takes it.
        output: The `.kvz` file to write.
        split: Of a dataset by name; `None` is `"test"`.
        data_dir: Where TFDS finds its data.
        overwrite: Replace the file if it is there.
        progress: Called with how many examples are done, and how many there are.
        **options: `quality`, `block_size` and `latent_bits` of `compression.compress`.

    Returns:
        Dict of `num_examples`, `num_elements` (all of them) and `bytes`; of the negative ELBO's `bound_bytes`, unless
        something is lost; and of `baselines`, bytes by the name of another lossless compressor.

    Raises:
        ValueError: If the source, the model or an option will not do, or there is something at `output`.
    """
    check_unconditional(vae, "keras-vae compress", "compression.compress(vae, x, condition=...)")
    checked_free_path(output, overwrite)
    count, batches = _source(vae, source, split, data_dir)
    report = _counted(progress, count)
    size = compression.compress_to_file(vae, batches(), output, overwrite=overwrite, progress=report, **options)
    figures = {"num_examples": count, "num_elements": count * math.prod(vae.event_shape), "bytes": size}
    if options.get("quality") is None:
        nats = sum(-float(vae.elbo(batch, seed=SEED).sum(dtype=np.float64)) for batch in batches() if len(batch))
        figures["bound_bytes"] = nats / math.log(2) / 8
    figures["baselines"] = baseline_sizes(batches(), _is_binary(vae))
    return figures


def decompress(
    vae,
    source: str,
    output: str,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Writes the examples of a `.kvz` file to a `.npy` file or to a folder of PNG files.

    Args:
        vae: The model that compressed them.
        source: The `.kvz` file.
        output: A name that ends in `.npy`, or a folder.
        overwrite: Write over what is there.
        progress: Called with how many examples are done, and how many there are.

    Returns:
        How many examples.

    Raises:
        ValueError: If the file is damaged or another model's, or there is something at `output`.
    """
    check_unconditional(vae, "keras-vae decompress", "compression.decompress(vae, blob, condition=...)")
    checked_free_path(output, overwrite)
    with compression.Reader(vae, source) as reader:
        # All checksums, before anything is written.
        count = reader.check()
        report = _counted(progress, count)
        blocks = (reader.read_block(number, report) for number in range(reader.num_blocks))
        if not output.endswith(".npy"):
            return save_images(output, blocks, _is_binary(vae))
        with whole_file(output) as path:
            _save_npy(path, blocks, (count, *reader.event_shape), reader.dtype)
    return count


def _source(vae, source, split, data_dir):
    if source.endswith(".npy"):
        return npy_batches(source)
    if os.path.isdir(source):
        return folder_batches(source, _is_binary(vae), vae.event_shape)
    dataset = model_data(source, vae, BATCH_SIZE, data_dir, split)
    return sum(len(batch) for batch in dataset), dataset.as_numpy_iterator


def _is_binary(vae) -> bool:
    return vae.decoder.likelihood.data_form == "binary"


def _counted(progress, count) -> Callable[[int], None]:
    """What tells how many are done, given how many more are."""
    done = 0

    def report(examples):
        nonlocal done
        done += examples
        if progress is not None:
            progress(done, count)

    return report


def _save_npy(path, blocks, shape, dtype):
    """Writes an array block by block: it may be larger than memory."""
    with open(path, "wb") as file:
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        for block in blocks:
            file.write(np.ascontiguousarray(block).tobytes())
