"""The random numbers: distinct where they must be, the same where they were asked to be."""

import subprocess
import sys
import textwrap

import keras
import numpy as np
import tensorflow as tf

from keras_vae.ops import noise


def draw(seed):
    return np.asarray(noise.normal((4, 3), seed))


def test_noise_seed_moves_on_and_starts_where_it_is_told():
    first, second = noise.NoiseSeed(3), noise.NoiseSeed(3)
    draws = [draw(first) for _ in range(3)]
    assert not np.array_equal(draws[0], draws[1])
    np.testing.assert_array_equal(draws, [draw(second) for _ in range(3)])


def test_noise_seed_without_a_strategy_is_keras_own_stream():
    np.testing.assert_array_equal(draw(noise.NoiseSeed(5)), draw(keras.random.SeedGenerator(5)))


def test_fixed_seed_repeats_itself_from_ints_and_from_tensors():
    python, tensor = noise.FixedSeed(7), noise.FixedSeed(tf.constant(7))
    draws = [draw(python) for _ in range(2)]
    assert not np.array_equal(draws[0], draws[1])
    np.testing.assert_array_equal(draws, [draw(tensor) for _ in range(2)])


def test_fixed_seed_starts_as_keras_does_from_the_same_int():
    np.testing.assert_array_equal(draw(noise.FixedSeed(7)), draw(7))


def test_streams_of_a_seed_do_not_overlap():
    streams = [noise.FixedSeed(7, stream) for stream in range(3)]
    draws = [draw(stream).tobytes() for stream in streams for _ in range(3)]
    assert len(set(draws)) == len(draws)


def test_new_seed_is_a_new_one_each_time():
    generator = noise.NoiseSeed(0)
    assert len({int(noise.new_seed(generator)) for _ in range(10)}) == 10


def test_uniform_is_in_the_unit_interval_with_its_moments():
    draws = np.asarray(noise.uniform((20_000,), 1), np.float64)
    assert draws.min() >= 0
    assert draws.max() < 1
    # Five standard errors of the mean and of the variance, 1/12 and 1/180 being theirs.
    assert abs(draws.mean() - 0.5) < 5 * np.sqrt(1 / 12 / draws.size)
    assert abs(draws.var() - 1 / 12) < 5 * np.sqrt(1 / 180 / draws.size)


REPLICAS = """
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import keras, numpy as np
import keras_vae
from keras_vae.ops import noise
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    seed = noise.NoiseSeed(0)
    draw = tf.function(lambda: noise.normal((1000,), seed))
    for _ in range(2):
        first, second = (np.asarray(v) for v in strategy.experimental_local_results(strategy.run(draw)))
        assert abs(np.corrcoef(first, second)[0, 1]) < 0.15, "replicas share their noise"
    x = (np.random.default_rng(0).random((64, 4)) < 0.5).astype("float32")
    posterior = keras_vae.posteriors.Deterministic(2)
    model = keras_vae.Autoencoder(
        keras_vae.Encoder(keras_vae.networks.dense([8]), posterior),
        keras_vae.Decoder(keras_vae.networks.dense([8]), keras_vae.likelihoods.Bernoulli((4,))),
    )
    model.build((None, 4))
    model.compile(keras.optimizers.SGD(0.1))
    vae = keras_vae.VAE.for_shape((4,), 2)
    vae.compile("adam")
start = model.get_weights()
model.fit(x, batch_size=64, epochs=1, verbose=0, shuffle=False)
distributed = model.get_weights()
single = keras_vae.Autoencoder.from_config(model.get_config())
single.build((None, 4))
single.set_weights(start)
single.compile(keras.optimizers.SGD(0.1))
single.fit(x, batch_size=64, epochs=1, verbose=0, shuffle=False)
for ours, theirs in zip(distributed, single.get_weights()):
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
vae.fit(x, batch_size=32, epochs=2, verbose=0)
posterior = {name: np.asarray(value) for name, value in vae.encoder(x).items()}
excess = np.exp(posterior["log_variance"]) - 1 - posterior["log_variance"]
kl = 0.5 * np.sum(posterior["mean"] ** 2 + excess, axis=1)
figures = vae.evaluate(x, batch_size=48, verbose=0, return_dict=True)
np.testing.assert_allclose(figures["kl"], kl.mean(), rtol=1e-4)
np.testing.assert_allclose(figures["loss"], figures["reconstruction"] + figures["kl"], rtol=1e-5)
"""


def test_replicas_have_noise_of_their_own_and_step_as_one_device_does():
    """Two logical CPUs: the devices must be made before TensorFlow starts, hence the process."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(REPLICAS)], capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr[-3000:]
