"""Conditions by the labels of a dataset: what a training is given, and what a model asks of data."""

from keras_vae import datasets
from keras_vae.conditions import Labels
from keras_vae.runs.own_data import OwnSplits


def labels_for(
    dataset, conditional: bool | str, data_dir: str | None = None, own: OwnSplits | None = None
) -> Labels | None:
    """The condition of a training: the classes of a dataset, by their names; `None` of one without.

    Args:
        dataset: A name for `datasets.load`.
        conditional: Whether there is a condition; of a table the name of the column that holds the labels.
        data_dir: Where TFDS finds its data.
        own: Data of one's own, in place of the dataset.

    Raises:
        ValueError: If the data have no labels, or they are of one class.
    """
    if not conditional:
        return None
    names = datasets.classes(dataset if own is None else own.data, conditional, data_dir)
    if len(names) < 2:
        raise ValueError(
            f"{dataset!r} has one class, {names[0]!r}: there is nothing to be conditioned on. Train without "
            "`conditional` (--conditional)."
        )
    # Who are called by their numbers have no other names.
    return Labels(len(names), None if names == [str(number) for number in range(len(names))] else names)


def checked_conditional(model, conditional: bool | str = False) -> bool | str:
    """How a model's data are to be conditional: as they are asked to be, and at least as the model asks.

    Args:
        model: An `Autoencoder` or a `VAE`.
        conditional: Of a table, the name of the column that holds the labels.

    Raises:
        ValueError: If the model has no condition and the data are to have one, or its condition is not of labels.
    """
    if model.condition is None:
        if conditional:
            raise ValueError(
                "The model has no condition: leave out `conditional` (--conditional). Received: "
                f"conditional={conditional!r}."
            )
        return False
    if not isinstance(model.condition, Labels):
        raise ValueError(
            f"The model's condition is {model.condition.described()}, and a dataset has labels alone. Use the model in "
            "Python, with {'x': ..., 'condition': ...} for examples."
        )
    return conditional or True


def check_unconditional(model, command: str, in_python: str) -> None:
    """Raises a ValueError if a model has a condition, which a command does not ask for.

    Args:
        model: An `Autoencoder` or a `VAE`.
        command: What it is called.
        in_python: What does the same in Python, and takes a condition.
    """
    if model.condition is not None:
        raise ValueError(
            f"`{command}` takes a model without a condition, and this one has {model.condition.described()}. In Python "
            f"`{in_python}` takes one."
        )


def value_of(model, text: str | None, command: str) -> int | None:
    """The number of a class from its name or number, for a model with a condition; `None` where none is given.

    Raises:
        ValueError: If there is no such class, or the model has no condition that is of labels.
    """
    if text is None:
        return None
    if not isinstance(model.condition, Labels):
        has = "no condition" if model.condition is None else f"the condition {model.condition.described()}"
        raise ValueError(f"`condition` (--condition) of {command} is a class, and the model has {has}.")
    return model.condition.number_of(text)
