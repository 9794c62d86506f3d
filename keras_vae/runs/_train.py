"""One training run: data, model, callbacks, figures and a SavedModel in a folder."""

import math
import time

import keras

from keras_vae.callbacks import ReconstructionGrid, SampleGrid, TranslationGrid
from keras_vae.choices import AUTO, LIKELIHOOD_NAMES, NETWORKS, SCHEDULES
from keras_vae.inputs.examples import x_of
from keras_vae.models.for_shape import data_form_of
from keras_vae.ops.checks import checked_bool, checked_name, checked_number, checked_seed, checked_size
from keras_vae.ops.terminal import shows_bars
from keras_vae.runs._evaluate import BATCH_SIZE, evaluate
from keras_vae.runs.choice import settled
from keras_vae.runs.conditional import labels_for
from keras_vae.runs.data import training_data, validation_data
from keras_vae.runs.environment import machine, peak_memory, versions
from keras_vae.runs.folder import RunFolder
from keras_vae.runs.schedules import learning_rate_schedule
from keras_vae.runs.vaes import compiled_vae
from keras_vae.visualization.labels import MOST_CLASSES
from keras_vae.visualization.pictures import MOST_AXES
from keras_vae.visualization.value_range import value_range_of


def train(
    output: str,
    dataset: str = "digits",
    data_dir: str | None = None,
    latent_dim: int = 16,
    network: str = "dense",
    likelihood: str = AUTO,
    epochs: int = 40,
    batch_size: int = 100,
    learning_rate: float = 4e-3,
    schedule: str = "cosine",
    beta: float = 1.0,
    seed: int = 0,
    overwrite: bool = False,
    validation: float | str | None = None,
    conditional: bool | str = False,
) -> dict:
    """Trains a VAE and writes the model, pictures, logs, figures and a SavedModel to a folder.

    Args:
        output: The folder; `RunFolder` says what lies where in it.
        dataset: A name for `datasets.load`, or the path of data of your own, as it takes them.
        data_dir: Where TFDS finds or puts its data.
        latent_dim: Length of the code.
        network: `"dense"` or `"conv"`.
        likelihood: `"bernoulli"` (images are binarised), `"continuous_bernoulli"` or `"normal"` (values in [0, 1]),
            `"beta_binomial"` or `"discretized_logistic"` (bytes as they are stored),
            `"tabular"` (real numbers in columns of their own units, at a path). `"auto"` takes the data as they are
            stored: whole numbers as beta-binomial, zeros and ones as Bernoulli, tables as tabular and other real
            numbers as normal; a line says which, and why.
        epochs: Passes over the training split.
        batch_size: Images for each step.
        learning_rate: Adam's, at its highest.
        schedule: `"cosine"` or `"constant"`.
        beta: Weight of the KL divergence.
        seed: Int, of weights, order and noise.
        overwrite: Replace an older run in the folder.
        validation: Of a path, the share of its examples that is held back to validate and test on (drawn once and for
            all), or another path; `None` is 0.1, and of a dataset by name its test split.
        conditional: Whether the model is conditioned on the data's labels, `conditions.Labels`: those of a dataset by
            name, sub-folders, an array of a `.npz` file. Of a table it is the name of the column that holds them.

    Returns:
        What is written to `metrics.json`: settings, test figures in nats, time, memory, history, versions,
        machine; of a path, what was read; and with `conditional` the names of the `classes`, by their numbers.

    Raises:
        ValueError: Before any long work, if an argument is out of range, the folder holds something, or the data are
            not what the likelihood takes.
    """
    settings = checked_settings(
        dataset, latent_dim, network, likelihood, epochs, batch_size, learning_rate, schedule, beta, seed, conditional
    )
    folder = RunFolder(output)
    folder.check(overwrite)
    keras.utils.set_random_seed(seed)
    settings, own, said = settled(settings, validation)
    form = data_form_of(settings["likelihood"])
    condition = labels_for(dataset, conditional, data_dir, own)
    data = training_data(dataset, form, batch_size, data_dir, seed, own, condition)
    held_out = validation_data(dataset, form, BATCH_SIZE, data_dir, own, condition=condition)
    event_shape = tuple(x_of(data.element_spec).shape[1:])
    rate = learning_rate_schedule(schedule, learning_rate, epochs * len(data))
    vae = compiled_vae(event_shape, settings, rate, own, condition)
    with folder.in_work(overwrite) as work:
        for line in said:
            print(line)
        started = time.perf_counter()
        callbacks = _callbacks(work, held_out, vae, own)
        history = vae.fit(
            data, validation_data=held_out, epochs=epochs, callbacks=callbacks, verbose=1 if shows_bars() else 2
        ).history
        seconds = time.perf_counter() - started
        _check_finite(history, learning_rate)
        vae.save(work.model)
        vae.export(work.saved_model)
        metrics = {
            "settings": settings,
            "test": evaluate(vae, dataset, data_dir, validation=own),
            "fit_seconds": round(seconds, 1),
            "peak_memory_bytes": peak_memory(),
            "versions": versions(),
            "machine": machine(),
            "history": history,
        }
        if own is not None:
            metrics["data"] = own.record
        if condition is not None:
            metrics["classes"] = condition.class_names
        work.write_metrics(metrics)
    return metrics


def checked_settings(
    dataset: str,
    latent_dim: int,
    network: str,
    likelihood: str,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    schedule: str,
    beta: float,
    seed: int,
    conditional: bool | str = False,
) -> dict:
    """The settings of a training as a dict, or a ValueError that names the one that is out of range."""
    if not isinstance(conditional, str):
        checked_bool(conditional, "conditional")
    return {
        "dataset": dataset,
        "latent_dim": checked_size(latent_dim, "latent_dim"),
        "network": checked_name(network, NETWORKS, "network"),
        "likelihood": checked_name(likelihood, (AUTO, *LIKELIHOOD_NAMES), "likelihood"),
        "epochs": checked_size(epochs, "epochs"),
        "batch_size": checked_size(batch_size, "batch_size"),
        "learning_rate": checked_number(learning_rate, "learning_rate", 0.0, inclusive=False),
        "schedule": checked_name(schedule, SCHEDULES, "schedule"),
        "beta": checked_number(beta, "beta", 0.0),
        "seed": checked_seed(seed),
        # Of a training without a condition, what they always were.
        **({"conditional": conditional} if conditional else {}),
    }


def _check_finite(history, learning_rate):
    """Raises a ValueError if a figure of a training, or of its validation, is NaN or infinite."""
    for name, values in history.items():
        for epoch, value in enumerate(values, start=1):
            if not math.isfinite(value):
                raise ValueError(
                    f"The training diverged: {name} is {value} after epoch {epoch}. Try a lower learning rate than "
                    f"{learning_rate}."
                )


def _callbacks(folder, validation, vae, own):
    # What has no levels is in [0, 1], but for data of one's own, which are as they are.
    white = value_range_of(vae) or ((0, 1) if own is None else own.value_range)
    grids = {"every": None, "value_range": white}
    pictures = [
        SampleGrid(folder.logs, image_dir=folder.path, **grids),
        ReconstructionGrid(folder.logs, validation, image_dir=folder.path, **grids),
    ]
    if vae.condition is not None and vae.condition.num_classes <= MOST_CLASSES:
        pictures.append(TranslationGrid(folder.logs, validation, image_dir=folder.path, **grids))
    return [
        # What has more axes than a volume cannot be drawn.
        *(pictures if len(vae.event_shape) <= MOST_AXES else []),
        keras.callbacks.TensorBoard(folder.logs),
        keras.callbacks.TerminateOnNaN(),
    ]
