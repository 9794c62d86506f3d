"""Files that an older version wrote, and what it made of them: `benchmarks/golden_numbers.py` compares every bit.

The models are the five of that script, trained and saved by the version before the codes had one owner.
"""

import pathlib

import numpy as np
import pytest
import tensorflow as tf

from keras_vae import evaluation, models
from keras_vae.compression import decompress

FOLDER = pathlib.Path(__file__).parent / "golden"
NUMBERS = np.load(FOLDER / "numbers.npz")
# Sums of up to 2,000 float32 numbers, in another order on another processor: at most so many half units in the last
# place each, and far fewer since they fall to both sides.
RELATIVE = 2000**0.5 * 2**-23


@pytest.fixture(autouse=True)
def run_eagerly():
    """Nothing is compiled: each function is called once."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def expect(name, found):
    """Holds an array to what it was, as a share of its largest number."""
    expected = NUMBERS[name]
    np.testing.assert_allclose(found, expected, rtol=0, atol=RELATIVE * np.nanmax(np.abs(expected)))


@pytest.mark.filterwarnings("ignore:The estimates of")
@pytest.mark.parametrize("name", ["dense", "conv", "estimated", "floored", "point"])
def test_an_old_model_is_loaded_and_comes_to_the_same_numbers(name):
    model, x = models.load_model(FOLDER / f"{name}.keras"), NUMBERS[f"{name} x"]
    expect(f"{name} codes", model.encode(x))
    expect(f"{name} reconstructions", model.reconstruct(x))
    expect(f"{name} scores", model.score(x))
    if name != "point":
        expect(f"{name} elbo", model.elbo(x, num_samples=3, seed=1))
        expect(f"{name} log_likelihood", evaluation.log_likelihood(model, x, num_samples=40, seed=3).per_example)
        expect(f"{name} samples", model.sample(5, seed=2, mean=True))
    # An optimizer goes on from where it was: the order of its weights is the model's.
    assert int(model.optimizer.iterations) == 20
    for weight, moment in zip(model.trainable_weights, model.optimizer.variables[2::2], strict=True):
        assert weight.shape == moment.shape


@pytest.mark.parametrize("name", ["dense", "conv"])
def test_an_old_file_of_examples_is_read(name):
    model = models.load_model(FOLDER / f"{name}.keras")
    np.testing.assert_array_equal(decompress(model, (FOLDER / f"{name}.kvz").read_bytes()), NUMBERS[f"{name} x"])


def test_an_old_file_of_codes_is_read():
    model, x = models.load_model(FOLDER / "conv.keras"), NUMBERS["conv x"]
    restored = decompress(model, (FOLDER / "conv_lossy.kvz").read_bytes())
    # At quality 1 a code lies within half a posterior's deviation of its mean, which moves the picture a little.
    expect("conv reconstructions", model.reconstruct(x))
    assert np.abs(restored - model.reconstruct(x)).mean() < 0.5 * np.abs(x - model.reconstruct(x)).mean()
