"""What a model asks of the data that it is given."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from keras_vae.inputs.rules import Rule, input_rule_of, numpy_rule_of, rule_of


@dataclasses.dataclass(frozen=True)
class DataSpec:
    """What data must be like, and what a model wants to know of them.

    Attributes:
        likelihood: p(x|z), which says what one example is and what values it can be trained on.
        taken_shape: Gives the shape of what the encoder takes, `None` where it has taken nothing yet.
        build: Builds the model for a shape `(None, *input_shape)`, where it is not built yet.
        caution: Takes an iterator over what is to be said of values that can be trained on, but not well: texts, and
            `None` of others. It need not be read to its end.
        condition: The model's `Condition`, whose values come with x; `None` of a model without one.
        takes_missing_labels: Whether labels may be missing where the model is trained and evaluated.
    """

    likelihood: Any
    taken_shape: Callable[[], tuple[int, ...] | None]
    build: Callable[[tuple], None]
    caution: Callable[[Iterator[str | None]], None]
    condition: Any = None
    takes_missing_labels: bool = False

    @property
    def event_shape(self) -> tuple[int, ...]:
        """Shape of one example as a target."""
        return self.likelihood.event_shape

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one example as the encoder takes it; of an event, where it has taken nothing yet."""
        taken = self.taken_shape()
        return self.event_shape if taken is None else taken

    @property
    def rule(self) -> Rule:
        """What the model can be trained on."""
        return rule_of(self.likelihood)

    @property
    def input_rule(self) -> Rule:
        """What the encoder can be given."""
        return input_rule_of(self.likelihood)

    @property
    def numpy_rule(self) -> Rule:
        """`input_rule`, for processes that cannot call TensorFlow."""
        return numpy_rule_of(self.likelihood)
