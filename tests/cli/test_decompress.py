import pathlib

import numpy as np
import pytest
from PIL import Image

from keras_vae import compression
from keras_vae.cli.main import main

from ..tiny_models import tiny_vae

pytestmark = pytest.mark.usefixtures("eagerly")

X = np.random.default_rng(0).integers(0, 2, (7, 8, 8, 1)).astype(np.uint8)


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("coder")
    vae = tiny_vae()
    vae.save(folder / "model.keras")
    (folder / "x.kvz").write_bytes(compression.compress(vae, X, block_size=3))
    return str(folder / "x.kvz"), str(folder / "model.keras")


def test_an_array_and_a_folder_of_images(files, tmp_path, capsys):
    assert main(["decompress", *files, str(tmp_path / "x.npy")]) == 0
    assert capsys.readouterr().out == f"Wrote 7 images to {tmp_path / 'x.npy'}.\n"
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), X)
    assert main(["decompress", *files, str(tmp_path / "images")]) == 0
    for number, image in enumerate(X):
        with Image.open(tmp_path / "images" / f"{number:06d}.png") as written:
            np.testing.assert_array_equal(np.asarray(written), image[..., 0] * 255)


def test_nothing_is_overwritten_unasked(refused, files, tmp_path):
    (tmp_path / "x.npy").write_text("mine")
    assert "already exists" in refused("decompress", *files, tmp_path / "x.npy")
    assert main(["decompress", *files, str(tmp_path / "x.npy"), "--overwrite"]) == 0
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), X)


def test_a_damaged_file_and_another_model(refused, files, tmp_path):
    file, model = files
    damaged = bytearray(pathlib.Path(file).read_bytes())
    damaged[-40] ^= 1
    (tmp_path / "damaged.kvz").write_bytes(damaged)
    said = refused("decompress", tmp_path / "damaged.kvz", model, tmp_path / "x.npy", code=2)
    assert repr(str(tmp_path / "damaged.kvz")) in said
    assert "damaged" in said
    tiny_vae(3).save(tmp_path / "other.keras")
    assert "another model" in refused("decompress", file, tmp_path / "other.keras", tmp_path / "x.npy")
