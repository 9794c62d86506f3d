"""The values of a condition that a picture shows side by side: all classes, or those that are asked for."""

import dataclasses

import keras
import numpy as np

from keras_vae.conditions import Labels, Several
from keras_vae.inputs import batches
from keras_vae.visualization.frame import number_label
from keras_vae.visualization.labels import one_line, shortened

# Of the value of an example, so many numbers are written out.
MOST_NUMBERS = 3


@dataclasses.dataclass(frozen=True)
class ShownValues:
    """Values of a condition, each of a row or of a column.

    Attributes:
        values: Array `(n, *shape)`, or a dict of such by name.
        names: What to write beside each.
    """

    values: np.ndarray | dict
    names: list[str]

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int):
        """One of the values, as `condition=` takes it for all examples."""
        return keras.tree.map_structure(lambda values: values[index], self.values)


def shown_values(model, values, name: str, caller: str) -> ShownValues:
    """The values that a picture shows, or a ValueError that names the caller.

    Args:
        model: A `VAE` with a condition.
        values: `(n, *shape)`, or for several conditions a dict of such; `None` is all classes of labels.
        name: Of the argument that says which values.
        caller: What draws them.
    """
    condition = condition_for(model, caller)
    if values is None:
        if not isinstance(condition, Labels):
            raise ValueError(
                f"{caller} draws all classes of labels, and the model's condition is {condition.described()}: say by "
                f"`{name}` which of its values to draw, one after the other."
            )
        values = np.arange(condition.num_classes)
    values = condition.checked(values, name)
    count = batches.num_rows(values)
    # Of several conditions, each has as many values.
    values = condition.checked(values, name, count)
    if count == 0:
        raise ValueError(f"`{name}` must hold at least one value of {condition.described()}. Received none.")
    shown = ShownValues(values, [""] * count)
    return ShownValues(values, [_written(condition, shown[index]) for index in range(count)])


def condition_for(model, caller: str):
    """The model's condition, or a ValueError that names what needs one."""
    condition = getattr(model, "condition", None)
    if condition is None:
        raise ValueError(
            f"{caller} needs a model with a condition, such as `VAE(..., condition=conditions.Labels(10))`. Received: "
            "a model without one."
        )
    return condition


def check_value(model, value, caller: str) -> None:
    """Raises a ValueError unless a value is given where a model has a condition, and none where it has none."""
    condition = getattr(model, "condition", None)
    if value is not None:
        condition_for(model, f"`condition` of {caller}").for_each(value, 1)
    elif condition is not None:
        raise ValueError(
            f"The model has a condition, {condition.described()}: say by `condition` under which of its values "
            f"{caller} draws."
        )


def samples_of(vae, shown: ShownValues, columns: int, seed: int, mean: bool = True) -> np.ndarray:
    """Samples row by row, one row for each value: a column is of one code, or of one noise where p(z|c) is learned.

    Args:
        vae: A `VAE` with a condition.
        shown: Values.
        columns: Samples for each.
        seed: Int from 0, the same for all rows.
        mean: Whether they are means of p(x|z), or draws from it.

    Returns:
        Array `(len(shown) * columns, *event_shape)`.
    """
    rows = [vae.sample(columns, seed, mean, condition=shown[index]) for index in range(len(shown))]
    return np.concatenate(rows)


def _written(condition, value) -> str:
    if isinstance(condition, Labels):
        # Dollars in a name make no formula.
        return shortened(one_line(condition.class_names[int(value)])).replace("$", r"\$")
    if isinstance(condition, Several):
        return " · ".join(_written(part, value[name]) for name, part in condition.conditions.items())
    numbers = np.ravel(value)
    return ", ".join(map(number_label, numbers)) if len(numbers) <= MOST_NUMBERS else "-"
