"""Which form of a dataset a model is trained and tested on."""

import tensorflow as tf

from keras_vae import datasets
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.likelihoods.masked import Masked


def kind_of(model) -> type[Likelihood]:
    """The kind of likelihood that says in which form a model takes its data: of a masked one, of what it wraps."""
    likelihood = model.decoder.likelihood
    return type(likelihood.likelihood if isinstance(likelihood, Masked) else likelihood)


def training_data(
    name: str, kind: type[Likelihood], batch_size: int, data_dir: str | None, seed: int
) -> tf.data.Dataset:
    """Batches of the training split as a kind of likelihood takes them; binary ones are drawn afresh in each epoch."""
    return datasets.load(name, "train", batch_size, data_dir=data_dir, seed=seed, **_form(kind, "dynamic"))


def held_out_data(
    name: str,
    kind: type[Likelihood],
    batch_size: int,
    data_dir: str | None = None,
    split: str = "test",
    with_labels: bool = False,
) -> tf.data.Dataset:
    """Batches to test on as a kind of likelihood takes them; binary ones are drawn once, so that figures compare."""
    return datasets.load(name, split, batch_size, with_labels=with_labels, data_dir=data_dir, **_form(kind, "static"))


def _form(kind, binarize) -> dict:
    return {"binarize": binarize if kind.data_form == "binary" else None, "integers": kind.data_form == "integers"}
