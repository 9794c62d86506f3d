"""Which form of a dataset a model is trained and tested on."""

import math

import tensorflow as tf

from keras_vae import datasets
from keras_vae.conditions import Labels
from keras_vae.datasets.own_files import OwnData, is_path, open_own
from keras_vae.likelihoods.masked import unmasked
from keras_vae.runs.conditional import checked_conditional
from keras_vae.runs.own_data import OwnSplits, check_domain, opened

# Batches of one's own data to test on have at most so many values.
MOST_VALUES = 2**26


def training_data(
    name: str,
    form: str,
    batch_size: int,
    data_dir: str | None,
    seed: int,
    own: OwnSplits | None = None,
    condition: Labels | None = None,
) -> tf.data.Dataset:
    """Batches to train on in the `data_form` of a likelihood; binary ones are drawn afresh in each epoch.

    They are the training split of a dataset by name, and of data of one's own all but what is held back. With a
    condition their labels come with them.
    """
    form = _form(form, "dynamic") | _labelled(condition)
    if own is None:
        return datasets.load(name, "train", batch_size, data_dir=data_dir, seed=seed, **form)
    return datasets.load(own.data, "train", batch_size, seed=seed, held_out=own.held_out, **form)


def validation_data(
    name: str,
    form: str,
    batch_size: int,
    data_dir: str | None = None,
    own: OwnSplits | None = None,
    with_labels: bool = False,
    condition: Labels | None = None,
) -> tf.data.Dataset:
    """Batches that a training is validated and tested on: the test split of a dataset by name, or what `own` says.

    Binary ones are drawn once, so that figures compare.
    """
    if own is None:
        return held_out_data(name, form, batch_size, data_dir, with_labels=with_labels, condition=condition)
    if not isinstance(own.validation, float):
        return held_out_data(own.validation, form, batch_size, with_labels=with_labels, condition=condition)
    batch_size, form = _small_enough(batch_size, own.data), _form(form, "static") | _labelled(condition)
    return datasets.load(own.data, "test", batch_size, with_labels=with_labels, held_out=own.validation, **form)


def held_out_data(
    name: str | OwnData,
    form: str,
    batch_size: int,
    data_dir: str | None = None,
    split: str | None = None,
    with_labels: bool = False,
    condition: Labels | None = None,
) -> tf.data.Dataset:
    """Batches to test on in the `data_form` of a likelihood; binary ones are drawn once, so that figures compare.

    Without a `split` they are the test split of a dataset by name, and all that is at a path.
    """
    if isinstance(name, OwnData) or is_path(name):
        name = name if isinstance(name, OwnData) else open_own(name)
        split, batch_size = split or "all", _small_enough(batch_size, name)
    split, form = split or "test", _form(form, "static") | _labelled(condition)
    return datasets.load(name, split, batch_size, with_labels=with_labels, data_dir=data_dir, **form)


def model_data(
    name: str,
    model,
    batch_size: int,
    data_dir: str | None = None,
    split: str | None = None,
    with_labels: bool = False,
    own: OwnSplits | None = None,
    conditional: bool | str = False,
) -> tf.data.Dataset:
    """Batches to test a model on, of `held_out_data`, or of `validation_data` where there is data of one's own for it.

    Where the model has a condition, they are `{"x": ..., "condition": ...}`, in place of pairs with labels too.

    Raises:
        ValueError: If what is at a path does not fit the model, or there are no labels for its condition; the message
            names it.
    """
    conditional = checked_conditional(model, conditional)
    form, labelled = model.decoder.likelihood.data_form, {"with_labels": with_labels and not conditional}
    if conditional:
        labelled["condition"] = model.condition
    if own is not None:
        _check_fits(model, own.data)
        return validation_data(name, form, batch_size, own=own, **labelled)
    if is_path(name) or isinstance(conditional, str):
        name = opened(name, conditional)
        _check_fits(model, name)
    return held_out_data(name, form, batch_size, data_dir, split, **labelled)


def levels_of(dataset, own: OwnSplits | None = None) -> int:
    """How many values an element of a training's data can have, in what it is validated on as well."""
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


def _labelled(condition) -> dict:
    return {} if condition is None else {"conditional": True, "classes": condition.names}


def _form(form, binarize) -> dict:
    return {"binarize": binarize if form == "binary" else None, "integers": form == "integers"}
