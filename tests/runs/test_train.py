import json
import re
import shutil
import sys
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from keras_vae import VAE, evaluation, load_model, runs
from keras_vae.callbacks.picture_callback import title_of
from keras_vae.datasets.colour_digits import load_colour_digits
from keras_vae.runs.data import held_out_data, model_data
from keras_vae.runs.environment import machine
from keras_vae.runs.own_data import open_splits
from keras_vae.runs.report_findings import SAMPLES_OF_ROW, examine
from keras_vae.visualization import latent_traversals, pixels, reconstruction_grid, sample_grid

from ..callbacks.pictures import names, png, tensorboard_images
from ..conftest import on_terminal
from ..few_digits import use_few_digits
from .conftest import SETTINGS

pytestmark = pytest.mark.usefixtures("eagerly")

COLOURS = {"latent_dim": 16, "network": "conv", "likelihood": "discretized_logistic"}
PICTURES = ["epoch-0001.png", "epoch-0002.png"]


@pytest.fixture
def no_work(monkeypatch):
    """Nothing is loaded or trained."""

    def work(*args, **kwargs):
        raise AssertionError("Work was begun.")

    # `runs.train` is the function, which hides the module of that name.
    monkeypatch.setattr(sys.modules["keras_vae.runs._train"], "training_data", work)
    monkeypatch.setattr(keras.Model, "fit", work)


def contents(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_all_is_in_the_folder(run):
    folder, _ = run
    assert contents(folder) == [
        ".keras_vae_run",
        "logs",
        "metrics.json",
        "model.keras",
        "reconstructions",
        "samples",
        "saved_model",
    ]
    assert contents(folder / "logs") == ["reconstructions", "samples", "train", "validation"]
    assert contents(folder / "saved_model") == ["1"]


def test_pictures_are_of_the_model_on_disk_and_in_tensorboard(run):
    folder, metrics = run
    vae = load_model(folder / "model.keras")
    title = title_of(len(PICTURES), {name: values[-1] for name, values in metrics["history"].items()})
    assert "nats" in title
    for kind in ("samples", "reconstructions"):
        assert names(folder / kind) == PICTURES
        images = tensorboard_images(folder / "logs" / kind, kind)
        for step, name in enumerate(PICTURES):
            np.testing.assert_array_equal(images[step], png(folder / kind / name))
    samples = pixels(sample_grid(vae.sample(64, seed=0, mean=True), value_range=(0, 1), title=title))
    # Compiled apart, the decoder may round a grey level otherwise.
    np.testing.assert_allclose(png(folder / "samples" / PICTURES[-1]), samples, atol=1)
    x = next(iter(held_out_data("digits", "binary", 32)))
    reconstructions = pixels(reconstruction_grid(x, vae.reconstruct(x), value_range=(0, 1), title=title))
    np.testing.assert_allclose(png(folder / "reconstructions" / PICTURES[-1]), reconstructions, atol=1)


def test_metrics_say_what_was_done(run):
    _, metrics = run
    assert metrics["settings"] == SETTINGS
    assert set(metrics["versions"]) == {"keras_vae", "keras", "tensorflow", "numpy", "python"}
    assert metrics["machine"] == machine()
    assert metrics["fit_seconds"] > 0
    assert 2**26 < metrics["peak_memory_bytes"] < 2**36
    history = metrics["history"]
    for name in ("loss", "reconstruction", "kl", "negative_elbo"):
        assert len(history[name]) == len(history[f"val_{name}"]) == 2
    loss = np.add(history["reconstruction"], np.multiply(SETTINGS["beta"], history["kl"]))
    np.testing.assert_allclose(history["loss"], loss, rtol=1e-5)
    # It learns: an untrained model says a half for each of 64 pixels, 44.4 nats.
    assert history["val_negative_elbo"][1] < history["val_negative_elbo"][0] < 64 * np.log(2) + 1


def test_test_figures_are_those_of_the_saved_model(run):
    folder, metrics = run
    test = metrics["test"]
    assert test["num_examples"] == 297
    # At beta = 1, whatever it was trained with.
    assert test["negative_elbo"] == pytest.approx(test["reconstruction"] + test["kl"], rel=1e-6)
    # The random state is saved with the model: the very same draws.
    assert runs.evaluate(load_model(folder / "model.keras"), "digits") == pytest.approx(test, rel=1e-5)


def test_saved_model_is_the_model(run):
    folder, _ = run
    vae = load_model(folder / "model.keras")
    x = (np.random.default_rng(0).random((3, 8, 8, 1)) < 0.5).astype(np.float32)
    served = tf.saved_model.load(str(folder / "saved_model" / "1")).signatures
    np.testing.assert_allclose(served["serving_default"](x=x)["output_0"], vae.reconstruct(x), rtol=1e-5, atol=1e-6)


def test_model_can_be_trained_on(run):
    """The optimizer is saved where it stands, with its schedule; 4 batches of 400 make 1,500."""
    vae = load_model(run[0] / "model.keras")
    assert float(vae.beta) == SETTINGS["beta"]
    assert int(vae.optimizer.iterations) == 2 * 4
    schedule = vae.optimizer.get_config()["learning_rate"]["config"]
    assert (schedule["warmup_target"], schedule["warmup_steps"], schedule["decay_steps"]) == (2e-3, 1, 7)


def test_overwriting_replaces_the_run_alone_and_a_seed_repeats_it(run, tmp_path):
    folder, metrics = run
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "notes.txt").write_text("mine")
    (copy / "samples" / "epoch-0999.png").write_bytes(b"of the older run")
    again = runs.train(copy, **SETTINGS, overwrite=True)
    assert contents(copy) == sorted([*contents(folder), "notes.txt"])
    assert (copy / "notes.txt").read_text() == "mine"
    assert names(copy / "samples") == PICTURES
    assert len(list((copy / "logs" / "train").iterdir())) == len(list((folder / "logs" / "train").iterdir()))
    # Sums over threads are not always in the same order.
    for name, values in metrics["history"].items():
        np.testing.assert_allclose(again["history"][name], values, rtol=1e-4)
    assert again["test"] == pytest.approx(metrics["test"], rel=1e-4)
    assert json.loads((copy / "metrics.json").read_text()) == again


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("name", ["model.keras", "notes.txt"])
def test_a_folder_that_holds_something_is_refused_before_any_work(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(ValueError, match=r"already exists\. .* overwrite=True \(--overwrite\)"):
        runs.train(tmp_path)
    assert contents(tmp_path) == [name]


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("latent_dim", 0),
        ("latent_dim", 2.5),
        ("network", "transformer"),
        ("likelihood", "poisson"),
        ("epochs", 0),
        ("batch_size", -1),
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("schedule", "linear"),
        ("beta", -1.0),
        ("beta", float("inf")),
        ("seed", -1),
    ],
)
def test_bad_settings_are_refused_before_any_work(tmp_path, argument, value):
    with pytest.raises(ValueError, match=f"`{argument}` must be .* Received: {argument}={value!r}"):
        runs.train(tmp_path / "run", **{argument: value})
    assert contents(tmp_path) == []


def test_unknown_data_leaves_no_folder(tmp_path):
    with pytest.raises(ValueError, match="There is no dataset 'digit'"):
        runs.train(tmp_path / "run", dataset="digit")
    assert contents(tmp_path) == []


def test_colour_images_of_tfds_by_a_convolutional_network(tmp_path):
    """CIFAR-10's way, with what TFDS makes up in its place: bytes in, bits for each element out."""
    with tfds.testing.mock_data(num_examples=30):
        metrics = runs.train(tmp_path / "run", **COLOURS, dataset="cifar10", epochs=1, batch_size=20)
    test = metrics["test"]
    assert test["num_examples"] == 30
    assert test["bits_per_dim"] == pytest.approx(test["negative_elbo"] / (3072 * np.log(2)), rel=1e-6)
    # Uniform noise, of which a model that has hardly begun says what it says of every image.
    assert 8 < test["bits_per_dim"] < 9
    assert json.loads((tmp_path / "run" / "metrics.json").read_text())["test"] == test
    vae = load_model(tmp_path / "run" / "model.keras")
    assert (vae.event_shape, vae.decoder.likelihood.levels) == ((32, 32, 3), 256)


def test_bits_of_colour_digits_are_a_codes_and_their_pictures_have_colours(tmp_path, monkeypatch):
    """An epoch is enough to say less than 8 bits, which storing takes; they are the mean of -ELBO(x) at other draws."""
    use_few_digits(monkeypatch, num_train=100)
    # Another test exports such a network.
    monkeypatch.setattr(VAE, "export", lambda self, folder: None)
    settings = {**COLOURS, "dataset": "colour_digits", "epochs": 1, "batch_size": 10, "learning_rate": 3e-3}
    metrics = runs.train(tmp_path / "run", **settings)
    bits = metrics["test"]["bits_per_dim"]
    # 10 steps come to 7.5 to 7.6 bits by several seeds; before them a model of bytes says 8 or more.
    assert bits < 7.9
    vae, x = load_model(tmp_path / "run" / "model.keras"), load_colour_digits("test").pixels
    bounds = vae.elbo(x, seed=0)
    assert evaluation.bits_per_dim(bounds, (32, 32, 3)).mean() == pytest.approx(bits, rel=1e-2)
    title = title_of(1, {name: values[-1] for name, values in metrics["history"].items()})
    expected = pixels(reconstruction_grid(x[:32], vae.reconstruct(x[:32]), value_range=(0, 255), title=title))
    drawn = png(tmp_path / "run" / "reconstructions" / "epoch-0001.png")
    np.testing.assert_allclose(drawn, expected, atol=1)
    assert np.any(drawn[..., 0] != drawn[..., 2])


def test_a_training_that_diverges_says_so_and_exports_nothing(tmp_path):
    with pytest.raises(ValueError, match=r"diverged.* lower learning rate than 1000000000000000\.0"):
        runs.train(tmp_path / "run", **{**SETTINGS, "learning_rate": 1e15, "schedule": "constant"})
    assert not (tmp_path / "run" / "saved_model").exists()


def test_a_bar_is_drawn_on_terminals_and_elsewhere_each_epoch_is_a_line(tmp_path, monkeypatch):
    def fit(self, *data, verbose, **settings):
        raise ValueError(f"verbose={verbose}")

    monkeypatch.setattr(VAE, "fit", fit)
    with pytest.raises(ValueError, match="verbose=2"):
        runs.train(str(tmp_path / "run"))
    on_terminal(monkeypatch)
    with pytest.raises(ValueError, match="verbose=1"):
        runs.train(str(tmp_path / "run"))


@pytest.fixture(scope="module")
def of_classes(tmp_path_factory):
    """A run on images whose labels are texts: the path of the images, the folder, the metrics and the model."""
    folder = tmp_path_factory.mktemp("classes")
    x = np.random.default_rng(0).random((30, 4, 4, 1)) < 0.4
    np.savez(folder / "x.npz", x=x, labels=np.array(["plum", "fig", "date"] * 10))
    path, settings = str(folder / "x.npz"), {"latent_dim": 2, "epochs": 1, "batch_size": 27, "conditional": True}
    with pytest.MonkeyPatch.context() as patch:
        # Another test exports such a model.
        patch.setattr(VAE, "export", lambda self, folder: None)
        tf.config.run_functions_eagerly(True)
        metrics = runs.train(folder / "run", path, **settings)
        tf.config.run_functions_eagerly(False)
    return path, folder / "run", metrics, load_model(folder / "run" / "model.keras")


def test_a_run_is_conditioned_on_the_labels_of_its_data(of_classes):
    path, folder, metrics, vae = of_classes
    assert vae.condition.names == metrics["classes"] == ["date", "fig", "plum"]
    assert (metrics["settings"]["conditional"], metrics["test"]["condition"]) == (True, "Labels(3)")
    # All but what is held back was trained on, and counted.
    assert np.sum(vae.condition.counts) == 27
    assert (vae.event_shape, metrics["test"]["num_examples"]) == ((4, 4, 1), 3)
    for kind in ("samples", "reconstructions", "translations"):
        assert names(folder / kind) == ["epoch-0001.png"]
    figures = runs.evaluate(vae, path, validation=0.1)
    assert figures["mean_squared_error"] == pytest.approx(metrics["test"]["mean_squared_error"], rel=1e-5)


@pytest.mark.parametrize(
    ("conditional", "message"),
    [
        ("kind", "'digits' has labels, and no column 'kind'"),
        (3, "`conditional` must be True or False. Received: conditional=3"),
    ],
)
def test_conditions_that_cannot_be(tmp_path, conditional, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        runs.train(tmp_path / "run", "digits", conditional=conditional)
    assert contents(tmp_path) == []


def test_a_report_of_it_names_the_classes(of_classes):
    path, _, metrics, vae = of_classes
    findings = examine(vae, metrics, path)
    assert findings.sample_classes == ["date", "fig", "plum"]
    expected = [vae.sample(SAMPLES_OF_ROW, seed=0, mean=True, condition=label) for label in range(3)]
    np.testing.assert_allclose(findings.samples, np.concatenate(expected), rtol=1e-5, atol=1e-6)
    (batch,) = model_data(path, vae, 9, own=open_splits(path, 0.1, True))
    x, condition = batch["x"].numpy(), batch["condition"].numpy()
    np.testing.assert_array_equal(findings.originals, x)
    np.testing.assert_array_equal(findings.labels, np.array(["date", "fig", "plum"])[condition])
    np.testing.assert_allclose(findings.codes, vae.encode(x, condition=condition), rtol=1e-5, atol=1e-6)


def test_its_examples_are_drawn_under_their_labels(of_classes):
    path, _, _, vae = of_classes
    (batch,) = model_data(path, vae, 30)
    x, condition = batch["x"].numpy(), batch["condition"].numpy()
    expected = reconstruction_grid(x[:4], vae.reconstruct(x, condition=condition)[:4])
    # In a batch of another size a sum may round otherwise.
    np.testing.assert_allclose(pixels(runs.reconstruct(vae, path, num_images=4)), pixels(expected), atol=1)
    few = {"dimensions": [1], "values": [0.0, 1.0]}
    about = runs.traverse(vae, path, example=1, **few)
    expected = latent_traversals(vae, x[1], few["values"], [1], condition=condition[1])
    np.testing.assert_array_equal(pixels(about), pixels(expected))
    under = runs.traverse(vae, path, condition="fig", **few)
    np.testing.assert_array_equal(pixels(under), pixels(latent_traversals(vae, None, few["values"], [1], condition=1)))
    for arguments in ({}, {"example": 1, "condition": "fig"}):
        with pytest.raises(ValueError, match=r"Labels\(3\): give a class by `condition`.*or an example"):
            runs.traverse(vae, path, **arguments)


def test_what_takes_no_condition_says_so(of_classes, tmp_path):
    path, _, _, vae = of_classes
    detector = types.SimpleNamespace(model_=vae)
    for command, call in (
        ("compress", lambda: runs.compress(vae, path, str(tmp_path / "x.kvz"))),
        ("decompress", lambda: runs.decompress(vae, "x.kvz", str(tmp_path / "x.npy"))),
        ("restore", lambda: runs.restore(vae, path, tmp_path / "out", corruption="noise=1")),
        ("detect", lambda: runs.detect(detector, path)),
    ):
        with pytest.raises(ValueError, match=f"`keras-vae {command}` takes a model without a condition"):
            call()
    assert list(tmp_path.iterdir()) == []
