"""VAEs under a strategy of two replicas: what they learn, and that they can be watched and saved."""

import subprocess
import sys

SCRIPT = """
import sys
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import keras, numpy as np
import keras_vae
from keras_vae import callbacks, evaluation, objectives
from keras_vae.ops import noise

def normal(shape, seed, dtype="float32"):
    # The same for all examples, whichever replica has them, and not for all samples.
    samples = tf.reshape(tf.range(shape[1] * shape[2]), (1, shape[1], shape[2]))
    return tf.tile(tf.sin(tf.cast(samples, dtype) * 12.9898), (shape[0], 1, 1))

noise.normal = normal
x = (np.random.default_rng(0).random((64, 4)) < 0.5).astype("float32")
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

def vae(objective):
    model = keras_vae.VAE(
        keras_vae.Encoder(keras_vae.networks.dense([8]), keras_vae.posteriors.DiagonalNormal(2)),
        keras_vae.Decoder(keras_vae.networks.dense([8]), keras_vae.likelihoods.Bernoulli((4,))),
        objective=objective, num_samples=3,
    )
    model.build((None, 4))
    model.compile(keras.optimizers.SGD(0.1))
    return model

def fit(model, **arguments):
    return model.fit(x, batch_size=32, epochs=2, verbose=0, shuffle=False, **arguments).history

for make in (lambda: objectives.GECO(2.0, speed=0.1), lambda: objectives.ImportanceWeighted(True)):
    with strategy.scope():
        distributed = vae(make())
    single = vae(make())
    single.set_weights(distributed.get_weights())
    histories = [fit(distributed), fit(single)]
    for ours, theirs in zip(distributed.get_weights(), single.get_weights()):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    for name, values in histories[0].items():
        np.testing.assert_allclose(values, histories[1][name], rtol=1e-4)
    assert (distributed.beta.numpy() != 1.0) == distributed.objective.sets_beta
    beta = distributed.beta.numpy()
    distributed.evaluate(x, verbose=0)
    assert distributed.beta.numpy() == beta

with strategy.scope():
    model = vae(None)
used = [callbacks.BetaSchedule(4), callbacks.CollapseMonitor(x), callbacks.HeldOutEvaluation(x[:9], num_samples=5)]
history = fit(model, callbacks=used)
assert history["beta"] == [0.0, 0.25]
assert history["active_units"][-1] == evaluation.active_units(model, x)
model.save(sys.argv[1])
loaded = keras_vae.load_model(sys.argv[1])
assert loaded.beta.numpy() == 0.25 == keras.models.clone_model(model).beta.numpy()
np.testing.assert_allclose(loaded.encode(x), model.encode(x), rtol=1e-6)
"""


def test_two_replicas_do_what_one_does(tmp_path):
    """Two logical CPUs: the devices must be made before TensorFlow starts, hence the process."""
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "model.keras")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
