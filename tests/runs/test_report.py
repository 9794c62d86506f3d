import json
import shutil

import matplotlib.image
import numpy as np
import pytest

from keras_vae import VAE, runs
from keras_vae.models import load_model
from keras_vae.runs.report_findings import examine
from keras_vae.runs.report_sections import sections

from ..tiny_models import tiny_autoencoder, tiny_vae
from ..visualization.layout import place_of
from .html_reader import Reader

pytestmark = pytest.mark.usefixtures("eagerly")

ALTERNATIVES = 6


def files(folder) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def png(path) -> np.ndarray:
    return np.rint(matplotlib.image.imread(path)[..., :3] * 255).astype(np.uint8)


@pytest.fixture(scope="module")
def reported(run, tmp_path_factory):
    """The metrics of a run, and the report of it in a folder of its own."""
    folder, metrics = run
    output = tmp_path_factory.mktemp("reports") / "deep" / "report"
    before = files(folder)
    assert runs.report(str(folder), str(output)) == (str(output / "report.png"), str(output / "report.html"))
    assert files(folder) == before
    assert files(output) == {"report.png", "report.html"}
    return folder, metrics, output


@pytest.fixture
def written(tmp_path):
    """Writes a run of a model as `train` lays it out; returns its folder."""

    def write(model, **changes):
        test = {"num_examples": 297, "negative_elbo": 45.0, "reconstruction": 44.0, "kl": 1.0}
        history = {"negative_elbo": [46.0], "reconstruction": [45.0], "kl": [1.0]}
        metrics = {
            "settings": {"dataset": "digits"},
            "test": test,
            "fit_seconds": 1.0,
            "peak_memory_bytes": 1,
            "versions": {},
            "history": history,
        }
        (tmp_path / "run").mkdir()
        model.save(tmp_path / "run" / "model.keras")
        (tmp_path / "run" / "metrics.json").write_text(json.dumps({**metrics, **changes}))
        return tmp_path / "run"

    return write


def test_both_files_show_every_picture_pixel_for_pixel(reported):
    folder, metrics, output = reported
    reader = Reader((output / "report.html").read_text(encoding="utf-8"))
    page = png(output / "report.png")
    assert len(reader.pictures) == ALTERNATIVES
    places = [place_of(picture, page) for picture in reader.pictures.values()]
    assert len(set(places)) == ALTERNATIVES
    rows = sections(metrics, examine(load_model(folder / "model.keras"), metrics, "digits"))
    expected = [section for columns in rows for stack in columns for section in stack]
    assert list(reader.pictures) == [section.alt for section in expected]
    for shown, section in zip(reader.pictures.values(), expected, strict=True):
        # Compiled apart, the decoder may round a grey level otherwise.
        np.testing.assert_allclose(shown.astype(int), section.panel.picture, atol=1)


def test_tables_hold_the_metrics_of_the_run(reported):
    _, metrics, output = reported
    reader = Reader((output / "report.html").read_text(encoding="utf-8"))
    test, history = metrics["test"], metrics["history"]
    for name, key in (
        ("negative ELBO", "negative_elbo"),
        ("reconstruction", "reconstruction"),
        ("KL divergence", "kl"),
    ):
        assert reader.figures[name] == test[key]
    assert reader.figures["test images of digits"] == 297
    assert reader.figures["mean squared error"] == pytest.approx(test["mean_squared_error"], rel=1e-5)
    assert reader.figures["bits for each dimension"] == test["bits_per_dim"]
    assert reader.figures["active latents"] == f"{test['active_units']} of 3"
    assert dict(reader.tables["Time and memory"][1:])["seconds to train"] == metrics["fit_seconds"]
    header, *epochs = reader.tables["Each epoch, in nats for each image"]
    for name, key in (("loss", "loss"), ("negative ELBO", "negative_elbo"), ("KL divergence", "kl")):
        for data, prefix in (("training", ""), ("validation", "val_")):
            column = header.index(f"{name}, {data}")
            assert [row[column] for row in epochs] == history[f"{prefix}{key}"]
    assert reader.tables["Distortion and rate, in nats for each image"][-1][1:3] == [test["reconstruction"], test["kl"]]
    settings = dict(reader.tables["Settings"][1:])
    assert settings == {name.replace("_", " "): str(value) for name, value in metrics["settings"].items()}
    latents = reader.tables["Latents, the largest KL divergence first"][1:]
    assert sum(row[1] for row in latents) == pytest.approx(test["kl"], rel=1e-4)


def test_by_default_in_the_runs_own_folder_and_never_over_anything_unasked(run, reported, tmp_path):
    folder, output = tmp_path / "copy", reported[2]
    shutil.copytree(run[0], folder)
    before = files(folder)
    assert runs.report(folder) == (str(folder / "report.png"), str(folder / "report.html"))
    assert files(folder) == before | {"report.png", "report.html"}
    # A seed draws the samples: the same run gives the same report, but for its name.
    first, again = (Reader((place / "report.html").read_text(encoding="utf-8")) for place in (output, folder))
    assert (first.headings[0], again.headings[0]) == ("digits", "copy")
    assert first.headings[1:] == again.headings[1:]
    assert list(first.pictures) == list(again.pictures)
    for picture, other in zip(first.pictures.values(), again.pictures.values(), strict=True):
        np.testing.assert_allclose(picture.astype(int), other, atol=1)
    (folder / "report.png").unlink()
    with pytest.raises(ValueError, match=r"report\.html.* already exists\. .* overwrite=True \(--overwrite\)"):
        runs.report(folder)
    assert not (folder / "report.png").exists()
    (folder / "report.html").write_text("mine")
    runs.report(folder, overwrite=True)
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert png(folder / "report.png").shape[2] == 3


def read_report_of_latents(folder, latent_dim) -> Reader:
    """A report whose tables and pictures are those of a model of so many latents, without validation."""
    reader = Reader((folder / "report.html").read_text(encoding="utf-8"))
    assert len(reader.tables["Latents, the largest KL divergence first"]) == 1 + latent_dim
    assert len(reader.tables["Classes in the picture"]) == 1 + 10
    assert any("A histogram of the mean codes" in alt for alt in reader.pictures) == (latent_dim == 1)
    assert len(reader.tables["Distortion and rate, in nats for each image"]) == 2
    return reader


def test_a_model_of_one_latent(written):
    folder = written(tiny_vae(latent_dim=1))
    runs.report(folder)
    read_report_of_latents(folder, latent_dim=1)


def test_a_model_of_many_latents_on_another_dataset_than_the_runs_own(written):
    folder = written(tiny_vae(latent_dim=40), settings={"dataset": "mnist"})
    runs.report(folder, dataset="digits")
    reader = read_report_of_latents(folder, latent_dim=40)
    assert reader.figures["test images of digits"] == 297
    assert reader.figures["negative ELBO"] != 45.0


def refused(message, folder, **arguments):
    before = files(folder.parent)
    with pytest.raises(ValueError, match=message):
        runs.report(folder, **arguments)
    assert files(folder.parent) == before


def test_what_is_no_run(tmp_path):
    refused("There is no run in .*: it has no 'metrics.json'", tmp_path)
    refused("There is no run in", tmp_path / "missing")


def test_a_model_that_is_no_vae(written):
    refused("A report needs a model with a prior", written(tiny_autoencoder()))


def test_an_output_that_is_a_file(written):
    folder = written(tiny_vae())
    refused("is a file. Give a folder", folder, output=folder / "metrics.json")


def test_data_that_is_unknown_or_does_not_fit(written):
    folder = written(VAE.for_shape((5, 5, 1), 2))
    refused("There is no dataset 'digit'", folder, dataset="digit")
    refused(r"\(batch, 5, 5, 1\)", folder)
