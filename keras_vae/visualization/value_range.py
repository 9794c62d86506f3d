"""The values that are black and white."""

import math


def checked_value_range(value_range) -> tuple[float, float] | None:
    """Returns the values that are black and white as floats, `None` for `None`.

    Raises:
        ValueError: If they are not two finite numbers, the first below the second.
    """
    if value_range is None:
        return None
    try:
        low, high = map(float, value_range)
    except (TypeError, ValueError):
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(
            "`value_range` must be two finite numbers, black below white, such as (0, 255). "
            f"Received: value_range={value_range!r}."
        )
    return low, high


def value_range_of(model, value_range: tuple[float, float] | None = None) -> tuple[float, float] | None:
    """The values that are black and white in pictures of a model's data: those that are given, else the data's range.

    That is 0 to levels - 1 where the likelihood has levels, and `None` where it has none. Pictures of one model then
    have the same greys at every epoch, whatever values occur in them.
    """
    if value_range is not None:
        return value_range
    levels = model.decoder.likelihood.levels
    return None if levels is None else (0.0, levels - 1.0)
