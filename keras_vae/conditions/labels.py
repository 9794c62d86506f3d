"""Classes."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from keras_vae.conditions.condition import Condition
from keras_vae.inputs.rules import Rule
from keras_vae.ops import noise
from keras_vae.ops.checks import checked_size

# Stands for a label that is missing, where one may be.
MISSING = -1
WHO_TAKES_MISSING = (
    "A label of -1, for one that is missing, is taken by `fit`, `evaluate`, `elbo` and `evaluation.log_likelihood` of "
    "a model with `objective=objectives.SemiSupervised()`."
)


@keras.saving.register_keras_serializable("keras_vae")
class Labels(Condition):
    """Each example's class, a whole number from 0 to `num_classes` - 1. Its features are one-hot.

    What classes were trained on is counted, epoch by epoch, and saved: `sample` draws classes by these frequencies,
    and all alike before any training. A label of -1 is missing, and is not counted: see `objectives.SemiSupervised`.

    Source: Sohn, Lee and Yan 2015, "Learning Structured Output Representation using Deep Conditional Generative
    Models".

    Args:
        num_classes: How many classes there are, at least 2.
        names: What the classes are called, in the order of their numbers, for pictures and commands; `None` calls them
            by their numbers.

    Raises:
        ValueError: If the number is below 2, or there are not as many different names.
    """

    value_dtype = "int32"

    def __init__(self, num_classes: int, names: Sequence[str] | None = None, **kwargs):
        self.num_classes = checked_size(num_classes, "num_classes", minimum=2)
        self.names = None if names is None else _checked_names(names, self.num_classes)
        super().__init__((), self.num_classes, **kwargs)
        self.rule = Rule(
            lambda labels: (labels >= 0) & (labels < self.num_classes),
            f"labels from 0 to {self.num_classes - 1}",
            f"Number the classes from 0, and give `Labels` as many as there are. {WHO_TAKES_MISSING}",
        )
        self.counts = self.add_weight(
            name="counts",
            shape=(self.num_classes,),
            dtype="int64",
            initializer="zeros",
            trainable=False,
            autocast=False,
            aggregation="sum",
        )

    def rule_for(self, missing):
        if not missing:
            return self.rule
        return Rule(
            # Bytes cannot be compared with -1.
            lambda labels: (labels + 1 >= 0) & (labels < self.num_classes),
            f"labels from 0 to {self.num_classes - 1}, or -1 where one is missing",
            "Number the classes from 0, and give `Labels` as many as there are.",
        )

    @property
    def class_names(self) -> list[str]:
        """What the classes are called: their names, or their numbers."""
        return [str(number) for number in range(self.num_classes)] if self.names is None else self.names

    def number_of(self, text: str) -> int:
        """The number of a class from its name, or from its number as a text.

        Raises:
            ValueError: If there is no such class.
        """
        for names in (self.class_names, [str(number) for number in range(self.num_classes)]):
            if text in names:
                return names.index(text)
        names = "" if self.names is None else f", or one of {', '.join(map(repr, self.names))}"
        raise ValueError(f"There is no class {text!r}. Expected a number from 0 to {self.num_classes - 1}{names}.")

    def as_array(self, values, name):
        labels = np.asarray(values)
        self.check_dtype(labels.dtype, name)
        return labels

    def check_dtype(self, dtype, name):
        if np.dtype(dtype).kind not in "iub":
            raise ValueError(
                f"`{name}` must be labels as whole numbers from 0 to {self.num_classes - 1}. Received: dtype "
                f"{np.dtype(dtype)}. Number the classes, as by `np.unique(labels, return_inverse=True)[1]`, or take "
                "`labels.astype(int)`."
            )

    def described(self):
        return f"Labels({self.num_classes})"

    def call(self, values):
        """Maps labels `(batch,)` to one-hot features `(batch, num_classes)`, and -1 to zeros."""
        return ops.one_hot(ops.cast(values, "int32"), self.num_classes, dtype=self.compute_dtype)

    @property
    def log_probabilities(self):
        """log p(c) by the frequencies of training, `(num_classes,)`: all alike before; a class that was not there has
        half of what one example would have given it.
        """
        counts = ops.cast(self.counts, self.compute_dtype)
        return ops.log_softmax(ops.log(counts + 0.5))

    def note(self, values):
        labels = ops.cast(values, "int32")
        of_batch = ops.sum(ops.one_hot(labels, self.num_classes, dtype="int64"), axis=0)
        # TensorFlow's own: Keras's assigns old and new together, and several replicas would add up the old as well.
        self.counts.value.assign_add(of_batch)

    def sample(self, num_samples, seed):
        counts = ops.cast(self.counts, self.compute_dtype)
        # All alike before any training.
        counts = ops.where(ops.sum(counts) > 0, counts, ops.ones_like(counts))
        ends = ops.cumsum(counts) / ops.sum(counts)
        uniform = noise.uniform((num_samples, 1), seed, self.compute_dtype)
        return ops.sum(ops.cast(uniform >= ends[:-1], self.value_dtype), axis=1)

    def get_config(self):
        names = {} if self.names is None else {"names": self.names}
        return {**super().get_config(), "num_classes": self.num_classes, **names}


def _checked_names(names, count) -> list[str]:
    listed = [] if isinstance(names, str) else list(names)
    if len(set(listed)) != count or not all(isinstance(name, str) for name in listed):
        raise ValueError(f"`names` must be {count} different texts, one for each class. Received: names={names!r}.")
    return listed
