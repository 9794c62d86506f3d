import json

import pytest

from keras_vae.cli import tables
from keras_vae.cli.main import main

WORDS = ["sweep", "--latent-dims", "2", "1", "--epochs", "1", "--batch-size", "750", "--network", "dense"]


def test_table_reason_and_files(eagerly, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([*WORDS, "--seed", "3", "--learning-rate", "0.002", "--schedule", "constant", "--beta", "2"]) == 0
    folder = tmp_path / "runs" / "digits_sweep"
    results = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
    assert sorted(path.name for path in folder.iterdir()) == ["sweep.json", "sweep.png"]
    assert results["settings"] == {
        "dataset": "digits",
        "latent_dims": [2, 1],
        "network": "dense",
        "likelihood": "beta_binomial",
        "epochs": 1,
        "batch_size": 750,
        "learning_rate": 0.002,
        "schedule": "constant",
        "beta": 2.0,
        "seed": 3,
    }
    shown = capsys.readouterr().out
    assert shown.startswith(
        "The likelihood is beta_binomial, since the values are whole numbers from 0 to 16.\n\nTested on digits, "
    )
    assert tables.sweep_table(results["points"]) in shown
    assert results["reason"] in shown
    assert shown.endswith("Everything is in runs/digits_sweep: sweep.json and sweep.png.\n")


def test_bad_input(refused, tmp_path):
    assert "`latent_dims[1]` must be a whole number of at least 1" in refused("sweep", "--latent-dims", 2, 0)
    assert "`latent_dims` must all be different" in refused("sweep", "--latent-dims", 2, 2)
    assert "`epochs` must be" in refused("sweep", "--epochs", 0)
    (tmp_path / "sweep.json").write_text("mine")
    assert "'./sweep.json' already exists" in refused(*WORDS, "--output", ".")


def test_sizes_are_whole_numbers(capsys):
    with pytest.raises(SystemExit):
        main(["sweep", "--latent-dims", "2.5"])
    assert "--latent-dims: invalid int value: '2.5'" in capsys.readouterr().err
