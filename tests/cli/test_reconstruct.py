import numpy as np
import pytest

from keras_vae import VAE, load_model, runs
from keras_vae.cli.main import main
from keras_vae.visualization import pixels

from ..callbacks.pictures import png

pytestmark = pytest.mark.usefixtures("eagerly")


def test_the_picture_is_that_of_runs_reconstruct(model_file, tmp_path, capsys):
    path = str(tmp_path / "reconstructions.png")
    assert main(["reconstruct", model_file, "--num", "20", "--output", path]) == 0
    expected = runs.reconstruct(load_model(model_file), "digits", num_images=20)
    np.testing.assert_array_equal(png(path), pixels(expected))
    assert capsys.readouterr().out == f"Wrote reconstructions to {path}.\n"


def test_an_autoencoder_reconstructs_as_well(autoencoder_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["reconstruct", autoencoder_file, "--num", "3"]) == 0
    assert png("reconstructions.png").shape == (2 * 58 + 2, 3 * 58 + 2, 3)


def test_bad_input(refused, model_file, foreign_file, tmp_path):
    assert "There is no dataset 'digit'" in refused("reconstruct", model_file, "--dataset", "digit")
    assert "`num` must be a whole number" in refused("reconstruct", model_file, "--num", "0")
    assert "There is no file at 'missing.keras'" in refused("reconstruct", "missing.keras")
    assert "found Sequential" in refused("reconstruct", foreign_file)
    (tmp_path / "reconstructions.png").write_text("mine")
    assert "'reconstructions.png' already exists" in refused("reconstruct", model_file)


def test_images_that_do_not_fit_the_model(refused, tmp_path):
    VAE.for_shape((5, 5, 1), 2).save(tmp_path / "other.keras")
    assert "must have shape (batch, 5, 5, 1)" in refused("reconstruct", "other.keras")


@pytest.mark.parametrize("flag", ["--overwrite", None])
def test_overwriting_must_be_asked_for(model_file, tmp_path, flag):
    path = tmp_path / "picture.png"
    path.write_text("mine")
    words = ["reconstruct", model_file, "--num", "1", "--output", str(path), *([flag] if flag else [])]
    assert main(words) == (0 if flag else 1)
    assert (path.read_bytes() == b"mine") is (flag is None)
