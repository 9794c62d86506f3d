"""`fit` and `evaluate` of models with a condition: whatever holds the data, and in half precision."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_vae import VAE, Decoder, Encoder, conditions, likelihoods, networks, posteriors, priors
from keras_vae.ops.precision import in_float64
from tests import seeds
from tests.models.small import EVENT_SHAPE, binary, small_vae
from tests.tiny_models import vae_of_classes

pytestmark = pytest.mark.usefixtures("eagerly")
X, LABELS, WEIGHTS = binary(24), np.arange(24) % 3, np.linspace(0.0, 2.0, 24).astype(np.float32)
EXAMPLES = {"x": X, "condition": LABELS}


class Batches(keras.utils.PyDataset):
    """Eight examples at a time."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        rows = slice(8 * index, 8 * index + 8)
        return {"x": X[rows], "condition": LABELS[rows]}, X[rows], WEIGHTS[rows]


def on_disk(folder):
    np.save(folder / "x.npy", X)
    return np.load(folder / "x.npy", mmap_mode="r")


def fitted(x, **arguments):
    """All that a training sets, of models that begin alike."""
    seeds.set_all(0)
    vae = small_vae(condition=conditions.Labels(3))
    vae.compile(keras.optimizers.SGD(0.1))
    vae.fit(x, epochs=2, shuffle=False, verbose=0, **arguments)
    return vae.get_weights()


def test_whatever_holds_the_data_the_training_is_the_same(tmp_path):
    expected = fitted(EXAMPLES, y=X, sample_weight=WEIGHTS, batch_size=8)
    dataset = tf.data.Dataset.from_tensor_slices((EXAMPLES, X, WEIGHTS)).batch(8)
    from_disk = {"x": on_disk(tmp_path), "condition": LABELS}
    batches = Batches()
    found = {
        "dataset": fitted(dataset),
        "PyDataset": fitted(batches),
        "generator": fitted((batches[i % 3] for i in range(6)), steps_per_epoch=3),
        "memmap": fitted(from_disk, y=X, sample_weight=WEIGHTS, batch_size=8),
    }
    for name, weights in found.items():
        for ours, theirs in zip(weights, expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6, err_msg=name)
    # Without the weights it is another.
    assert any(np.any(a != b) for a, b in zip(fitted(EXAMPLES, batch_size=8), expected, strict=True))


def test_targets_and_weights_are_those_of_each_example_under_its_class(tmp_path):
    logits = np.array([-2.0, 0.0, 3.0])
    vae = vae_of_classes(likelihoods.Bernoulli(EVENT_SHAPE), logits)
    vae.compile("adam")
    target = 1 - X
    probabilities = (1 / (1 + np.exp(-logits)))[LABELS][:, None, None, None]
    costs = -stats.bernoulli(probabilities).logpmf(target).sum(axis=(1, 2, 3))
    dataset = tf.data.Dataset.from_tensor_slices((EXAMPLES, target, WEIGHTS)).batch(8)
    # All batches are of one size, so that the mean over batches is that over examples.
    for arguments in ({"x": EXAMPLES, "y": target, "sample_weight": WEIGHTS, "batch_size": 8}, {"x": dataset}):
        found = vae.evaluate(**arguments, verbose=0, return_dict=True)
        np.testing.assert_allclose(found["loss"], np.mean(WEIGHTS * costs), rtol=1e-5)
        assert found["kl"] == pytest.approx(0.0, abs=1e-6)
    examples = {"x": on_disk(tmp_path), "condition": LABELS}
    found = vae.evaluate(examples, target, verbose=0, return_dict=True)
    np.testing.assert_allclose(found["loss"], costs.mean(), rtol=1e-5)
    np.testing.assert_allclose(vae.test_on_batch(EXAMPLES, target, WEIGHTS)[0], np.mean(WEIGHTS * costs), rtol=1e-5)
    np.testing.assert_allclose(vae.predict(examples, verbose=0), np.broadcast_to(probabilities, X.shape), rtol=1e-5)


def test_classes_are_counted_by_every_kind_of_training(tmp_path):
    vae = small_vae(condition=conditions.Labels(3))
    vae.compile("adam")
    for number, x in enumerate((Batches(), {"x": on_disk(tmp_path), "condition": LABELS[::-1]}), start=1):
        vae.fit(x, verbose=0)
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(vae.condition.counts), np.full(3, 8 * number))


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("network", ["dense", "conv"])
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
