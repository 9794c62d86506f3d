"""One short training run on the digits, that several tests look at."""

import json
import pathlib

import pytest
import tensorflow as tf

from keras_vae import runs

SETTINGS = {
    "dataset": "digits",
    "latent_dim": 3,
    "network": "dense",
    "likelihood": "bernoulli",
    "epochs": 2,
    "batch_size": 400,
    "learning_rate": 2e-3,
    "schedule": "cosine",
    "beta": 0.5,
    "seed": 1,
}


@pytest.fixture(scope="session")
def run(tmp_path_factory) -> tuple[pathlib.Path, dict]:
    """The folder of a run of two epochs, and its metrics read back."""
    folder = tmp_path_factory.mktemp("runs") / "deep" / "digits"
    # Eagerly, as the fixture `eagerly` has it, which a session cannot use: tests/cli trains with graphs.
    tf.config.run_functions_eagerly(True)
    returned = runs.train(str(folder), **SETTINGS)
    tf.config.run_functions_eagerly(False)
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics == returned
    return folder, metrics
