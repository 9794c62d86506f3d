"""Trainings at several latent sizes: figures, a picture, and the size to take."""

import json
import os
import pathlib
from collections.abc import Sequence

import keras

from keras_vae import latent
from keras_vae.choices import AUTO
from keras_vae.conditions import Labels
from keras_vae.files._workplace import workplace
from keras_vae.inputs.examples import x_of
from keras_vae.latent._sweep import checked_latent_dims
from keras_vae.models.for_shape import data_form_of
from keras_vae.ops.checks import checked_free_path
from keras_vae.runs._evaluate import BATCH_SIZE
from keras_vae.runs._train import checked_settings
from keras_vae.runs.choice import settled
from keras_vae.runs.conditional import labels_for
from keras_vae.runs.data import training_data, validation_data
from keras_vae.runs.environment import machine, versions
from keras_vae.runs.folder import checked_folder
from keras_vae.runs.schedules import learning_rate_schedule
from keras_vae.runs.vaes import compiled_vae
from keras_vae.visualization import latent_sweep, save_png

TABLE, PICTURE = "sweep.json", "sweep.png"


def sweep(
    output: str,
    dataset: str = "digits",
    data_dir: str | None = None,
    latent_dims: Sequence[int] = (2, 4, 8, 16, 32),
    network: str = "dense",
    likelihood: str = AUTO,
    epochs: int = 30,
    batch_size: int = 100,
    learning_rate: float = 4e-3,
    schedule: str = "cosine",
    beta: float = 1.0,
    seed: int = 0,
    overwrite: bool = False,
    validation: float | str | None = None,
    conditional: bool | str = False,
) -> dict:
    """Trains a VAE of each latent size, and writes figures and a picture of them to a folder.

    Args:
        output: The folder, for `sweep.json` and `sweep.png`.
        dataset: A name for `datasets.load`, or the path of data of your own.
        data_dir: Where TFDS finds or puts its data.
        latent_dims: Lengths of the code, all different.
        network: This and the others as `runs.train` takes them.
        likelihood: See there.
        epochs: Passes over the training split for each size.
        batch_size: Images for each step.
        learning_rate: Adam's, at its highest.
        schedule: Of the learning rate.
        beta: Weight of the KL divergence.
        seed: Int, of weights, order and noise of each training.
        overwrite: Replace an older sweep in the folder.
        validation: See `runs.train`.
        conditional: See there.

    Returns:
        What is written to `sweep.json`: settings, a point for each size (`latent.SweepPoint`), the recommended size
        with its reason, versions and machine.

    Raises:
        ValueError: Before any training, if an argument is out of range or there is a sweep in the folder.
    """
    latent_dims = checked_latent_dims(list(latent_dims))
    settings = checked_settings(
        *(dataset, latent_dims[0], network, likelihood, epochs, batch_size, learning_rate, schedule, beta, seed),
        conditional=conditional,
    )
    for name in (TABLE, PICTURE):
        checked_free_path(os.path.join(checked_folder(output), name), overwrite)
    settings, own, said = settled(settings, validation)
    form = data_form_of(settings["likelihood"])
    condition = labels_for(dataset, conditional, data_dir, own)
    train = training_data(dataset, form, batch_size, data_dir, seed, own, condition)
    event_shape = tuple(x_of(train.element_spec).shape[1:])

    def build(latent_dim):
        keras.utils.set_random_seed(seed)
        rate = learning_rate_schedule(schedule, learning_rate, epochs * len(train))
        # Each model counts the classes of its own training.
        of_its_own = None if condition is None else Labels(condition.num_classes, condition.names)
        return compiled_vae(event_shape, {**settings, "latent_dim": latent_dim}, rate, own, of_its_own)

    test = validation_data(dataset, form, BATCH_SIZE, data_dir, own, condition=condition)
    with workplace(output, overwrite, (TABLE, PICTURE).__contains__) as folder:
        for line in said:
            print(line)
        found = latent.sweep(build, latent_dims, train, test, epochs)
        # The sizes stand in place of the one size of a run.
        settings = {name: value for name, value in settings.items() if name != "latent_dim"}
        settings["latent_dims"] = latent_dims
        results = {"settings": settings, **found.as_dict(), "versions": versions(), "machine": machine()}
        if own is not None:
            results["data"] = own.record
        if condition is not None:
            results["classes"] = condition.class_names
        text = json.dumps(results, indent=2, allow_nan=False) + "\n"
        pathlib.Path(folder, TABLE).write_text(text, encoding="utf-8")
        save_png(os.path.join(folder, PICTURE), latent_sweep(found))
    return results
