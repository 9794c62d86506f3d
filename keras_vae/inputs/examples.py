"""Examples with what they are conditioned on: `{"x": ..., "condition": ...}`, or x alone."""

from collections.abc import Mapping

X, CONDITION = "x", "condition"


def joined(x, condition):
    """x with its condition, or x alone where the condition is `None`."""
    return x if condition is None else {X: x, CONDITION: condition}


def x_of(examples):
    """x of examples that may have a condition."""
    return examples[X] if has_condition(examples) else examples


def condition_of(examples):
    """The condition of examples; `None` where there is x alone."""
    return examples[CONDITION] if has_condition(examples) else None


def has_condition(examples) -> bool:
    """Whether examples are x with a condition."""
    return isinstance(examples, Mapping) and set(examples) == {X, CONDITION}


def given(x, condition, name: str = "x"):
    """x and what was given as `condition=` beside it, as examples.

    Raises:
        ValueError: If x has a condition of its own, as a dict or a dataset of dicts has.
    """
    if condition is None:
        return x
    if isinstance(x, Mapping) or hasattr(x, "element_spec"):
        raise ValueError(
            f"`condition` goes with an array. A dataset, or a dict, has the condition in it: give "
            f"{{'x': ..., 'condition': ...}} as `{name}`, and leave out `condition`."
        )
    return joined(x, condition)


def split(examples, condition, name: str) -> tuple:
    """x and the values of its condition, as a model takes them.

    Args:
        examples: x, or `{"x": ..., "condition": ...}`.
        condition: The model's `Condition`, or `None`.
        name: What to call the examples in a message.

    Raises:
        ValueError: If the condition is missing, or there is one too many.
    """
    if condition is None:
        if isinstance(examples, Mapping):
            raise ValueError(
                f"`{name}` must be an array of numbers, or a dataset, since the model has no condition. Received: "
                f"a dict of {sorted(examples)}. Give x alone, or make the model with a condition, such as `VAE(..., "
                "condition=conditions.Labels(10))`."
            )
        return examples, None
    if not has_condition(examples):
        came = f"a dict of {sorted(examples)}" if isinstance(examples, Mapping) else type(examples).__name__
        raise ValueError(
            f"The model has a condition, {condition.described()}, and `{name}` has none: give it as `condition=`, or "
            f"{{'x': ..., 'condition': ...}} in place of x. Received: {came}."
        )
    return examples[X], examples[CONDITION]
