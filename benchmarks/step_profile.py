"""Where the time of a training step goes, as it is run by Keras's own loop and by what `fit` chooses.

Parts are found by difference: the step is run without its metrics, without its optimizer, without its backward pass and
without its noise, in loops of the same length, and the input pipeline is read alone. Printed and written to
`results/step_profile.json`, in milliseconds for each step.

    python benchmarks/step_profile.py
"""

import argparse
import json
import pathlib
import time
from unittest import mock

import keras
import tensorflow as tf

from keras_vae import VAE, Decoder, Encoder, datasets, likelihoods, networks, posteriors
from keras_vae.inputs import data_checks
from keras_vae.ops import noise
from keras_vae.runs.environment import versions

EVENT_SHAPE, WIDTHS, LATENT_DIM = (28, 28, 1), (200, 200), 50
STEPS, ROUNDS = 50, 15


def main():
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir")
    parser.add_argument("--batch-size", type=int, default=100)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    data = datasets.load("mnist", "train", options.batch_size, binarize="dynamic", data_dir=options.data_dir, seed=0)
    profile = {
        "pipeline": pipeline(data),
        "Keras's loop": {**parts(data, jit=False), "fit": fit(data, jit_compile=False)},
        "what fit chooses": {**parts(data, jit=True), "fit": fit(data)},
    }
    print(table(profile))
    options.output.mkdir(exist_ok=True)
    results = {"batch_size": options.batch_size, "versions": versions(), "milliseconds": profile}
    (options.output / "step_profile.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def dense_vae() -> VAE:
    """784-200-200-50, compiled and built."""
    keras.utils.set_random_seed(0)
    vae = VAE(
        Encoder(networks.dense(WIDTHS, "tanh"), posteriors.DiagonalNormal(LATENT_DIM)),
        Decoder(networks.dense(WIDTHS, "tanh"), likelihoods.Bernoulli(EVENT_SHAPE)),
    )
    vae.build((None, *EVENT_SHAPE))
    vae.compile("adam")
    vae.optimizer.build(vae.trainable_variables)
    return vae


def pipeline(data) -> dict:
    """Reading the batches, without and with the checks of their values."""
    checked = data_checks.checked_arguments(dense_vae().data_spec, keras.Model.fit, (None, data), {})["x"]
    return {name: milliseconds(lambda d=d: sum(1 for _ in d)) for name, d in (("read", data), ("checked", checked))}


def parts(data, jit: bool) -> dict:
    """The parts of a step on batches that lie ready."""
    batches = tf.stack(list(data.take(STEPS)))
    whole = in_a_loop(dense_vae(), full_step, batches, jit)
    untracked = in_a_loop(dense_vae(), untracked_step, batches, jit)
    backward = in_a_loop(dense_vae(), backward_pass, batches, jit)
    forward = in_a_loop(dense_vae(), forward_pass, batches, jit)
    with mock.patch.object(noise, "normal", lambda shape, seed, dtype="float32": tf.ones(shape, dtype)):
        silent = in_a_loop(dense_vae(), full_step, batches, jit)
    return {
        "noise": whole - silent,
        "forward": forward - (whole - silent),
        "backward": backward - forward,
        "optimizer": untracked - backward,
        "metrics": whole - untracked,
        "step": whole,
    }


def in_a_loop(vae, step, batches, jit: bool) -> float:
    """Milliseconds of a step in a compiled loop over batches."""
    kept = [tf.Variable(tf.zeros_like(weight)) for weight in vae.trainable_weights]

    def run():
        def body(index):
            step(vae, batches[index], kept)
            return index + 1

        tf.while_loop(lambda index: index < STEPS, body, [tf.constant(0)])

    return milliseconds(tf.function(run, jit_compile=jit, autograph=False), STEPS)


def full_step(vae, x, kept):
    """All of it."""
    vae.train_step((x,))


def untracked_step(vae, x, kept):
    """Without metrics."""
    with mock.patch.object(VAE, "_track", return_value={}):
        vae.train_step((x,))


def backward_pass(vae, x, kept):
    """The gradients, which are written down: nobody would compute them otherwise."""
    with tf.GradientTape() as tape:
        loss = loss_of(vae, x)
    for variable, gradient in zip(kept, tape.gradient(loss, vae.trainable_weights), strict=True):
        variable.assign(gradient)


def forward_pass(vae, x, kept):
    """The loss alone, which is written down."""
    kept[-1].assign_add(tf.zeros_like(kept[-1]) + loss_of(vae, x))


def loss_of(vae, x):
    """What a step minimises."""
    outputs = vae.forward(x, None, training=True)
    return vae._loss(outputs, x, None)[0]


def fit(data, **compilation) -> float:
    """Milliseconds of a step of `fit`, in the best epoch."""
    vae, seconds = dense_vae(), []
    vae.compile("adam", **compilation)
    timer = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: seconds.append(-time.perf_counter()),
        on_epoch_end=lambda epoch, logs: seconds.append(seconds.pop() + time.perf_counter()),
    )
    vae.fit(data, epochs=5, callbacks=[timer], verbose=0)
    return 1e3 * min(seconds) / len(data)


def milliseconds(function, steps: int | None = None) -> float:
    """The least time of several calls, for each step; a function that counts its own steps returns their number."""
    best = float("inf")
    for _ in range(ROUNDS if steps else 3):
        start = time.perf_counter()
        counted = function()
        best = min(best, (time.perf_counter() - start) / (steps or counted))
    return 1e3 * best


def table(profile) -> str:
    """The measurements as lines."""
    read, checked = profile["pipeline"].values()
    lines = [f"input pipeline, alone: {read:.2f} ms; with checks: {checked:.2f}"]
    loops = {name: row for name, row in profile.items() if name != "pipeline"}
    lines.append(" " * 12 + "".join(f"{name:>20}" for name in loops))
    names = next(iter(loops.values()))
    return "\n".join(
        [*lines, *(f"{name:<12}" + "".join(f"{row[name]:>20.3f}" for row in loops.values()) for name in names)]
    )


if __name__ == "__main__":
    main()
