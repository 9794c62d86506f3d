"""The models in `saved_models/` are small, whole, and as good as their cards say."""

import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from keras_vae import datasets

ROOT = pathlib.Path(__file__).parent.parent
NAMES = ["digits", "mnist"]


def folder(name) -> pathlib.Path:
    return ROOT / "saved_models" / f"{name}_vae"


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_model_has_at_most_eight_megabytes(name):
    files = [path for path in (folder(name) / "1").rglob("*") if path.is_file()]
    assert 0 < sum(path.stat().st_size for path in files) <= 8e6


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_what_must_be_known(name):
    card = (folder(name) / "MODEL_CARD.md").read_text(encoding="utf-8")
    results = json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text(encoding="utf-8"))
    for heading in ("## Data", "## Architecture", "## Made by", "## Figures"):
        assert heading in card
    assert f"{results['test']['negative_elbo']:.2f} nats" in card
    evaluation = json.loads((ROOT / "benchmarks" / "results" / f"{name}_evaluation.json").read_text(encoding="utf-8"))
    likelihood = f"{evaluation['negative_log_likelihood']:.2f} ± {evaluation['standard_error']:.2f} nats"
    assert f"{evaluation['num_samples']:,} importance samples: {likelihood}" in card
    assert evaluation["negative_elbo"] == pytest.approx(results["test"]["negative_elbo"], rel=0.01)
    assert "keras-vae train" in card
    assert "licence" in card.lower()


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_model_scores_the_test_images_as_its_card_says(name, mnist_dir):
    if name == "mnist" and mnist_dir is None:
        pytest.skip("MNIST is not here: TFDS_DATA_DIR names no folder that holds it")
    form = {"integers": True} if name == "digits" else {"binarize": "static"}
    data = datasets.load(name, "test", batch_size=500, data_dir=mnist_dir, **form)
    score = tf.saved_model.load(str(folder(name) / "1")).signatures["score"]
    scores = np.concatenate([score(x=tf.cast(batch, tf.float32))["output_0"] for batch in data.take(2)])
    results = json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text(encoding="utf-8"))
    # The card's figure takes one draw of each code and all test images, this one 16 and the first thousand.
    standard_error = scores.std() / np.sqrt(len(scores))
    assert abs(scores.mean() - results["test"]["negative_elbo"]) < 4 * standard_error


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_images_of_the_datas_shape(name):
    model = tf.saved_model.load(str(folder(name) / "1"))
    draws = model.signatures["sample_seeded"](n=tf.constant(200), seed=tf.constant(0))["output_0"].numpy()
    side = {"digits": 8, "mnist": 28}[name]
    assert draws.shape == (200, side, side, 1)
    # The images of both are white in their middle columns and black at their sides.
    columns = draws.mean(axis=(0, 1, 3))
    assert columns[side // 2 - 1 : side // 2 + 1].min() > 5 * columns[[0, -1]].max()
