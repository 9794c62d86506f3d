"""How fast a trained model is used: its methods on an array of images, and the SavedModel that it exports.

A dense and a convolutional VAE of `VAE.for_shape`, with random weights, on random binary images. Printed and written
to `results/inference_speed.json`:

- images a second of `predict`, `reconstruct`, `encode`, `decode`, `sample` and `elbo`, the median of rounds in which
  all take turns, and beside them `keras.Model.predict` of a functional model of the same layers, without this package;
- of the exported `serving_default` and `sample`, in a process of their own: milliseconds of a call with one image, the
  median and the 95th percentile, and images a second with large batches.

    python benchmarks/inference_speed.py
"""

import argparse
import json
import os
import pathlib
import statistics
import tempfile
import time

import keras
import numpy as np
import tensorflow as tf
from fresh_process import in_fresh_process

from keras_vae import VAE
from keras_vae.runs.environment import versions

EVENT_SHAPE = (28, 28, 1)
LATENT_DIMS = {"dense": 50, "conv": 16}
PLAIN = "keras.Model.predict"
WARM_UP_CALLS = 50


def main():
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=10_000, help="images of a call of a method")
    parser.add_argument("--rounds", type=int, default=7, help="calls of each method after the first")
    parser.add_argument("--batch-size", type=int, default=256, help="images at once, of methods and of a served batch")
    parser.add_argument("--calls", type=int, default=500, help="calls with one image; a fifth as many with batches")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    results = {"cores": os.cpu_count(), "versions": versions()}
    results |= {name: getattr(options, name) for name in ("images", "rounds", "batch_size", "calls")}
    results["models"] = {}
    for network in LATENT_DIMS:
        results["models"][network] = rows = measured(network, options)
        print(f"\n{network}, {rows['latent_dim']} latents\n{table(rows)}", flush=True)
    options.output.mkdir(parents=True, exist_ok=True)
    path = options.output / "inference_speed.json"
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def measured(network, options) -> dict:
    """All figures of one model."""
    keras.utils.set_random_seed(0)
    vae = VAE.for_shape(EVENT_SHAPE, LATENT_DIMS[network], network)
    speeds = images_per_second(vae, options.images, options.rounds, options.batch_size)
    with tempfile.TemporaryDirectory() as folder:
        vae.export(folder, overwrite=True)
        served = in_fresh_process(served_figures, folder, options.calls, options.batch_size)
    return {"latent_dim": vae.latent_dim, "images_per_second": speeds, "served": served}


def images_per_second(vae, count, rounds, batch_size) -> dict[str, float]:
    """Of each method the images a second, the median of the rounds."""
    images, codes = random_images(count), np.random.default_rng(1).normal(size=(count, vae.latent_dim))
    codes, plain = codes.astype(np.float32), plain_model(vae)
    calls = {
        PLAIN: lambda: plain.predict(images, batch_size, verbose=0),
        "predict": lambda: vae.predict(images, batch_size, verbose=0),
        "reconstruct": lambda: vae.reconstruct(images, batch_size),
        "encode": lambda: vae.encode(images, batch_size=batch_size),
        "decode": lambda: vae.decode(codes, batch_size),
        "sample": lambda: vae.sample(count),
        "elbo": lambda: vae.elbo(images, batch_size=batch_size),
    }
    first = {name: call() for name, call in calls.items()}
    np.testing.assert_allclose(first[PLAIN], first["predict"], atol=1e-5)
    turns = [{name: seconds_of(call) for name, call in calls.items()} for _ in range(rounds)]
    return {name: count / statistics.median(turn[name] for turn in turns) for name in calls}


def plain_model(vae) -> keras.Model:
    """The Keras layers that `predict` of a VAE runs, connected without this package."""
    # Both projections have one name, which models of their own hide.
    parts = (vae.encoder.posterior, vae.decoder.likelihood)
    to_code, to_image = (keras.Sequential([part.projection]) for part in parts)
    x = keras.Input(vae.event_shape)
    mean = to_code(keras.layers.Flatten()(vae.encoder.network(x)))[:, : vae.latent_dim]
    logits = to_image(vae.decoder.network(mean))
    return keras.Model(x, keras.layers.Activation("sigmoid")(keras.layers.Reshape(vae.event_shape)(logits)))


def random_images(count) -> np.ndarray:
    """Binary images `(count, *EVENT_SHAPE)`."""
    return np.random.default_rng(0).integers(0, 2, (count, *EVENT_SHAPE), np.uint8).astype(np.float32)


def seconds_of(call) -> float:
    """What a call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def served_figures(folder, calls, batch_size) -> dict:
    """Of each signature of a SavedModel its latency and its throughput."""
    began = time.perf_counter()
    # Signatures do not keep the model alive.
    model = tf.saved_model.load(folder)
    load_seconds = time.perf_counter() - began
    inputs = {
        "serving_default": lambda count: {"x": tf.constant(random_images(count))},
        "sample": lambda count: {"n": tf.constant(count)},
    }
    rows = {"load_seconds": load_seconds}
    for name, arguments in inputs.items():
        single = call_seconds(model.signatures[name], arguments(1), calls)
        batch = call_seconds(model.signatures[name], arguments(batch_size), max(1, calls // 5))
        rows[name] = {
            "latency_ms_median": 1000 * statistics.median(single),
            "latency_ms_95th_percentile": 1000 * float(np.percentile(single, 95)),
            "images_per_second": batch_size / statistics.median(batch),
        }
    return rows


def call_seconds(signature, arguments, calls) -> list[float]:
    """Seconds of calls of a signature, each until the result is a NumPy array."""

    def call():
        for result in signature(**arguments).values():
            result.numpy()

    # At first TensorFlow optimises the graph, and sees how much memory it takes.
    for _ in range(min(WARM_UP_CALLS, calls)):
        call()
    return [seconds_of(call) for _ in range(calls)]


def table(rows) -> str:
    """The figures of a model as lines."""
    plain = rows["images_per_second"][PLAIN]
    lines = [f"{'method':<22}{'images/s':>12}{'/ plain':>10}"]
    for name, speed in rows["images_per_second"].items():
        lines.append(f"{name:<22}{speed:>12,.0f}{speed / plain:>10.2f}")
    lines.append(f"{'exported':<22}{'images/s':>12}{'ms, median':>12}{'ms, 95th':>10}")
    for name, row in rows["served"].items():
        if name != "load_seconds":
            speed, median, percentile = row["images_per_second"], *list(row.values())[:2]
            lines.append(f"{name:<22}{speed:>12,.0f}{median:>12.3f}{percentile:>10.3f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
