import numpy as np
import pytest
import tensorflow as tf

from keras_vae import load_model
from keras_vae.cli.main import main

pytestmark = pytest.mark.usefixtures("eagerly")


def test_a_saved_model_of_the_model(model_file, tmp_path, capsys):
    folder = str(tmp_path / "digits_vae" / "2")
    assert main(["export", model_file, folder]) == 0
    assert capsys.readouterr().out.endswith(f"Wrote a SavedModel to {folder}.\n")
    x = np.random.default_rng(0).random((3, 8, 8, 1), np.float32)
    served = tf.saved_model.load(folder).signatures["serving_default"](x=x)["output_0"]
    np.testing.assert_allclose(served, load_model(model_file).reconstruct(x), rtol=1e-5, atol=1e-5)


def test_an_output_that_exists(refused, autoencoder_file, tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "notes.txt").write_text("mine")
    assert "'1' already exists" in refused("export", autoencoder_file, "1")
    assert main(["export", autoencoder_file, "1", "--overwrite"]) == 0
    assert (tmp_path / "1" / "saved_model.pb").is_file()
    assert (tmp_path / "1" / "notes.txt").read_text() == "mine"


def test_what_is_not_a_model(refused, foreign_file):
    assert "There is no file at 'missing.keras'" in refused("export", "missing.keras", "1")
    assert "is not a model of keras_vae" in refused("export", foreign_file, "1")
