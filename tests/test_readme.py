"""What the README says is so: its examples run, its figures are those that were measured."""

import inspect
import json
import pathlib
import re

import numpy as np
import pytest
import tensorflow as tf

from keras_vae import runs
from keras_vae.runs.choice import likelihood_for

from .few_digits import use_few_digits

ROOT = pathlib.Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DECODER_SCALES = ["averaged squared error (scale^2 = D/2)", "fixed, unit", "shared, learned", "optimal"]
CASES = ["dense_100", "dense_1000", "conv_128"]
RESTORATIONS = [
    "damaged image",
    "bicubic interpolation",
    "bicubic, block means kept",
    "median filter",
    "total variation",
    "non-local means",
    "biharmonic inpainting",
    "trained autoencoder",
]
CONTENDERS = {
    "keras_vae_fit": "**keras_vae**",
    "keras_plain": "Keras, its documentation's VAE",
    "jax_loop": "JAX, a loop by hand",
    "torch_eager": "PyTorch, a loop by hand",
    "torch_compile": "PyTorch, `torch.compile`",
    "pythae": "Pythae",
}
PUBLISHED = ["vae", "vae_5", "vae_50", "iwae_5", "iwae_50", "paper_vae", "paper_iwae_5", "static_vae"]
DETECTORS = {
    "keras_vae": "**`AnomalyDetector`**",
    "pyod_autoencoder": "PyOD's AutoEncoder",
    "pyod_vae": "PyOD's VAE",
    "isolation_forest": "isolation forest",
    "one_class_svm": "one-class SVM",
    "nearest_neighbours": "5 nearest neighbours",
    "pca_residual": "PCA residual",
}
# What a training says that it takes is replaced by this: it must run, not make a good model.
EPOCHS = 2
# Blocks that run with graphs: the first training, as a reader's, and a search of hundreds of steps. The rest is
# faster without.
WITH_GRAPHS = ("vae.fit(train, validation_data=test", "restoration.infer(")
PYTHON_BLOCKS = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def results_of(name) -> dict:
    """What a benchmark or a run wrote, by its name in `benchmarks/results`."""
    return json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text(encoding="utf-8"))


def test_its_python_runs_from_top_to_bottom(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    use_few_digits(monkeypatch, num_train=100)
    assert all(sum(line in block for block in PYTHON_BLOCKS) == 1 for line in WITH_GRAPHS)
    names = {}
    try:
        for block in PYTHON_BLOCKS:
            few_epochs = re.sub(r"\bepochs=\d+", f"epochs={EPOCHS}", block)
            tf.config.run_functions_eagerly(not any(line in block for line in WITH_GRAPHS))
            exec(compile(few_epochs, "README.md", "exec"), names)
    finally:
        tf.config.run_functions_eagerly(False)
    assert len(list((tmp_path / "logs" / "samples").glob("*.png"))) == EPOCHS
    assert names["codes"].shape == (len(names["images"]), 8)
    assert np.all(np.isfinite(names["scores"]))
    assert set(np.unique(names["samples"])) <= {0.0, 1.0}


@pytest.mark.parametrize("name", ["digits", "mnist"])
def test_its_figures_are_those_of_the_results(name):
    results = results_of(name)
    (row,) = (line for line in README.splitlines() if line.startswith(f"| {name} |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    figures = results["test"]
    expected = [f"{figures[key]:.2f}" for key in ("negative_elbo", "reconstruction", "kl")]
    assert cells[2:5] == expected
    command = cells[-1].strip("`").split()
    settings = results["settings"]
    assert command[:2] == ["keras-vae", "train"]
    options = dict(zip(command[2::2], command[3::2], strict=True))
    likelihood = options.pop("--likelihood", None) or likelihood_for("auto", settings["dataset"])[0]
    assert likelihood == settings.pop("likelihood")
    for setting, value in settings.items():
        default = inspect.signature(runs.train).parameters[setting].default
        assert type(default)(options.get(f"--{setting.replace('_', '-')}", default)) == value


def test_its_shares_of_readable_digits_are_those_of_the_results():
    rows = results_of("readable_digits")["rows"]
    starts = ["real ones", "`keras-vae train` | 3", "the same with the prior", "as the command trained before"]
    for start, row in zip(starts, rows.values(), strict=True):
        (line,) = (line for line in README.splitlines() if line.startswith(f"| {start}"))
        shares = [cell.strip() for cell in line.strip("|").split("|")][1:]
        assert shares == [f"{row[kind]:.1%}" if kind in row else "" for kind in ("draws", "means")]
    digits = results_of("digits")["test"]
    assert f"({digits['marginal_kl']:.2f} of the {digits['kl']:.2f} nats" in README.replace("\n", " ")


@pytest.mark.parametrize("likelihood", ["beta_binomial", "discretized_logistic"])
def test_its_bits_are_those_of_the_results(likelihood):
    results = results_of(f"mnist_{likelihood}")
    (row,) = (line for line in README.splitlines() if line.startswith(f"| `{likelihood}` |"))
    nats = results["test"]["negative_elbo"]
    assert f"| {nats:.2f} | {nats / 784 / np.log(2):.3f} |" in row
    settings = results["settings"]
    rate = f"{settings['learning_rate']:.0e}".replace("e-0", "e-")
    assert f"--likelihood {likelihood} --learning-rate {rate} --epochs {settings['epochs']}`" in row
    assert settings["likelihood"] == likelihood


@pytest.mark.parametrize("name", PUBLISHED)
def test_its_likelihoods_are_those_of_the_results(name):
    results = results_of(f"burda2015_{name}")
    (row,) = (line for line in README.splitlines() if line.startswith(f"| `{name}` |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[3] == f"{results['negative_log_likelihood']:.2f} ± {results['standard_error']:.2f}"
    assert cells[4].startswith(str(results["published"]))
    assert cells[5:] == [str(results["active_units"]), f"{sum(results['fit_seconds']):.0f} s"]
    assert [int(number) for number in re.findall(r"(?:^|, )(\d+)", cells[2])] == [
        stage["epochs"] for stage in results["stages"]
    ]
    assert (results["num_samples"], results["num_examples"]) == (5000, 10_000)


def test_more_samples_in_the_bound_make_better_models():
    nats = {name: results_of(f"burda2015_{name}")["negative_log_likelihood"] for name in ("vae", "iwae_5", "iwae_50")}
    assert nats["vae"] >= nats["iwae_5"] >= nats["iwae_50"]


def test_its_decoder_scales_are_those_of_the_results():
    rows = results_of("decoder_scale")["rows"]
    negative_elbos = [rows[name]["negative_elbo"] for name in DECODER_SCALES]
    (sentence,) = re.findall(r"negative ELBO is (.*?) with the optimal", README.replace("\n", " "))
    assert re.findall(r"-?\d+\.\d", sentence) == [f"{value:.1f}" for value in negative_elbos]
    assert negative_elbos == sorted(negative_elbos, reverse=True)
    distances = [rows[name]["frechet_distance_of_draws"] for name in DECODER_SCALES]
    assert distances[0] > distances[1] > max(distances[2:])


def test_its_seconds_are_those_of_the_results():
    cases = {case: results_of(f"training_speed_{case}") for case in CASES}
    for contender, label in CONTENDERS.items():
        (row,) = (line for line in README.splitlines() if line.startswith(f"| {label} |"))
        for case, cell in zip(CASES, row.strip("|").split("|")[1:], strict=True):
            rows = cases[case]["contenders"]
            assert (contender in rows) == bool(cell.strip())
            if contender in rows:
                ours, theirs = (np.median(rows[name]["seconds"]) for name in ("keras_vae_fit", contender))
                ratio = "" if contender == "keras_vae_fit" else f" ({ours / theirs:.2f})"
                assert cell.strip() == f"{theirs:.2f}{ratio}"


def test_its_bits_of_colours_are_those_of_the_results():
    run, codecs = (results_of(name) for name in ("colour_digits", "colour_digits_codecs"))
    test, settings, bits = run["test"], run["settings"], codecs["bits_per_dim"]
    assert test["num_examples"] == codecs["num_examples"] == 297
    assert test["bits_per_dim"] == pytest.approx(test["negative_elbo"] / 3072 / np.log(2), rel=1e-9)
    assert f"negative ELBO, {test['negative_elbo']:.2f} nats | {test['bits_per_dim']:.3f} |" in README
    for label, name in (("LZMA", "lzma"), ("PNG", "png"), ("WebP", "webp_lossless")):
        (row,) = (line for line in README.splitlines() if line.startswith(f"| {label}, "))
        assert row.endswith(f" | {bits[name]:.3f} |")
    (command,) = re.findall(r"^`(keras-vae train --dataset colour_digits.*)`$", README, flags=re.MULTILINE)
    words = command.split()[2:]
    for option, value in zip(words[::2], words[1::2], strict=True):
        setting = settings[option[2:].replace("-", "_")]
        assert setting == type(setting)(value)


def test_its_restorations_are_those_of_the_results():
    results = results_of("restoration")
    for method in RESTORATIONS:
        (row,) = (line for line in README.splitlines() if line.replace("**", "").startswith(f"| {method} |"))
        rows = [task.get(method) for task in results["tasks"].values()]
        cells = ["" if row is None else f"{row['psnr']:.2f} / {row['ssim']:.3f}" for row in rows]
        assert [cell.strip() for cell in row.strip("|").split("|")[1:]] == cells


def test_the_trained_restorers_beat_every_classical_method():
    results = results_of("restoration")
    for rows in results["tasks"].values():
        ours = rows.pop("trained autoencoder")
        assert all(ours[score] > row[score] for row in rows.values() for score in ("psnr", "ssim"))


@pytest.mark.parametrize("size", [2, 16, 32])
def test_its_probes_are_those_of_the_results(size):
    rows = results_of("features")["rows"]
    (row,) = (row for row in rows if row["latent_dim"] == size)
    assert f"| {size} | {row['accuracy'] * 100:.1f} % | {row['pca_accuracy'] * 100:.1f} % |" in README
    assert row["accuracy"] > row["pca_accuracy"]


def test_its_coverage_is_that_of_the_results():
    rows = results_of("restoration_intervals")["rows"]
    found = {name: (f"{100 * row['coverage']:.1f} %", row["fell"]) for name, row in rows.items()}
    assert found == {
        "Bernoulli": ("99.1 %", 0),
        "Normal, predicted scale": ("92.0 %", 0),
        "BetaBinomial": ("93.0 %", 0),
    }
    assert all(share in README for share, _ in found.values())


def test_its_compressed_bytes_are_those_of_the_results():
    kinds = [results_of(f"compression_mnist_{kind}")["sizes"] for kind in ("binary", "grey")]
    labels = {"kvz": "**this file**", "negative_elbo": "the model's negative ELBO"}
    for name in kinds[0]:
        cells = [f"{sizes[name]['bytes']:,.0f} | {sizes[name]['bits_per_dim']:.4f}" for sizes in kinds]
        assert f"| {labels.get(name, name)} | {cells[0]} | {cells[1]} |" in README
    for sizes, most in zip(kinds, (0.170, 1.36), strict=True):
        assert all(size["bits_per_dim"] == pytest.approx(8 * size["bytes"] / (10_000 * 784)) for size in sizes.values())
        bits = {name: size["bits_per_dim"] for name, size in sizes.items()}
        assert bits["kvz"] <= most
        assert bits["kvz"] <= 1.02 * bits["negative_elbo"]


def test_its_compression_is_as_fast_and_as_small_as_it_says():
    prose = README.replace("\n", " ")
    for kind, least in (("binary", (2000, 1500)), ("grey", (300, 300))):
        speed, memory = (
            results_of(f"compression_mnist_{kind}")["speed"],
            results_of(f"compression_mnist_{kind}")["memory"],
        )
        assert speed["compress"] >= least[0]
        assert speed["decompress"] >= least[1]
        assert all(f"{value:,.0f}" in prose for value in speed.values())
        assert f"{max(memory.values()) / 1e9:.2f}" in prose
        assert max(memory.values()) <= 1.1 * min(memory.values())


def test_its_links_lead_somewhere():
    prose = re.sub(r"^```.*?^```", "", README, flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\((?!http)([^)#]+)\)", prose)
    assert len(links) >= 6
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_its_anomalies_are_those_of_the_results():
    rows = results_of("anomaly")["rows"]
    assert list(rows) == ["breast_cancer", "wine", "digits", "mnist"]
    for method, label in DETECTORS.items():
        (line,) = (line for line in README.splitlines() if line.startswith(f"| {label} |"))
        found = [rows[name][method] for name in rows]
        cells = [f"{row['auc']:.3f} / {row['average_precision']:.3f}" for row in found]
        cells += [f"{np.mean([row['auc'] for row in found]):.3f}", f"{np.sum([row['seconds'] for row in found]):.1f}"]
        assert [cell.strip().replace("**", "") for cell in line.strip("|").split("|")[1:]] == cells


def test_anomalies_are_found_as_well_as_by_other_autoencoders():
    rows = results_of("anomaly")["rows"]
    others = ("pyod_autoencoder", "pyod_vae")
    for of_data in rows.values():
        assert of_data["keras_vae"]["auc"] >= max(of_data[method]["auc"] for method in others) - 0.01
    means = {method: np.mean([of_data[method]["auc"] for of_data in rows.values()]) for method in DETECTORS}
    assert means["keras_vae"] > max(means[method] for method in others)


def test_its_seconds_of_scores_are_those_of_the_results():
    seconds = results_of("anomaly")["scoring_seconds"]
    assert max(seconds.values()) < 10
    (sentence,) = re.findall(r"10,000 MNIST images are scored in (.*?)\.\s", README.replace("\n", " "))
    assert re.findall(r"`(\w+)` ([\d.]+) s", sentence) == [(name, f"{value:.1f}") for name, value in seconds.items()]
