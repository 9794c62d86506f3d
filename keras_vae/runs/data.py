"""Which form of a dataset a model is trained and tested on."""

import math

import tensorflow as tf

from keras_vae import datasets
from keras_vae.datasets.own_files import is_path, open_own
from keras_vae.likelihoods.masked import unmasked
from keras_vae.runs.own_data import check_domain, open_splits

# Batches of one's own data to test on have at most so many values.
MOST_VALUES = 2**26


def training_data(
    name: str, form: str, batch_size: int, data_dir: str | None, seed: int, validation=None
) -> tf.data.Dataset:
    """Batches to train on in the `data_form` of a likelihood; binary ones are drawn afresh in each epoch.

    They are the training split of a dataset by name; of a path all but what is held back by `validation`, as
    `runs.own_data.open_splits` takes it.
    """
    held_out = {}
    if is_path(name):
        own = open_splits(name, validation)
        held_out = {"held_out": own.held_out}
    return datasets.load(name, "train", batch_size, data_dir=data_dir, seed=seed, **held_out, **_form(form, "dynamic"))


def validation_data(
    name: str,
    form: str,
    batch_size: int,
    data_dir: str | None = None,
    validation=None,
    with_labels: bool = False,
) -> tf.data.Dataset:
    """Batches that a training is validated and tested on: a test split, what is held back of a path, or another path.

    Binary ones are drawn once, so that figures compare.
    """
    own = open_splits(name, validation)
    if own is None:
        return held_out_data(name, form, batch_size, data_dir, with_labels=with_labels)
    if not isinstance(own.validation, float):
        return held_out_data(own.validation.path, form, batch_size, with_labels=with_labels)
    batch_size, form = _small_enough(batch_size, own.data), _form(form, "static")
    return datasets.load(name, "test", batch_size, with_labels=with_labels, held_out=own.validation, **form)


def held_out_data(
    name: str,
    form: str,
    batch_size: int,
    data_dir: str | None = None,
    split: str | None = None,
    with_labels: bool = False,
) -> tf.data.Dataset:
    """Batches to test on in the `data_form` of a likelihood; binary ones are drawn once, so that figures compare.

    Without a `split` they are the test split of a dataset by name, and all that is at a path.
    """
    if is_path(name):
        batch_size = _small_enough(batch_size, open_own(name))
    split = split or ("all" if is_path(name) else "test")
    return datasets.load(name, split, batch_size, with_labels=with_labels, data_dir=data_dir, **_form(form, "static"))


def model_data(
    name: str,
    model,
    batch_size: int,
    data_dir: str | None = None,
    split: str | None = None,
    with_labels: bool = False,
    validation=None,
) -> tf.data.Dataset:
    """Batches to test a model on, of `held_out_data`, or of `validation_data` where a validation is given.

    Raises:
        ValueError: If what is at a path does not fit the model; the message names it.
    """
    if is_path(name):
        _check_fits(model, open_own(name))
    if validation is not None:
        return validation_data(name, model.decoder.likelihood.data_form, batch_size, data_dir, validation, with_labels)
    return held_out_data(name, model.decoder.likelihood.data_form, batch_size, data_dir, split, with_labels)


def levels_of(dataset, validation=None) -> int:
    """How many values an element of a training's data can have, in what it is validated on as well."""
    own = open_splits(dataset, validation)
    if own is None:
        return datasets.levels(dataset)
    if own.levels is None:
        raise ValueError(f"{own.data.path!r} has no levels: it holds {own.facts}.")
    return own.levels


def _check_fits(model, own):
    spec = model.encoder.input_spec
    shape = tuple(model.event_shape if spec is None else spec.shape[1:])
    if len(shape) != len(own.event_shape) or any(
        side not in (None, own_side) for side, own_side in zip(shape, own.event_shape, strict=True)
    ):
        raise ValueError(f"{own.path!r} holds examples of shape {own.event_shape}. The model takes {shape}.")
    if own.facts.num_missing and not model.decoder.likelihood.takes_missing:
        raise ValueError(
            f"{own.path!r} has {own.facts.num_missing:,} missing values (NaN), which the model does not take. Remove "
            "their examples or fill them in."
        )
    check_domain(unmasked(model.decoder.likelihood), own)


def _small_enough(batch_size, own) -> int:
    return min(batch_size, max(1, MOST_VALUES // math.prod(own.event_shape)))


def _form(form, binarize) -> dict:
    return {"binarize": binarize if form == "binary" else None, "integers": form == "integers"}
