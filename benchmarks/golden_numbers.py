"""What five small models come to, to the last bit: a change of the structure must leave it as it was.

Each model is trained for 20 steps from one seed, then asked for everything that depends on its codes: bounds,
importance-sampled likelihoods, scores, restorations, samples, and the bytes of compressed files. It is done with
TensorFlow's functions run eagerly under op determinism, and once more compiled.

    python benchmarks/golden_numbers.py record before.npz
    python benchmarks/golden_numbers.py compare before.npz after.npz

`record` runs the package that Python finds, such as that of another checkout named in PYTHONPATH. `compare` asks for
the same bits of what was run eagerly and for 1e-6 relative of what was compiled; both files must be of one machine,
since another has other last digits. `results/golden_numbers.npz` is what stood before the codes had one owner.
"""

import argparse
import pathlib
import sys

import keras
import numpy as np
import tensorflow as tf

import keras_vae
from keras_vae import VAE, Decoder, Encoder, anomaly, evaluation, likelihoods, networks, objectives, posteriors, priors
from keras_vae.compression import compress
from keras_vae.restoration import infer

EVENT_SHAPE, LATENT_DIM, STEPS, BATCH_SIZE = (8, 8, 1), 4, 20, 16
EAGER, COMPILED = "eager", "compiled"
# Of the largest number of an array: what compiled functions may differ by, whose sums XLA and grappler reorder.
COMPILED_TOLERANCE = 1e-6
# The number of effective draws is a sum of exponentials of log-weights, which are hundreds of nats.
OF_EXPONENTIALS, TOLERANCE_OF_EXPONENTIALS = "effective", 1e-4


def main():
    """Records or compares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("record").add_argument("file", type=pathlib.Path)
    comparison = commands.add_parser("compare")
    comparison.add_argument("before", type=pathlib.Path)
    comparison.add_argument("after", type=pathlib.Path)
    options = parser.parse_args()
    if options.command == "record":
        np.savez_compressed(options.file, **everything())
    else:
        sys.exit(compare(np.load(options.before), np.load(options.after)))


def everything() -> dict[str, np.ndarray]:
    """All numbers by name, eager ones first."""
    tf.config.experimental.enable_op_determinism()
    found = {}
    for mode in (EAGER, COMPILED):
        tf.config.run_functions_eagerly(mode == EAGER)
        for name, make in MODELS.items():
            found |= {f"{mode} {name} {key}": value for key, value in numbers(*make(), mode == EAGER).items()}
            print(mode, name, flush=True)
    return found


def numbers(model, x, eagerly) -> dict[str, np.ndarray]:
    """What a model comes to after its training on x."""
    model.compile(keras.optimizers.Adam(1e-3), run_eagerly=eagerly)
    history = model.fit(x[: STEPS * BATCH_SIZE], batch_size=BATCH_SIZE, epochs=1, shuffle=False, verbose=0)
    test = x[-24:]
    found = {f"weight {index}": weight for index, weight in enumerate(model.get_weights())}
    found |= {f"log {name}": np.array(values) for name, values in history.history.items()}
    found["codes"], found["reconstructions"] = model.encode(test), model.reconstruct(test)
    found["scores"] = np.concatenate([*map(np.asarray, model.over_batches(model.score, test, target=True))])
    detector = anomaly.AnomalyDetector(model, false_alarm_rate=0.2).fit(x[-200:])
    found["anomaly scores"], found["contributions"] = detector.anomaly_scores(test), detector.explain(test)
    return found | numbers_of_vae(model, test) if isinstance(model, VAE) else found


def numbers_of_vae(vae, x) -> dict[str, np.ndarray]:
    """What depends on q(z|x) and p(z)."""
    found = {"elbo": vae.elbo(x, num_samples=3, seed=1), "samples": vae.sample(5, seed=2)}
    estimate = evaluation.log_likelihood(vae, x, num_samples=40, batch_size=7, seed=3)
    found["log_likelihood"], found["effective"] = estimate.per_example, estimate.effective_sample_size
    weighed = anomaly.AnomalyDetector(vae, score="log_likelihood", false_alarm_rate=0.2).fit(np.repeat(x, 4, axis=0))
    found["log_likelihood scores"] = weighed.anomaly_scores(x)
    moments = evaluation.aggregate_posterior(vae, x, num_samples=50)
    found["aggregate posterior"] = np.array([*moments.mean, *moments.variance, moments.rate, moments.marginal_kl])
    found["rate and distortion"] = np.array(evaluation.rate_distortion(vae, x, num_samples=2, seed=4))
    mask = np.ones(EVENT_SHAPE, bool)
    mask[2:5, 2:5] = False
    options = {"num_restorations": 2, "num_gradient_steps": 10, "num_langevin_steps": 20, "seed": 5, "verbose": 0}
    restored = infer(vae, x[:4], mask=mask, **options)
    found["restored mean"], found["restored"] = np.asarray(restored.mean), np.asarray(restored.restorations)
    if isinstance(vae.decoder.likelihood, (likelihoods.Bernoulli, likelihoods.DiscretizedLogistic)):
        found |= files(vae, x)
    return found


def files(vae, x) -> dict[str, np.ndarray]:
    """The bytes of compressed files, for a prior that has them."""
    if isinstance(vae.prior, priors.MixtureOfNormals):
        return {}
    found = {"kvz": np.frombuffer(compress(vae, x), np.uint8)}
    if isinstance(vae.decoder.likelihood, likelihoods.DiscretizedLogistic):
        found["lossy kvz"] = np.frombuffer(compress(vae, x, quality=1.0), np.uint8)
    return found


def binary() -> np.ndarray:
    """Pictures of two values, of which near ones are alike."""
    greys = np.random.default_rng(0).normal(size=(STEPS * BATCH_SIZE + 200, 4, 4, 1))
    return (greys.repeat(2, axis=1).repeat(2, axis=2) > 0.3).astype(np.float32)


def levels() -> np.ndarray:
    """Whole numbers from 0 to 255."""
    return np.random.default_rng(1).integers(0, 256, (STEPS * BATCH_SIZE + 200, *EVENT_SHAPE)).astype(np.uint8)


def vae_of(likelihood, network="dense", **options) -> VAE:
    """A VAE of the five, from one seed."""
    keras.utils.set_random_seed(7)
    if network == "dense":
        down, up = networks.dense([24]), networks.dense([24])
    else:
        down, up = networks.conv([4, 8]), networks.conv_transpose([8, 4], event_shape=EVENT_SHAPE)
    return VAE(Encoder(down, posteriors.DiagonalNormal(LATENT_DIM)), Decoder(up, likelihood), **options)


def dense():
    """The plain one."""
    return vae_of(likelihoods.Bernoulli(EVENT_SHAPE)), binary()


def convolutional():
    """Two draws for each example, by convolutions, with whole numbers."""
    return vae_of(likelihoods.DiscretizedLogistic(EVENT_SHAPE), "conv", num_samples=2), levels()


def estimated():
    """A divergence without a closed form, and the doubly reparameterized gradient."""
    # It draws where its components start: of a seed of its own, and not of what the model before has left.
    keras.utils.set_random_seed(8)
    prior = priors.MixtureOfNormals(LATENT_DIM, num_components=3)
    objective = objectives.ImportanceWeighted(doubly_reparameterized=True)
    model = vae_of(likelihoods.Bernoulli(EVENT_SHAPE), prior=prior, objective=objective, num_samples=3, beta=0.7)
    return model, binary()


def floored():
    """Free bits, a Laplace prior, a corruption, and elements that are missing."""
    x = binary() + np.random.default_rng(2).normal(size=(STEPS * BATCH_SIZE + 200, *EVENT_SHAPE)).astype(np.float32)
    x[np.random.default_rng(3).random(x.shape) < 0.1] = np.nan
    likelihood = likelihoods.Masked(likelihoods.Normal(EVENT_SHAPE, scale="optimal"))
    options = {"prior": priors.Laplace(LATENT_DIM), "free_bits": 0.2, "num_samples": 2}
    return vae_of(likelihood, **options), x


def point():
    """An autoencoder, whose code is a point."""
    keras.utils.set_random_seed(7)
    encoder = Encoder(networks.dense([24]), posteriors.Deterministic(LATENT_DIM, "sigmoid", keras.regularizers.L1(0.1)))
    decoder = Decoder(networks.dense([24]), likelihoods.Bernoulli(EVENT_SHAPE))
    return keras_vae.Autoencoder(encoder, decoder, corruption=keras.layers.GaussianNoise(0.1, seed=3)), binary()


MODELS = {"dense": dense, "conv": convolutional, "estimated": estimated, "floored": floored, "point": point}


def compare(before, after) -> int:
    """Prints what differs, and returns how many arrays do."""
    differing = 0
    for name in before.files:
        one, other = before[name], after[name]
        alike = one.shape == other.shape and one.tobytes() == other.tobytes()
        if not alike and one.shape == other.shape and name.startswith(COMPILED) and one.dtype.kind == "f":
            relative = TOLERANCE_OF_EXPONENTIALS if name.endswith(OF_EXPONENTIALS) else COMPILED_TOLERANCE
            alike = np.allclose(one, other, rtol=0, atol=relative * np.nanmax(np.abs(one)), equal_nan=True)
        if not alike:
            differing += 1
            print(f"{name}: {one.shape} {other.shape}", "" if one.shape != other.shape else distance(one, other))
    print(f"{len(before.files)} arrays, of which {differing} differ")
    return differing


def distance(one, other) -> str:
    """How far two arrays are apart."""
    return f"by at most {np.nanmax(np.abs(one.astype(np.float64) - other)):.3g} of {np.nanmax(np.abs(one)):.3g}"


if __name__ == "__main__":
    main()
