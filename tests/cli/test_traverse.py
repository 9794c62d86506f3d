import numpy as np
import pytest

from keras_vae import load_model, runs
from keras_vae.cli.main import main
from keras_vae.visualization import latent_traversals, pixels

from ..callbacks.pictures import png

pytestmark = pytest.mark.usefixtures("eagerly")


def test_the_picture_is_that_of_runs_traverse(model_file, tmp_path, capsys):
    path = str(tmp_path / "deep" / "picture.png")
    words = ["--example", "4", "--dimensions", "2", "0", "--values", "-1.5", "0", "2", "--output", path]
    assert main(["traverse", model_file, *words]) == 0
    expected = runs.traverse(load_model(model_file), "digits", None, 4, [2, 0], [-1.5, 0.0, 2.0])
    np.testing.assert_array_equal(png(path), pixels(expected))
    assert capsys.readouterr().out == f"Wrote traversals to {path}.\n"


def test_by_default_all_latents_about_zero(autoencoder_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["traverse", autoencoder_file]) == 0
    np.testing.assert_array_equal(png("traversals.png"), pixels(latent_traversals(load_model(autoencoder_file))))


def test_bad_input(refused, model_file, tmp_path):
    assert "There is no file at 'missing.keras'" in refused("traverse", "missing.keras")
    assert "`dimensions` must be latents from 0 to 2" in refused("traverse", model_file, "--dimensions", 3)
    assert "`example` must be below 297" in refused("traverse", model_file, "--example", 1000)
    assert "There is no dataset 'digit'" in refused("traverse", model_file, "--example", 0, "--dataset", "digit")
    (tmp_path / "traversals.png").write_text("mine")
    assert "'traversals.png' already exists" in refused("traverse", model_file)


@pytest.mark.parametrize("flag", ["--overwrite", None])
def test_overwriting_must_be_asked_for(model_file, tmp_path, flag):
    path = tmp_path / "picture.png"
    path.write_text("mine")
    words = ["traverse", model_file, "--dimensions", "0", "--output", str(path), *([flag] if flag else [])]
    assert main(words) == (0 if flag else 1)
    assert (path.read_bytes() == b"mine") is (flag is None)
