"""The figures of the pages are those of the results, and what the pages say of them is so."""

import importlib
import inspect
import json
import re
import shlex
import subprocess
import sys

import numpy as np
import pytest

from keras_vae import runs
from keras_vae.runs.choice import likelihood_for

from .pages import DOCS, README, ROOT, text_of

SCALES = ["averaged squared error (scale^2 = D/2)", "fixed, unit", "shared, learned", "optimal"]


def results_of(name) -> dict:
    """What a benchmark or a run wrote, by its name in `benchmarks/results`."""
    return json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def page_tables(monkeypatch):
    """The benchmark that writes the figures, and `quoted.models`."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    yield importlib.import_module("page_tables"), importlib.import_module("quoted.models")
    for name in [name for name in sys.modules if name.split(".")[0] in ("page_tables", "quoted")]:
        monkeypatch.delitem(sys.modules, name)


@pytest.mark.parametrize("script", ["page_tables.py", "room_map.py"])
def test_no_page_differs_from_the_results_and_no_picture_from_the_imports(script):
    command = [sys.executable, ROOT / "benchmarks" / script, "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_page_that_differs_is_found_and_mended(page_tables):
    tables, _ = page_tables
    right = "<!-- figures: prior_gap -->8.30 of the 13.98 nats<!-- end -->"
    assert tables.with_figures(right.replace("8.30", "8.31")) == tables.with_figures(right)
    block = tables.with_figures("<!-- figures: probes -->\n<!-- end -->")
    assert block.startswith("<!-- figures: probes -->\n\n| latents |")
    assert block.endswith("|\n\n<!-- end -->")
    with pytest.raises(KeyError):
        tables.with_figures("<!-- figures: nothing -->\n<!-- end -->")


def test_each_figure_is_on_a_page_and_no_mark_begins_a_line_of_text(page_tables):
    """Markdown takes a line that begins with a comment for HTML, and shows it as it is."""
    tables, _ = page_tables
    texts = [text_of(page) for page in tables.pages(ROOT)]
    assert {name for text in texts for name in tables.names_in(text)} == set(tables.quoted.FIGURES)
    assert [
        line for text in texts for line in re.findall(r"^\s*(?:- |\d+\. )?<!-- figures.*-->.+$", text, re.MULTILINE)
    ] == []


def test_commands_are_those_that_made_the_results(page_tables):
    _, models = page_tables
    for name, command in models.COMMANDS.items():
        words = shlex.split(command)
        assert words[:2] == ["keras-vae", "train"]
        options = dict(zip(words[2::2], words[3::2], strict=True))
        settings = results_of(name)["settings"]
        likelihood = options.pop("--likelihood", None) or likelihood_for("auto", settings["dataset"])[0]
        assert likelihood == settings.pop("likelihood")
        for setting, value in settings.items():
            default = inspect.signature(runs.train).parameters[setting].default
            assert type(default)(options.get(f"--{setting.replace('_', '-')}", default)) == value


def test_published_rows_are_of_5000_samples_of_all_test_images(page_tables):
    _, models = page_tables
    for name in models.BURDA:
        results = results_of(f"burda2015_{name}")
        assert (results["num_samples"], results["num_examples"]) == (5000, 10_000)


def test_more_samples_in_the_bound_make_better_models():
    nats = {name: results_of(f"burda2015_{name}")["negative_log_likelihood"] for name in ("vae", "iwae_5", "iwae_50")}
    assert nats["vae"] >= nats["iwae_5"] >= nats["iwae_50"]


def test_a_learned_scale_is_better_than_a_fixed_one_and_that_than_an_averaged_error():
    rows = results_of("decoder_scale")["rows"]
    negative_elbos = [rows[name]["negative_elbo"] for name in SCALES]
    assert negative_elbos == sorted(negative_elbos, reverse=True)
    distances = [rows[name]["frechet_distance_of_draws"] for name in SCALES]
    assert distances[0] > distances[1] > max(distances[2:])


def test_bits_of_colours_are_nats_of_the_same_images():
    test, codecs = results_of("colour_digits")["test"], results_of("colour_digits_codecs")
    assert test["num_examples"] == codecs["num_examples"] == 297
    assert test["bits_per_dim"] == pytest.approx(test["negative_elbo"] / 3072 / np.log(2), rel=1e-9)


def test_the_trained_restorers_beat_every_classical_method():
    for rows in results_of("restoration")["tasks"].values():
        ours = rows.pop("trained autoencoder")
        assert all(ours[score] > row[score] for row in rows.values() for score in ("psnr", "ssim"))


def test_codes_are_better_features_than_principal_components():
    assert all(row["accuracy"] > row["pca_accuracy"] for row in results_of("features")["rows"])


def test_no_restoration_fell_below_where_it_started():
    assert [row["fell"] for row in results_of("restoration_intervals")["rows"].values()] == [0, 0, 0]


@pytest.mark.parametrize(
    ("kind", "most", "compressed", "decompressed"), [("binary", 0.170, 2000, 1500), ("grey", 1.36, 300, 300)]
)
def test_files_are_as_small_and_compression_as_fast_as_was_promised(kind, most, compressed, decompressed):
    results = results_of(f"compression_mnist_{kind}")
    sizes, speed, memory = results["sizes"], results["speed"], results["memory"].values()
    assert all(size["bits_per_dim"] == pytest.approx(8 * size["bytes"] / (10_000 * 784)) for size in sizes.values())
    assert sizes["kvz"]["bits_per_dim"] <= min(most, 1.02 * sizes["negative_elbo"]["bits_per_dim"])
    assert speed["compress"] >= compressed
    assert speed["decompress"] >= decompressed
    assert max(memory) <= 1.1 * min(memory)


def test_anomalies_are_found_as_well_as_by_other_autoencoders():
    rows = results_of("anomaly")["rows"]
    assert list(rows) == ["breast_cancer", "wine", "digits", "mnist"]
    others = ("pyod_autoencoder", "pyod_vae")
    for of_data in rows.values():
        assert of_data["keras_vae"]["auc"] >= max(of_data[method]["auc"] for method in others) - 0.01
    means = {method: np.mean([of_data[method]["auc"] for of_data in rows.values()]) for method in rows["wine"]}
    assert means["keras_vae"] > max(mean for method, mean in means.items() if method != "keras_vae")


def test_10000_images_are_scored_in_seconds():
    assert max(results_of("anomaly")["scoring_seconds"].values()) < 10


def test_the_readme_and_the_benchmarks_show_one_table():
    marked = re.compile(r"<!-- figures: beside_others -->.*?<!-- end -->", re.DOTALL)
    assert marked.findall(text_of(README)) == marked.findall(text_of(DOCS / "benchmarks" / "index.md")) != []
