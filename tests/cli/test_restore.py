import numpy as np

from keras_vae import load_model, runs
from keras_vae.cli import tables
from keras_vae.cli.main import main


def test_a_vae_restores_and_says_how_well(model_file, tmp_path, capsys):
    output, again = tmp_path / "restored", tmp_path / "again"
    words = ["--corruption", "missing-block=3", "--num", "4", "--num-restorations", "2", "--seed", "3"]
    assert main(["restore", model_file, "digits", str(output), *words]) == 0
    printed = capsys.readouterr().out
    figures = runs.restore(load_model(model_file), "digits", again, "missing-block=3", None, 4, 2, seed=3, verbose=0)
    assert printed == f"{tables.restoration_table(figures)}\nWrote arrays and a picture to {output}.\n"
    for name in ("observed", "restored", "restorations"):
        np.testing.assert_array_equal(np.load(output / f"{name}.npy"), np.load(again / f"{name}.npy"))


def test_a_file_with_a_mask_by_an_autoencoder(autoencoder_file, tmp_path, capsys):
    np.save(tmp_path / "x.npy", np.ones((3, 8, 8, 1)))
    np.save(tmp_path / "mask.npy", np.arange(64).reshape(8, 8, 1) < 48)
    paths = [str(tmp_path / name) for name in ("x.npy", "restored", "mask.npy")]
    assert main(["restore", autoencoder_file, *paths[:2], "--mask", paths[2]]) == 0
    assert "missing                25.0% of the elements" in capsys.readouterr().out
    np.testing.assert_array_equal(np.load(tmp_path / "restored" / "restored.npy")[:, :6], 1)


def test_bad_input(refused, model_file, foreign_file, tmp_path):
    assert "There is no file at 'missing.keras'" in refused("restore", "missing.keras", "digits", "out")
    assert "found Sequential" in refused("restore", foreign_file, "digits", "out", "--corruption", "noise=1")
    assert "Nothing of 'digits' is damaged" in refused("restore", model_file, "digits", "out")
    assert "There is no dataset 'digit'" in refused("restore", model_file, "digit", "out", "--corruption", "noise=1")
    assert "`corruption` must be one of" in refused("restore", model_file, "digits", "out", "--corruption", "rain=1")
    assert "`num` must be" in refused("restore", model_file, "digits", "out", "--num", "0")
    assert "`seed` must be" in refused("restore", model_file, "digits", "out", "--seed", "-1")
    assert "`num_restorations` must be" in refused("restore", model_file, "digits", "out", "--num-restorations", "0")
    assert "No such file" in refused("restore", model_file, "x.npy", "out")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine")
    assert "'mine' already exists" in refused("restore", model_file, "digits", "mine", "--corruption", "noise=1")


def test_everything_missing(refused, model_file, tmp_path):
    np.save(tmp_path / "x.npy", np.full((2, 8, 8, 1), np.nan))
    assert "the example at index 0 is NaN" in refused("restore", model_file, "x.npy", "out")
