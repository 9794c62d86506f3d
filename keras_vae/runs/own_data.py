"""Data of one's own to train on: what is held back, what was read, and whether a likelihood can take it."""

import dataclasses
import os

import numpy as np

from keras_vae.datasets._classes import open_labelled
from keras_vae.datasets.facts import Facts
from keras_vae.datasets.own_files import OwnData, is_path, open_own
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.ops.checks import checked_rate

HELD_OUT = 0.1


@dataclasses.dataclass(frozen=True)
class OwnSplits:
    """A data set of one's own, and what a training on it is validated and tested on.

    Attributes:
        data: What is at the path.
        validation: The share of it that is held back, or another data set.
    """

    data: OwnData
    validation: float | OwnData

    @property
    def facts(self) -> Facts:
        """Of the values of all examples, those that are held back among them."""
        if isinstance(self.validation, OwnData):
            return self.data.facts.joined(self.validation.facts)
        return self.data.facts

    @property
    def levels(self) -> int | None:
        """How many values an element can have in either of them, or `None` where one of them has no levels."""
        levels = [data.facts.levels for data in self._several()]
        return None if None in levels else max(levels)

    @property
    def held_out(self) -> float:
        """The share of the data that is held back: 0 where others are there to validate on."""
        return 0.0 if isinstance(self.validation, OwnData) else self.validation

    @property
    def training_rows(self) -> np.ndarray | slice:
        """Indices of the examples to train on."""
        chosen = self.data.split("train", self.held_out)
        return slice(None) if chosen is None else chosen

    @property
    def value_range(self) -> tuple[float, float] | None:
        """The values that are black and white in pictures of floats; `None` where they are as the pictures have it."""
        facts = self.facts
        low, high = facts.smallest / facts.white, facts.largest / facts.white
        return (0.0, 1.0) if low >= 0 and high <= 1 else ((low, high) if low < high else None)

    @property
    def settings(self) -> dict:
        """The settings of a run that say where its data is: `dataset`, and `validation`, a share or a path."""
        validation = self.validation
        if isinstance(validation, OwnData):
            validation = os.path.abspath(validation.path)
        return {"dataset": os.path.abspath(self.data.path), "validation": validation}

    @property
    def record(self) -> dict:
        """What was read, for `metrics.json`."""
        facts = self.facts
        counts = dict(zip(("num_training", "num_validation"), self._counts(), strict=True))
        values = {"smallest": facts.smallest, "largest": facts.largest, "num_missing": facts.num_missing}
        kind = {"dtype": facts.dtype, "kind": facts.kind, "levels": self.levels}
        return {**counts, "event_shape": list(self.data.event_shape), **kind, **values}

    def __str__(self) -> str:
        """What was read, in a line."""
        training, held_out = self._counts()
        where = f"in {self.validation.path!r}" if isinstance(self.validation, OwnData) else "held back"
        return f"Read {self.data}. {training:,} to train on, {held_out:,} {where} to validate and test on."

    def check(self, likelihood: Likelihood) -> None:
        """Raises a ValueError that names the file if its values cannot be trained on under a likelihood."""
        for data in self._several():
            if data.event_shape != self.data.event_shape:
                raise ValueError(
                    f"{data.path!r} holds examples of shape {data.event_shape}, and {self.data.path!r} of "
                    f"{self.data.event_shape}. Expected one shape."
                )
            if data.facts.num_missing:
                raise ValueError(
                    f"{data.path!r} has {data.facts.num_missing:,} missing values (NaN). Remove their examples or fill "
                    "them in; in Python `likelihoods.Masked` leaves them out."
                )
            if likelihood.data_form == "binary" and data.facts.kind == "levels" and data.facts.white > 1:
                raise ValueError(
                    f"{data.path!r} holds {data.facts} in bytes, where 255 is white: everything would be nearly black. "
                    "Use the likelihood 'beta_binomial', or save its values divided by the largest as floats."
                )
            if likelihood.data_form == "real":
                check_domain(likelihood, data)

    def _several(self) -> list[OwnData]:
        return [self.data] + [self.validation] * isinstance(self.validation, OwnData)

    def _counts(self) -> tuple[int, int]:
        if isinstance(self.validation, OwnData):
            return len(self.data.rows), len(self.validation.rows)
        held_out = len(self.data.split("test", self.validation))
        return len(self.data.rows) - held_out, held_out


def open_splits(dataset, validation=None, conditional: bool | str = False) -> OwnSplits | None:
    """Reads a data set of one's own and what to validate on; `None` where the dataset is one by name.

    Args:
        dataset: A name for `datasets.load`, or a path.
        validation: Of a path, the share of its examples to hold back, above 0 and below 1, or another path; `None` is
            0.1.
        conditional: Whether there are to be labels; of a table the name of the column that holds them.

    Raises:
        ValueError: If there is nothing at a path, it cannot be read, it has no labels and is to have some, or a dataset
            by name is given a validation.
    """
    if not is_path(dataset):
        if validation is not None:
            raise ValueError(
                f"`validation` (--validation) is for data of your own: {dataset!r} has a test split. Received: "
                f"validation={validation!r}."
            )
        return None
    if validation is None or isinstance(validation, (int, float)):
        share = HELD_OUT if validation is None else checked_rate(validation, "validation")
        if share == 0:
            raise ValueError("`validation` must be a share above 0, or the path of other data. Received: 0.")
        data = opened(dataset, conditional)
        data.split("test", share)
        return OwnSplits(data, share)
    if not is_path(validation):
        raise ValueError(
            f"`validation` must be a share, such as 0.1, or a path. There is nothing at {os.fspath(validation)!r}."
        )
    return OwnSplits(opened(dataset, conditional), opened(validation, conditional))


def opened(path, conditional: bool | str = False) -> OwnData:
    """A data set of one's own, with labels where it is to be conditional."""
    return open_labelled(path, conditional) if conditional else open_own(path)


def check_domain(likelihood: Likelihood, data: OwnData) -> None:
    """Raises a ValueError that names the file if its smallest or largest value is not what a likelihood takes."""
    # Where elements have domains of their own, batches are checked by them; what is binary is drawn from greys.
    if not likelihood.has_one_domain or likelihood.data_form == "binary":
        return
    white = 1.0 if likelihood.data_form == "integers" else data.facts.white
    ends = np.array([data.facts.smallest, data.facts.largest]) / white
    if not np.asarray(likelihood.in_domain(ends)).all():
        raise ValueError(
            f"{data.path!r} must hold {likelihood.domain} for {type(likelihood).__name__}. It holds {data.facts}. "
            f"{likelihood.mend}"
        )
