import io

import numpy as np
import pytest
import tensorflow as tf

from keras_vae import likelihoods, priors
from keras_vae.compression import Reader, decompress
from keras_vae.compression.writer import _regrouped, write

from .. import rows


def written(vae, x, **options) -> bytes:
    file = io.BytesIO()
    size = write(vae, x, file, **options)
    assert size == len(file.getvalue())
    return file.getvalue()


def test_arrays_datasets_and_iterators_make_the_same_file(binary_vae, binary, tmp_path):
    np.save(tmp_path / "x.npy", binary)
    expected = written(binary_vae, binary, block_size=120)
    np.testing.assert_array_equal(decompress(binary_vae, expected), binary)
    dataset = tf.data.Dataset.from_tensor_slices(binary).batch(50)
    labelled = tf.data.Dataset.from_tensor_slices((binary, np.zeros(len(binary)))).batch(7)
    for x in (
        np.load(tmp_path / "x.npy", mmap_mode="r"),
        dataset,
        labelled,
        iter([binary[:1], binary[1:290], binary[290:]]),
        binary.tolist(),
    ):
        file = written(binary_vae, x, block_size=120)
        if isinstance(x, list):
            # Its numbers have another dtype, which a file keeps.
            np.testing.assert_array_equal(decompress(binary_vae, file), binary)
        else:
            assert file == expected


@pytest.mark.parametrize("block_size", [1, 99, 297, 10_000])
def test_blocks_have_the_size_that_was_asked_for(binary_vae, binary, block_size):
    images = binary[:12] if block_size == 1 else binary
    with Reader(binary_vae, written(binary_vae, images, block_size=block_size)) as reader:
        lengths = [len(block) for block in reader]
    assert sum(lengths) == len(images)
    assert all(length == block_size for length in lengths[:-1])
    assert 0 < lengths[-1] <= block_size


def test_latent_bits_make_the_start_of_a_block_cheaper(binary_vae, binary):
    fewer, more = (written(binary_vae, binary[:1], latent_bits=bits) for bits in (4, 12))
    # Four latents, 8 bits less for each; in words of 4 bytes.
    assert 0 <= len(more) - len(fewer) <= 8


def test_progress(binary_vae, binary):
    counts = []
    write(binary_vae, binary, io.BytesIO(), block_size=100, progress=counts.append)
    assert sum(counts) == len(binary)


def test_none(binary_vae, binary):
    assert decompress(binary_vae, written(binary_vae, binary[:0])).shape == (0, 8, 8, 1)
    assert decompress(binary_vae, written(binary_vae, iter([binary[:0]]))).shape == (0, 8, 8, 1)
    with pytest.raises(ValueError, match="must hold at least one batch"):
        written(binary_vae, iter([]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"block_size": 0}, "`block_size` must be a whole number of at least 1"),
        ({"block_size": 2**32}, "`block_size` must be 1 to 4294967295"),
        ({"latent_bits": 0}, "`latent_bits` must be a whole number of at least 1"),
        ({"latent_bits": 14}, "`latent_bits` must be 1 to 13"),
        ({"quality": 0}, "`quality` must be a finite number of at least 0.01"),
        ({"quality": 101}, "`quality` must be 0.01 to 100"),
        ({"quality": "high"}, "`quality` must be a finite number"),
    ],
)
def test_options_out_of_range(binary_vae, binary, options, message):
    with pytest.raises(ValueError, match=message):
        written(binary_vae, binary, **options)


def test_data_that_does_not_fit_is_refused_before_anything_is_written(binary_vae, binary):
    bad = binary.copy()
    bad[250, 0, 0, 0] = 0.5
    file = io.BytesIO()
    for x, message in ((bad, r"zeros and ones.*"), (binary[:, :7], "shape"), (np.full(3, "a"), "array of numbers")):
        with pytest.raises(ValueError, match=message):
            write(binary_vae, x, file, block_size=100)
    with pytest.raises(ValueError, match="has no end"):
        write(binary_vae, tf.data.Dataset.from_tensors(binary).repeat(), file)
    assert file.getvalue() == b""


def test_numbers_with_padding_would_not_come_back(binary_vae, binary):
    if np.longdouble(0).itemsize <= 8:
        pytest.skip("A long double is a double here.")
    with pytest.raises(ValueError, match=r"which a file cannot store in full\. Give `x\.astype\(np\.float64\)`"):
        written(binary_vae, binary.astype(np.longdouble))


def test_a_large_batch_is_cut_without_copies():
    batch, other = np.arange(2000).reshape(1000, 2), np.arange(2000, 2006).reshape(3, 2)
    blocks = list(_regrouped(iter([batch, batch[:0], other, other]), 100))
    assert [len(block) for block in blocks] == [100] * 10 + [6]
    assert all(block.base is batch.base for block in blocks[:10])
    np.testing.assert_array_equal(np.concatenate(blocks), np.concatenate([batch, other, other]))


def test_batches_of_two_dtypes(binary_vae, binary):
    with pytest.raises(ValueError, match=r"must have one dtype\. Received: float32 first, then uint8"):
        written(binary_vae, iter([binary, binary.astype(np.uint8)]))


@pytest.mark.parametrize(
    ("vae", "message"),
    [
        (lambda: rows.vae(prior=priors.MixtureOfNormals(2, 3)), "StandardNormal or Laplace"),
        (lambda: rows.vae(likelihoods.Normal(rows.EVENT_SHAPE)), "likelihood of whole numbers"),
        (lambda: rows.vae(likelihoods.ContinuousBernoulli(rows.EVENT_SHAPE)), "likelihood of whole numbers"),
    ],
)
def test_models_that_cannot_compress(vae, message):
    with pytest.raises(ValueError, match=message):
        written(vae(), np.zeros((3, *rows.EVENT_SHAPE), np.uint8))
