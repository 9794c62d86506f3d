"""What must hold on two logical CPUs: run as a process, since devices are made before TensorFlow computes anything.

Usage: python two_replicas.py FOLDER
"""

import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import keras_vae
from keras_vae import callbacks, evaluation, objectives
from keras_vae.ops import noise

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
STRATEGY = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
CONDITION = {"digit": np.arange(64) % 3, "age": np.linspace(-1, 1, 64)[:, None]}
X = (np.random.default_rng(0).random((64, 4)) < 0.5).astype("float32")


def parts(posterior):
    encoder = keras_vae.Encoder(keras_vae.networks.dense([8]), posterior)
    return encoder, keras_vae.Decoder(keras_vae.networks.dense([8]), keras_vae.likelihoods.Bernoulli((4,)))


def conditional():
    several = {"digit": keras_vae.conditions.Labels(3), "age": keras_vae.conditions.Covariates(1)}
    prior = keras_vae.priors.ConditionalNormal(2)
    return keras_vae.VAE(*parts(keras_vae.posteriors.DiagonalNormal(2)), prior, condition=several)


def autoencoder():
    return keras_vae.Autoencoder(*parts(keras_vae.posteriors.Deterministic(2)))


def vae(objective=None):
    return keras_vae.VAE(*parts(keras_vae.posteriors.DiagonalNormal(2)), objective=objective, num_samples=3)


def prepared(model, optimizer, **compilation):
    model.build((None, 4))
    model.compile(optimizer, **compilation)
    return model


def fit(model, **arguments):
    x = X if getattr(model, "condition", None) is None else {"x": X, "condition": CONDITION}
    return model.fit(x, batch_size=32, epochs=2, verbose=0, shuffle=False, **arguments).history


def replicas_have_noise_of_their_own():
    with STRATEGY.scope():
        seed = noise.NoiseSeed(0)
        draw = tf.function(lambda: noise.normal((1000,), seed))
        for _ in range(2):
            first, second = (np.asarray(v) for v in STRATEGY.experimental_local_results(STRATEGY.run(draw)))
            # The correlation of independent draws is 0 with a standard deviation of 0.032.
            assert abs(np.corrcoef(first, second)[0, 1]) < 0.15, "replicas share their noise"


def a_vae_is_watched_evaluated_and_saved(folder):
    with STRATEGY.scope():
        model = prepared(vae(), "adam")
    used = [callbacks.BetaSchedule(4), callbacks.CollapseMonitor(X), callbacks.HeldOutEvaluation(X[:9], num_samples=5)]
    history = fit(model, callbacks=used)
    assert history["beta"] == [0.0, 0.25]
    assert history["active_units"][-1] == evaluation.active_units(model, X)

    posterior = {name: np.asarray(value) for name, value in model.encoder(X).items()}
    excess = np.exp(posterior["log_variance"]) - 1 - posterior["log_variance"]
    kl = 0.5 * np.sum(posterior["mean"] ** 2 + excess, axis=1)
    figures = model.evaluate(X, batch_size=48, verbose=0, return_dict=True)
    np.testing.assert_allclose(figures["kl"], kl.mean(), rtol=1e-4)
    np.testing.assert_allclose(figures["loss"], figures["reconstruction"] + 0.25 * figures["kl"], rtol=1e-5)

    model.save(folder / "model.keras")
    loaded = keras_vae.load_model(folder / "model.keras")
    assert loaded.beta.numpy() == 0.25 == keras.models.clone_model(model).beta.numpy()
    np.testing.assert_allclose(loaded.encode(X), model.encode(X), rtol=1e-6)


def same_noise_for_all_examples(shape, seed, dtype="float32"):
    """The same whichever replica has an example, and not for all samples."""
    samples = tf.reshape(tf.range(shape[1] * shape[2]), (1, shape[1], shape[2]))
    return tf.tile(tf.sin(tf.cast(samples, dtype) * 12.9898), (shape[0], 1, 1))


def steps_are_those_of_one_device(make):
    """Gradient descent in double precision: what is left is the rounding of beta, which is held in single precision."""
    with STRATEGY.scope():
        distributed = prepared(make(), keras.optimizers.SGD(0.1), metrics=["mse"])
    single = prepared(make(), keras.optimizers.SGD(0.1), metrics=["mse"], run_eagerly=True)
    single.set_weights(distributed.get_weights())
    histories = [fit(distributed), fit(single)]
    for ours, theirs in zip(distributed.get_weights(), single.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)
    for name, values in histories[0].items():
        np.testing.assert_allclose(values, histories[1][name], rtol=1e-6, err_msg=name)
    return distributed


def evaluation_leaves_beta(model):
    beta = model.beta.numpy()
    assert (beta != 1.0) == model.objective.sets_beta
    model.evaluate(X, verbose=0)
    assert model.beta.numpy() == beta


if __name__ == "__main__":
    replicas_have_noise_of_their_own()
    a_vae_is_watched_evaluated_and_saved(Path(sys.argv[1]))

    keras.config.set_dtype_policy("float64")
    keras.config.set_floatx("float64")
    steps_are_those_of_one_device(autoencoder)
    # Replicas draw other noise than one device does: there is no noise that both have, but in the function's place.
    noise.normal = same_noise_for_all_examples
    evaluation_leaves_beta(steps_are_those_of_one_device(lambda: vae(objectives.GECO(2.0, speed=0.1))))
    evaluation_leaves_beta(steps_are_those_of_one_device(lambda: vae(objectives.ImportanceWeighted(True))))
    # The classes of both replicas are counted, twice 22, 21 and 21.
    counts = steps_are_those_of_one_device(conditional).condition.conditions["digit"].counts
    np.testing.assert_array_equal(counts.numpy(), [44, 42, 42])
