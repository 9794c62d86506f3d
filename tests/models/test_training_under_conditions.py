"""`fit` and `evaluate` of models with a condition: whatever holds the data, and in half precision."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_vae import VAE, Decoder, Encoder, conditions, likelihoods, networks, posteriors, priors
from keras_vae.ops.precision import in_float64
from tests.models.small import EVENT_SHAPE, binary
from tests.tiny_models import vae_of_classes

pytestmark = pytest.mark.usefixtures("eagerly")
X, LABELS, WEIGHTS = binary(24), np.arange(24) % 3, np.linspace(0.0, 2.0, 24).astype(np.float32)
EXAMPLES = {"x": X, "condition": LABELS}


TARGET, LOGITS = 1 - X, np.array([-2.0, 0.0, 3.0])
PROBABILITIES = (1 / (1 + np.exp(-LOGITS)))[LABELS][:, None, None, None]
COSTS = -stats.bernoulli(PROBABILITIES).logpmf(TARGET).sum(axis=(1, 2, 3))


class Batches(keras.utils.PyDataset):
    """Eight examples at a time."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        rows = slice(8 * index, 8 * index + 8)
        return {"x": X[rows], "condition": LABELS[rows]}, TARGET[rows], WEIGHTS[rows]


@pytest.fixture(scope="module")
def untrained():
    """A model whose costs are known, and which no training changes."""
    vae = vae_of_classes(likelihoods.Bernoulli(EVENT_SHAPE), LOGITS)
    vae.compile(keras.optimizers.SGD(0.0))
    return vae


def data(kind, folder) -> dict:
    """Arguments of `fit` and `evaluate`, of which all batches have one size."""
    if kind == "dataset":
        return {"x": tf.data.Dataset.from_tensor_slices((EXAMPLES, TARGET, WEIGHTS)).batch(8)}
    if kind == "PyDataset":
        return {"x": Batches()}
    if kind == "generator":
        batches = Batches()
        return {"x": (batches[index] for index in range(3))}
    x = {"x": on_disk(folder), "condition": LABELS} if kind == "memmap" else EXAMPLES
    return {"x": x, "y": TARGET, "sample_weight": WEIGHTS, "batch_size": 8}


def on_disk(folder):
    np.save(folder / "x.npy", X)
    return np.load(folder / "x.npy", mmap_mode="r")


@pytest.mark.parametrize("kind", ["arrays", "dataset", "PyDataset", "generator", "memmap"])
def test_whatever_holds_the_data_each_example_is_one_of_its_class(untrained, kind, tmp_path):
    before = keras.ops.convert_to_numpy(untrained.condition.counts)
    history = untrained.fit(**data(kind, tmp_path), verbose=0).history
    figures = untrained.evaluate(**data(kind, tmp_path), verbose=0, return_dict=True)
    for loss in (*history["loss"], figures["loss"]):
        np.testing.assert_allclose(loss, np.mean(WEIGHTS * COSTS), rtol=1e-5)
    assert figures["kl"] == pytest.approx(0.0, abs=1e-6)
    # Training counts, and evaluation does not.
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(untrained.condition.counts) - before, [8, 8, 8])


def test_batches_and_predictions(untrained, tmp_path):
    loss = untrained.test_on_batch(EXAMPLES, TARGET, WEIGHTS)[0]
    np.testing.assert_allclose(loss, np.mean(WEIGHTS * COSTS), rtol=1e-5)
    expected = np.broadcast_to(PROBABILITIES, X.shape)
    examples = {"x": on_disk(tmp_path), "condition": LABELS}
    np.testing.assert_allclose(untrained.predict(examples, verbose=0), expected, rtol=1e-5)


@pytest.mark.parametrize(("policy", "network"), [("mixed_float16", "dense"), ("mixed_bfloat16", "conv")])
def test_networks_in_half_precision_and_what_is_said_of_codes_in_full(policy, network):
    """A dense network is given the condition beside x; of a convolution it scales and shifts the features."""
    keras.config.set_dtype_policy(policy)
    shape = (4, 4, 1)
    made = {
        "dense": lambda: (networks.dense([8]), networks.dense([8])),
        "conv": lambda: (networks.conv([4]), networks.conv_transpose([4], shape)),
    }[network]()
    vae = VAE(
        Encoder(made[0], posteriors.DiagonalNormal(2)),
        Decoder(made[1], likelihoods.Bernoulli(shape)),
        priors.ConditionalNormal(2),
        condition={"digit": conditions.Labels(3), "age": conditions.Covariates(1)},
    )
    vae.compile("adam")
    x = binary(24, shape)
    # In half precision 3,001 years are 3,000, and all examples would be of one age.
    ages = (3000.0 + np.arange(24)[:, None] % 2).astype(np.float32)
    vae.condition.conditions["age"].adapt(ages)
    examples = {"x": x, "condition": {"digit": LABELS, "age": ages}}
    history = vae.fit(examples, epochs=1, batch_size=12, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert vae.encoder.network.layers[-1].compute_dtype == policy.removeprefix("mixed_")
    context = vae.context(examples)
    assert {value.dtype for value in (*context.q.values(), *context.p.values(), context.condition)} == {tf.float32}
    np.testing.assert_allclose(context.condition[:2, 0], [-1.0, 1.0], rtol=1e-3)
    full = _in_full_precision(vae, shape)
    # Activations have 8 bits in bfloat16, and there are sums over some dozen of them.
    np.testing.assert_allclose(vae.encode(examples), full.encode(examples), atol=0.05)
    np.testing.assert_allclose(vae.reconstruct(examples), full.reconstruct(examples), atol=0.02)
    np.testing.assert_allclose(vae.kl_terms(examples), full.kl_terms(examples), atol=0.05)


def _in_full_precision(vae, shape):
    keras.config.set_dtype_policy("float64")
    full = VAE.from_config(in_float64(vae.get_config()))
    full.build((None, *shape))
    full.set_weights(vae.get_weights())
    return full
