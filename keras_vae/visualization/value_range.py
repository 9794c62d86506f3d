"""The values that are black and white, by what the data can be."""


def value_range_of(model) -> tuple[float, float] | None:
    """The range of a model's data where its likelihood has levels: 0 to levels - 1; `None` where it has none.

    Pictures of one model then have the same greys at every epoch, whatever values occur in them.
    """
    levels = getattr(model.decoder.likelihood, "levels", None)
    return None if levels is None else (0.0, levels - 1.0)
