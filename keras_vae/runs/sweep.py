"""Trainings at several latent sizes: figures, a picture, and the size to take."""

import json
import os
import pathlib
from collections.abc import Sequence

import keras

from keras_vae import latent
from keras_vae.models.for_shape import LIKELIHOODS
from keras_vae.ops.checks import checked_free_path, checked_sizes
from keras_vae.runs.data import held_out_data, training_data
from keras_vae.runs.evaluate import BATCH_SIZE
from keras_vae.runs.folder import checked_folder
from keras_vae.runs.machine import versions
from keras_vae.runs.schedules import learning_rate_schedule
from keras_vae.runs.train import checked_settings
from keras_vae.runs.vaes import compiled_vae
from keras_vae.visualization import latent_sweep, save_png


def sweep(
    output: str,
    dataset: str = "digits",
    data_dir: str | None = None,
    latent_dims: Sequence[int] = (2, 4, 8, 16, 32),
    overwrite: bool = False,
    **settings,
) -> dict:
    """Trains a VAE of each latent size, and writes figures and a picture of them to a folder.

    Args:
        output: The folder, for `sweep.json` and `sweep.png`.
        dataset: A name for `datasets.load`.
        data_dir: Where TFDS finds or puts its data.
        latent_dims: Lengths of the code, all different.
        overwrite: Replace an older sweep in the folder.
        **settings: `network`, `likelihood`, `epochs`, `batch_size`, `learning_rate`, `schedule`, `beta` and `seed`, as
            `runs.train` takes them.

    Returns:
        What is written to `sweep.json`: settings, a point for each size (`latent.SweepPoint`), the recommended size
        with its reason, and versions.

    Raises:
        ValueError: Before any training, if an argument is out of range or there is a sweep in the folder.
    """
    latent_dims = checked_sizes(list(latent_dims), "latent_dims")
    settings = checked_settings(dataset=dataset, latent_dim=latent_dims[0], **settings)
    table, picture = (os.path.join(checked_folder(output), name) for name in ("sweep.json", "sweep.png"))
    for path in (table, picture):
        checked_free_path(path, overwrite)
    kind, _ = LIKELIHOODS[settings["likelihood"]]
    train = training_data(dataset, kind, settings["batch_size"], data_dir, settings["seed"])
    event_shape, steps = tuple(train.element_spec.shape[1:]), settings["epochs"] * len(train)

    def build(latent_dim):
        keras.utils.set_random_seed(settings["seed"])
        schedule = learning_rate_schedule(settings["schedule"], settings["learning_rate"], steps)
        return compiled_vae(event_shape, {**settings, "latent_dim": latent_dim}, schedule)

    test = held_out_data(dataset, kind, BATCH_SIZE, data_dir)
    found = latent.sweep(build, latent_dims, train, test, settings["epochs"])
    settings = {**settings, "latent_dims": latent_dims}
    del settings["latent_dim"]
    results = {"settings": settings, **found.as_dict(), "versions": versions()}
    os.makedirs(output, exist_ok=True)
    pathlib.Path(table).write_text(json.dumps(results, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    save_png(picture, latent_sweep(found), overwrite)
    return results
