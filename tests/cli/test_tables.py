import pytest

from keras_vae.cli.tables import figures_table, size


def test_figures_of_a_vae():
    figures = {"num_examples": 10000, "negative_elbo": 91.234, "reconstruction": 65.1, "kl": 26.134}
    assert figures_table(figures).splitlines() == [
        "  test images         10,000",
        "  negative ELBO        91.23 nats",
        "  reconstruction       65.10 nats",
        "  KL divergence        26.13 nats",
    ]


def test_figures_of_an_autoencoder():
    lines = figures_table({"num_examples": 297, "reconstruction": -3.456}).splitlines()
    assert lines == ["  test images            297", "  reconstruction       -3.46 nats"]


@pytest.mark.parametrize(("num_bytes", "text"), [(None, "unknown"), (2**30, "1.00 GiB"), (3 * 2**28, "0.75 GiB")])
def test_size(num_bytes, text):
    assert size(num_bytes) == text
