import itertools

import numpy as np
import pytest
from PIL import Image

from keras_vae import compression, datasets, likelihoods, runs
from keras_vae.compression import DamagedFileError

from ..tiny_models import EVENT_SHAPE, tiny_vae

pytestmark = pytest.mark.usefixtures("eagerly")

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def vae():
    return tiny_vae(likelihood=likelihoods.BetaBinomial(EVENT_SHAPE, 17))


def test_a_dataset_goes_to_a_file_and_back(vae, tmp_path):
    calls = []
    figures = runs.compress(
        vae, "digits", str(tmp_path / "x.kvz"), block_size=100, progress=lambda *done: calls.append(done)
    )
    assert figures["num_examples"] == 297
    assert figures["num_elements"] == 297 * 64
    assert figures["bytes"] == (tmp_path / "x.kvz").stat().st_size
    assert calls[-1] == (297, 297)
    assert all(before[0] < after[0] for before, after in itertools.pairwise(calls))
    x = np.concatenate([batch.numpy() for batch in datasets.load("digits", "test", integers=True)])
    bound = -vae.elbo(x, num_samples=20, seed=1).sum() / np.log(2) / 8
    assert figures["bound_bytes"] == pytest.approx(bound, rel=0.005)
    assert set(figures["baselines"]) == {"gzip", "bz2", "xz", "PNG", "WebP"}
    assert runs.decompress(vae, str(tmp_path / "x.kvz"), str(tmp_path / "x.npy")) == 297
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), x)


def test_a_folder_of_images_goes_to_a_file_and_back(tmp_path):
    vae = tiny_vae()
    x = RNG.integers(0, 2, (12, *EVENT_SHAPE)).astype(np.uint8)
    (tmp_path / "x.kvz").write_bytes(compression.compress(vae, x))
    runs.decompress(vae, str(tmp_path / "x.kvz"), str(tmp_path / "images"))
    figures = runs.compress(vae, str(tmp_path / "images"), str(tmp_path / "again.kvz"), quality=None)
    assert figures["num_examples"] == 12
    assert (tmp_path / "again.kvz").read_bytes() == (tmp_path / "x.kvz").read_bytes()


def test_a_bar_moves_within_a_block_both_ways(vae, tmp_path):
    calls = []
    report = lambda *done: calls.append(done)  # noqa: E731
    runs.compress(vae, "digits", str(tmp_path / "x.kvz"), progress=report)
    written = len(calls)
    runs.decompress(vae, str(tmp_path / "x.kvz"), str(tmp_path / "x.npy"), progress=report)
    for done in (calls[:written], calls[written:]):
        assert len(done) > 3
        assert done[-1] == (297, 297)
        assert all(before[0] < after[0] for before, after in itertools.pairwise(done))


def test_binary_images_with_loss_are_means_in_a_folder(tmp_path):
    vae = tiny_vae()
    x = RNG.integers(0, 2, (5, *EVENT_SHAPE)).astype(np.float32)
    (tmp_path / "x.kvz").write_bytes(compression.compress(vae, x, quality=1.0))
    assert runs.decompress(vae, str(tmp_path / "x.kvz"), str(tmp_path / "images")) == 5
    means = compression.decompress(vae, (tmp_path / "x.kvz").read_bytes())
    assert 0.1 < means.mean() < 0.9
    with Image.open(tmp_path / "images" / "000003.png") as image:
        np.testing.assert_array_equal(np.asarray(image), np.rint(255 * means[3, ..., 0]))


def test_dtype_and_none_at_all(vae, tmp_path):
    x = RNG.integers(0, 17, (0, *EVENT_SHAPE)).astype(">i2")
    np.save(tmp_path / "x.npy", x)
    runs.compress(vae, str(tmp_path / "x.npy"), str(tmp_path / "x.kvz"))
    runs.decompress(vae, str(tmp_path / "x.kvz"), str(tmp_path / "y.npy"))
    assert np.load(tmp_path / "y.npy").shape == (0, *EVENT_SHAPE)
    assert np.load(tmp_path / "y.npy").dtype == x.dtype


def test_what_is_damaged_leaves_nothing_behind(vae, tmp_path):
    blob = bytearray(compression.compress(vae, RNG.integers(0, 17, (30, *EVENT_SHAPE)).astype(np.uint8), block_size=9))
    blob[len(blob) // 2] ^= 8
    (tmp_path / "x.kvz").write_bytes(blob)
    with pytest.raises(DamagedFileError):
        runs.decompress(vae, str(tmp_path / "x.kvz"), str(tmp_path / "x.npy"))
    assert [file.name for file in tmp_path.iterdir()] == ["x.kvz"]


def test_nothing_is_overwritten_unasked(vae, tmp_path):
    (tmp_path / "x.kvz").write_bytes(b"mine")
    with pytest.raises(ValueError, match="already exists"):
        runs.compress(vae, "digits", str(tmp_path / "x.kvz"))
    assert (tmp_path / "x.kvz").read_bytes() == b"mine"
