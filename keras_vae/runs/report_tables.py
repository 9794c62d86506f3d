"""Figures of a report as text."""

import dataclasses
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Table:
    """A table of texts and numbers.

    Attributes:
        caption: What it shows, with the unit.
        header: A name for each column.
        rows: Rows of cells; `None` is an empty one.
    """

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str | float | int | None]]


def shown(value: str | float | int | None) -> str:
    """A cell for reading: three digits of small numbers, two after the point of others, and a proper minus sign."""
    if value is None:
        return ""
    if isinstance(value, float):
        text = f"{value:#.3g}" if abs(value) < 10 else f"{value:,.2f}"
        return text.replace("-", "\N{MINUS SIGN}")
    return f"{value:,}" if isinstance(value, int) else value
