"""Runs every signature of SavedModels in a process that has neither Keras nor this package.

Arguments: the folder of `vae/1`, `autoencoder/1`, `conditional/1` and `inputs.npz`; writes `outputs.npz` to it, and to
stdout what `saved_model_cli show` says of `vae/1`.
"""

import os
import runpy
import sys

# Before anything that might import them: what imports them now fails.
sys.modules["keras"] = sys.modules["keras_vae"] = None

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

folder = sys.argv[1]
inputs = np.load(os.path.join(folder, "inputs.npz"))
outputs = {}


def load(name):
    return tf.saved_model.load(os.path.join(folder, name, "1"))


def run(model, signature, **arguments):
    (output,) = model.signatures[signature](**{key: tf.constant(value) for key, value in arguments.items()}).values()
    return output.numpy()


for name in ("vae", "autoencoder"):
    model = load(name)
    outputs[f"{name} signatures"] = sorted(model.signatures)
    for size in (0, 1, 5):
        for signature in ("serving_default", "serve", "reconstruct", "encode", "score"):
            outputs[f"{name} {signature} {size}"] = run(model, signature, x=inputs["x"][:size])
        outputs[f"{name} decode {size}"] = run(model, "decode", z=inputs["z"][:size])

vae = load("vae")
outputs["each alone"] = np.concatenate([run(vae, "score", x=inputs["x"][i : i + 1]) for i in range(5)])
for number, model in enumerate((vae, vae, load("vae"))):
    outputs[f"sample {number}"] = run(model, "sample", n=6)
outputs["many samples"] = run(vae, "sample", n=4000)
for size in (0, 1, 5):
    for seed in (0, 7, 2**31 - 3):
        outputs[f"sample_seeded {size} {seed}"] = run(vae, "sample_seeded", n=size, seed=seed)

conditional, values = load("conditional"), {"digit": inputs["digit"], "slant": inputs["slant"]}
outputs["conditional signatures"] = sorted(conditional.signatures)
for signature in ("serving_default", "serve", "reconstruct", "encode", "score"):
    outputs[f"conditional {signature}"] = run(conditional, signature, x=inputs["x"], **values)
outputs["conditional decode"] = run(conditional, "decode", z=inputs["z"], **values)
outputs["conditional sample_seeded"] = run(conditional, "sample_seeded", seed=7, **values)
for number in range(2):
    outputs[f"conditional sample {number}"] = run(conditional, "sample", **values)
np.savez(os.path.join(folder, "outputs.npz"), **outputs)

# What TensorFlow's own tool makes of it goes to stdout; it ends the process.
sys.argv = ["saved_model_cli", "show", "--dir", os.path.join(folder, "vae", "1"), "--all"]
runpy.run_module("tensorflow.python.tools.saved_model_cli", run_name="__main__")
