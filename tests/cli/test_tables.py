import numpy as np
import pytest

from keras_vae.cli.tables import detections_table, figures_table, restoration_table, size, sweep_table
from keras_vae.runs._detect import Detections


def test_figures_of_a_vae():
    figures = {"num_examples": 10000, "negative_elbo": 91.234, "reconstruction": 65.1, "kl": 26.134}
    assert figures_table(figures).splitlines() == [
        "  test images         10,000",
        "  negative ELBO        91.23 nats",
        "  reconstruction       65.10 nats",
        "  KL divergence        26.13 nats",
    ]


def test_all_figures_of_a_vae():
    figures = {
        "num_examples": 10,
        "negative_elbo": 742.84,
        "bits_per_dim": 1.36698,
        "negative_log_likelihood": 730.123,
        "standard_error": 2.5,
        "num_samples": 5000,
        "median_effective_sample_size": 12.345,
        "active_units": 19,
        "kl_per_latent_min": 0.0012,
        "kl_per_latent_max": 3.456,
        "mutual_information": 9.21,
        "marginal_kl": 14.5,
        "mean_squared_error": 0.0123456,
    }
    assert figures_table(figures).splitlines() == [
        "  test images             10",
        "  negative ELBO       742.84 nats",
        "  negative ELBO       1.3670 bits for each element",
        "  -log p(x)           730.12 nats",
        "  standard error        2.50 nats, over the images",
        "  samples              5,000 for each image",
        "  effective             12.3 samples, median",
        "  active units            19 latents",
        "  KL, least             0.00 nats, of a latent",
        "  KL, largest           3.46 nats, of a latent",
        "  of the KL             9.21 nats tell examples apart",
        "  of the KL            14.50 nats part codes from the prior",
        "  squared error      0.01235 mean for each element",
    ]


def test_figures_of_an_autoencoder():
    lines = figures_table({"num_examples": 297, "reconstruction": -3.456}).splitlines()
    assert lines == ["  test images            297", "  reconstruction       -3.46 nats"]


@pytest.mark.parametrize(("num_bytes", "text"), [(None, "unknown"), (2**30, "1.00 GiB"), (3 * 2**28, "0.75 GiB")])
def test_size(num_bytes, text):
    assert size(num_bytes) == text


def test_detections_are_listed_strangest_first():
    found = Detections(np.array([1.5, 9.25, 3.0]), np.array([0.5, 0.01, 0.25]), np.array([1, -1, 1]), 4.0)
    lines = detections_table(found, 2).splitlines()
    assert [line.split() for line in lines] == [
        ["example", "score", "p-value", "verdict"],
        ["1", "9.25", "0.0100", "anomaly"],
        ["2", "3", "0.2500", "normal"],
        [],
        ["1", "of", "3", "are", "above", "4."],
    ]


def test_sweep():
    row = {"negative_elbo": 131.987, "distortion": 125.5, "rate": 6.487, "squared_error": 0.0372, "seconds": 12.34}
    points = [
        {"latent_dim": 2, **row, "active_units": 2},
        {"latent_dim": 128, **dict.fromkeys(row), "active_units": 0},
    ]
    assert sweep_table(points).splitlines() == [
        "     M   negative ELBO   distortion     rate   squared error   active units   seconds",
        "     2          131.99       125.50     6.49          0.0372              2      12.3",
        "   128               -            -        -               -              0         -",
    ]


def test_figures_of_a_restoration():
    figures = {"num_examples": 16, "missing": 0.1276, "log_likelihood": -764.626, "restored_psnr": 21.361}
    assert restoration_table(figures | {"coverage": 0.942}).splitlines() == [
        "  examples                  16",
        "  missing                12.8% of the elements",
        "  log p(observed|z)    -764.63 nats, at the best code",
        "  PSNR, restored         21.36 dB",
        "  in 90% intervals       94.2% of what is missing",
    ]


def test_figures_under_a_condition_say_so():
    figures = {"negative_log_likelihood": 730.123, "condition": "Labels(3)"}
    assert figures_table(figures) == "  -log p(x|c)         730.12 nats"
