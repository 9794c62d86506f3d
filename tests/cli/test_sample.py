import numpy as np
import pytest

from keras_vae import likelihoods, load_model, runs
from keras_vae.cli.main import main
from keras_vae.conditions import Labels
from keras_vae.visualization import image_grid

from ..callbacks.pictures import png
from ..tiny_models import EVENT_SHAPE, conditional_vae, tiny_vae

pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.mark.parametrize(("words", "mean"), [((), True), (("--draw",), False)])
def test_a_seed_draws_the_models_own_samples(model_file, tmp_path, capsys, words, mean):
    path = str(tmp_path / "deep" / "samples.png")
    assert main(["sample", model_file, "--num", "5", "--seed", "3", "--output", path, *words]) == 0
    expected = image_grid(load_model(model_file).sample(5, seed=3, mean=mean))
    np.testing.assert_array_equal(png(path), expected)
    assert capsys.readouterr().out == f"Wrote 5 samples to {path}.\n"


def test_whole_numbers_have_the_greys_of_the_models_levels(tmp_path):
    vae = tiny_vae(likelihood=likelihoods.BetaBinomial(EVENT_SHAPE))
    vae.save(tmp_path / "model.keras")
    path = str(tmp_path / "samples.png")
    assert main(["sample", str(tmp_path / "model.keras"), "--num", "2", "--seed", "3", "--output", path]) == 0
    expected = image_grid(vae.sample(2, seed=3, mean=True), value_range=(0, 255))
    np.testing.assert_array_equal(png(path), expected)


def test_by_default_64_samples_in_the_working_directory(model_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["sample", model_file]) == 0
    assert png("samples.png").shape == (8 * 58 + 2, 8 * 58 + 2, 3)


def test_an_output_that_exists(refused, model_file, tmp_path):
    (tmp_path / "samples.png").write_text("mine")
    assert "'samples.png' already exists" in refused("sample", model_file)
    assert (tmp_path / "samples.png").read_text() == "mine"
    assert main(["sample", model_file, "--num", "4", "--overwrite"]) == 0
    assert png(tmp_path / "samples.png").shape == (2 * 58 + 2, 2 * 58 + 2, 3)


def test_what_is_not_a_model(refused, foreign_file, tmp_path):
    assert "There is no file at 'missing.keras'" in refused("sample", "missing.keras")
    (tmp_path / "notes.txt").write_text("mine")
    assert "'notes.txt' is not a model of keras_vae" in refused("sample", "notes.txt")
    assert "found Sequential" in refused("sample", foreign_file)


def test_an_autoencoder_has_nothing_to_draw_from(refused, autoencoder_file):
    assert "`sample` needs a model with a prior" in refused("sample", autoencoder_file)


@pytest.mark.parametrize("num", ["0", "-1"])
def test_bad_numbers(refused, model_file, num):
    assert f"`num` must be a whole number of at least 1. Received: num={num}" in refused(
        "sample", model_file, "--num", num
    )


def test_an_output_that_cannot_be_written(refused, model_file, tmp_path):
    (tmp_path / "folder").mkdir()
    assert "'folder' is a folder. Give a file" in refused("sample", model_file, "--num", 1, "--output", "folder")


def test_classes_by_their_names(tmp_path, capsys, refused):
    vae = conditional_vae(Labels(3, ["ape", "cat", "dog"]))
    vae.save(tmp_path / "model.keras")
    words = ["sample", str(tmp_path / "model.keras"), "--num", "4", "--seed", "3"]
    path = str(tmp_path / "samples.png")
    assert main([*words, "--output", path, "--condition", "dog"]) == 0
    np.testing.assert_array_equal(png(path), image_grid(vae.sample(4, seed=3, mean=True, condition=2)))
    assert main([*words, "--output", path, "--overwrite", "--condition", "dog", "0", "1"]) == 0
    expected, _ = runs.sample(vae, 4, 3, condition=["dog", "ape", "cat"])
    np.testing.assert_array_equal(png(path), expected)
    assert capsys.readouterr().out.splitlines()[-1] == f"Wrote 3 samples to {path}."
    (tmp_path / "samples.png").unlink()
    assert "no class 'cow'. Expected a number from 0 to 2, or one of 'ape'" in refused(*words, "--condition", "cow")
