import re

import numpy as np
import pytest

from keras_vae import compression, load_model, runs
from keras_vae.cli import tables
from keras_vae.cli.main import main

from ..tiny_models import tiny_vae

pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.fixture(scope="module")
def coder_file(tmp_path_factory) -> str:
    path = str(tmp_path_factory.mktemp("coder") / "model.keras")
    tiny_vae().save(path)
    return path


def test_a_dataset_is_compressed_and_the_table_is_of_the_files_bytes(coder_file, tmp_path, capsys):
    output = tmp_path / "digits.kvz"
    assert main(["compress", "digits", coder_file, str(output), "--block-size", "200", "--latent-bits", "8"]) == 0
    printed = capsys.readouterr().out
    assert f"Wrote 297 images to {output}." in printed
    rows = dict(re.findall(r"^  (\S.*?) {2,}([\d,]+) +[\d.]+$", printed, re.MULTILINE))
    assert list(rows) == ["this file", "negative ELBO", "gzip", "bz2", "xz", "PNG", "WebP"]
    assert int(rows["this file"].replace(",", "")) == output.stat().st_size
    with compression.Reader(load_model(coder_file), output) as reader:
        assert [len(block) for block in reader] == [200, 97]


def test_what_is_asked_for_arrives(coder_file, tmp_path, capsys):
    output = str(tmp_path / "images.kvz")
    np.save(tmp_path / "x.npy", np.zeros((5, 8, 8, 1), np.uint8))
    assert main(["compress", str(tmp_path / "x.npy"), coder_file, output, "--quality", "2"]) == 0
    assert "negative ELBO" not in capsys.readouterr().out
    # Something is there now.
    assert main(["compress", "digits", coder_file, output]) == 1
    assert main(["compress", "digits", coder_file, output, "--split", "train", "--overwrite"]) == 0
    assert "Wrote 1,500 images" in capsys.readouterr().out


def test_errors_are_explained(refused, coder_file, autoencoder_file, tmp_path):
    assert "which has no prior" in refused("compress", "digits", autoencoder_file, tmp_path / "x.kvz")
    assert "`block_size`" in refused("compress", "digits", coder_file, tmp_path / "x.kvz", "--block-size", "0")


def test_the_table_of_no_images(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((0, 8, 8, 1), np.uint8))
    figures = runs.compress(tiny_vae(), str(tmp_path / "x.npy"), str(tmp_path / "x.kvz"))
    assert re.search(r"this file +\d+ +-$", tables.compression_table(figures), re.MULTILINE)
