"""Who trains: each in a module with a class `Contender(case, images, seed)`.

`epoch()` trains for one epoch, waits until all work is done, and returns the mean loss in nats for each image. Those in
`WITH_NEGATIVE_ELBO` take a learning-rate schedule, and have `negative_elbo(images)` for binary test images.
"""

import importlib.util

# Of each contender, in the order of the tables, what must be installed.
PACKAGES = {
    "keras_vae_fit": ("keras_vae",),
    "keras_plain": ("keras", "tensorflow"),
    "jax_loop": ("jax",),
    "torch_eager": ("torch",),
    "torch_compile": ("torch",),
    "pythae": ("pythae", "torch"),
}
OURS = ("keras_vae_fit",)
WITH_NEGATIVE_ELBO = ("keras_vae_fit", "jax_loop", "torch_eager")
# Contenders that are measured in some cases only.
ONLY_IN = {"pythae": ("dense_100",)}


def installed(names) -> list[str]:
    """Those whose packages are there; says which are left out."""
    present = []
    for name in names:
        missing = [package for package in PACKAGES[name] if importlib.util.find_spec(package) is None]
        if missing:
            print(f"{name} is left out: {', '.join(missing)} is not installed.")
        else:
            present.append(name)
    return present
