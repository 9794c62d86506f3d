import functools
import os
import subprocess
import sys

import numpy as np
import pytest

from keras_vae import (
    VAE,
    ContractiveEncoder,
    Decoder,
    Encoder,
    TiedDecoder,
    compression,
    likelihoods,
    networks,
    posteriors,
    priors,
)
from keras_vae.compression import DamagedFileError, compress, compress_to_file, decompress

COLOUR = (4, 4, 3)
RNG = np.random.default_rng(0)
LIKELIHOODS = {
    "bernoulli": likelihoods.Bernoulli(COLOUR),
    "beta_binomial": likelihoods.BetaBinomial(COLOUR),
    "discretized_logistic": likelihoods.DiscretizedLogistic(COLOUR),
    "categorical": likelihoods.Categorical(COLOUR, 256),
}


def colour_vae(likelihood, prior=None) -> VAE:
    vae = VAE(
        Encoder(networks.conv([4]), posteriors.DiagonalNormal(3)),
        Decoder(networks.conv_transpose([4], COLOUR), likelihood),
        prior=prior,
    )
    vae.build((None, *COLOUR))
    return vae


@pytest.fixture(scope="module")
def vaes() -> dict:
    return {name: colour_vae(likelihood) for name, likelihood in LIKELIHOODS.items()}


def check(vae, x, **options):
    """The law of a codec."""
    decompressed = decompress(vae, compress(vae, x, **options))
    assert decompressed.dtype == x.dtype
    assert decompressed.shape == x.shape
    assert decompressed.tobytes() == x.tobytes()


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_every_likelihood_every_image(vaes, name):
    """In blocks of black images, of white ones and of noise, each a stream of its own; the last is not full."""
    top = 1 if name == "bernoulli" else 255
    x = np.concatenate(
        [np.zeros((20, *COLOUR)), np.full((20, *COLOUR), top), RNG.integers(0, top + 1, (23, *COLOUR))]
    ).astype(np.uint8)
    check(vaes[name], x, block_size=10)


@pytest.mark.parametrize("count", [0, 1, 2, 255, 257])
def test_every_number_of_images(vaes, count):
    check(vaes["bernoulli"], RNG.integers(0, 2, (count, *COLOUR)).astype(bool), block_size=256)


def test_ten_thousand_and_one_images(vaes):
    check(vaes["bernoulli"], RNG.integers(0, 2, (10_001, *COLOUR)).astype(np.float32), block_size=20_000)


def test_a_laplace_prior():
    vae = colour_vae(likelihoods.Bernoulli(COLOUR), priors.Laplace(3))
    check(vae, RNG.integers(0, 2, (40, *COLOUR)).astype(np.uint8))


def test_the_whole_file_is_near_the_bound(grey_vae, grey):
    x = np.tile(grey, (8, 1, 1, 1))
    bound = -grey_vae.elbo(x, num_samples=30, seed=0).sum() / np.log(2)
    assert 8 * len(compress(grey_vae, x, block_size=len(x))) < 1.02 * bound


def test_a_block_costs_what_the_docstring_says(grey_vae, grey):
    x = grey[:200]
    one, four = (len(compress(grey_vae, x, block_size=size)) for size in (200, 50))
    assert 0 < four - one <= 3 * (50 + 4 * 10 / 8)
    assert len(compress(grey_vae, x[:0])) <= 100


def test_with_loss_few_bytes_are_left(grey_vae, grey):
    blob = compress(grey_vae, grey, quality=1.0)
    assert len(blob) < len(compress(grey_vae, grey)) / 5
    decompressed = decompress(grey_vae, blob)
    assert (decompressed.dtype, decompressed.shape) == (grey.dtype, grey.shape)
    assert np.mean((decompressed.astype(float) - grey) ** 2) < np.var(grey)


def test_every_damage_is_found(binary_vae, binary):
    blob = compress(binary_vae, binary, block_size=100)
    for bit in RNG.choice(8 * len(blob), 200, replace=False):
        damaged = bytearray(blob)
        damaged[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(DamagedFileError):
            decompress(binary_vae, bytes(damaged))
    for length in RNG.choice(len(blob), 50, replace=False):
        with pytest.raises(DamagedFileError):
            decompress(binary_vae, blob[:length])
    with pytest.raises(DamagedFileError):
        decompress(binary_vae, blob + b"\0")


OTHER_PROCESS = """
import pathlib, sys
import numpy as np
import tensorflow as tf
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
from keras_vae import compression, load_model
folder = pathlib.Path(sys.argv[1])
for name in sys.argv[2:]:
    vae = load_model(folder / f"{name}.keras")
    x = compression.decompress(vae, (folder / f"{name}.kvz").read_bytes())
    np.save(folder / f"{name}.npy", x)
    (folder / f"{name}.other.kvz").write_bytes(compression.compress(vae, x))
"""


def vaes_of_other_kinds() -> dict:
    decoders = {
        "tied": lambda: TiedDecoder(likelihoods.Bernoulli(COLOUR)),
        "contractive": lambda: Decoder(networks.dense([4]), likelihoods.Bernoulli(COLOUR)),
    }
    encoder = functools.partial(ContractiveEncoder, weight=0.1)
    vaes = {
        name: VAE(encoder(networks.dense([5]), posteriors.DiagonalNormal(3)), make()) for name, make in decoders.items()
    }
    for vae in vaes.values():
        vae.build((None, *COLOUR))
    return vaes


def test_a_file_is_read_by_another_process_with_other_threads_and_instructions(vaes, tmp_path):
    vaes = vaes | vaes_of_other_kinds()
    images = {name: RNG.integers(0, 2, (60, *COLOUR)).astype(np.uint8) for name in vaes}
    for name, vae in vaes.items():
        vae.save(tmp_path / f"{name}.keras")
        (tmp_path / f"{name}.kvz").write_bytes(compress(vae, images[name]))
    environment = os.environ | {"TF_ENABLE_ONEDNN_OPTS": "0"}
    command = [sys.executable, "-c", OTHER_PROCESS, str(tmp_path), *vaes]
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    for name, vae in vaes.items():
        np.testing.assert_array_equal(np.load(tmp_path / f"{name}.npy"), images[name])
        np.testing.assert_array_equal(decompress(vae, (tmp_path / f"{name}.other.kvz").read_bytes()), images[name])


def test_a_file_appears_when_it_is_complete(binary_vae, binary, tmp_path):
    path = tmp_path / "images.kvz"
    size = compress_to_file(binary_vae, binary, path)
    assert path.read_bytes() == compress(binary_vae, binary)
    assert size == path.stat().st_size
    with pytest.raises(ValueError, match="already exists"):
        compress_to_file(binary_vae, binary, path)
    compress_to_file(binary_vae, binary[:5], path, overwrite=True)
    with compression.Reader(binary_vae, path) as reader:
        np.testing.assert_array_equal(reader.read_block(0), binary[:5])

    def broken():
        yield binary
        raise OSError("The disk is gone.")

    with pytest.raises(OSError, match="disk is gone"):
        compress_to_file(binary_vae, broken(), tmp_path / "other.kvz")
    with pytest.raises(ValueError, match="is a folder"):
        compress_to_file(binary_vae, binary, tmp_path, overwrite=True)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["images.kvz"]
