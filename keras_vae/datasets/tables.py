"""Tables of numbers in CSV and Parquet files."""

import csv
import importlib.util
import itertools
import math

import numpy as np


def read_csv(path, names: bool | None = None) -> np.ndarray:
    """Reads a table of numbers: float64 `(n, columns)`, NaN where a field is empty.

    Args:
        path: The file.
        names: Whether the first line holds names; `None` sees by itself, and asks where it cannot.

    Raises:
        ValueError: If the file holds no rows of numbers of one length, or it is not clear whether its first line holds
            names. The message names the file and the line.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            lines = [(number, row) for number, row in enumerate(csv.reader(file), start=1) if row]
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValueError(f"{path!r} cannot be read as a table in UTF-8: {error}") from error
    rows = [row for _, row in lines]
    if lines and (_holds_names(path, *rows[:2]) if names is None else names):
        _check_no_index(path, rows)
        del lines[0]
    if not lines:
        raise ValueError(f"{path!r} holds no row of numbers.")
    width = len(lines[0][1])
    for number, row in lines:
        if len(row) != width:
            raise ValueError(f"{path!r} has {len(row)} columns in line {number}, but {width} before.")
        for value in row:
            if not _is_number(value):
                raise ValueError(f"{path!r} must hold numbers. Received: {value!r} in line {number}.")
    return np.array([[float(value or math.nan) for value in row] for _, row in lines])


def _holds_names(path, fields, after=()) -> bool:
    """Whether the first line of a table is one of names; what is empty tells nothing.

    Names may be numbers themselves, as years and wavelengths are: where the first line holds whole numbers that go up,
    and the line after it others.
    """
    numbers = [_is_number(field) for field in fields if field.strip()]
    counted = len(fields) > 1 and [field.strip() for field in fields] == [str(number) for number in range(len(fields))]
    if (
        (any(numbers) and not all(numbers))
        or counted
        or (_go_up(fields) and not all(map(_is_whole, filter(str.strip, after))))
    ):
        raise ValueError(
            f"The first line of {path!r} may hold names or numbers: {','.join(fields)[:80]!r}. Put a line of names "
            "that are not numbers above it; or say which it is with `names` (`keras-vae detect`: --names, --no-names)."
        )
    return bool(numbers) and not any(numbers)


def _go_up(fields) -> bool:
    """Whether fields are several whole numbers, written as such, each larger than the one before."""
    whole = [int(field) for field in fields] if all(map(_is_whole, fields)) else []
    return len(whole) > 1 and all(one < other for one, other in itertools.pairwise(whole))


def _is_whole(field) -> bool:
    return field.strip().isdecimal()


def _check_no_index(path, rows):
    """Raises a ValueError where the first column has no name and numbers the rows: it would be learned too."""
    names, *rows = rows
    if len(names) > 1 and not names[0].strip() and all(names[1:]):
        numbers = [row[0].strip() for row in rows]
        if numbers and numbers in ([str(first + row) for row in range(len(rows))] for first in (0, 1)):
            raise ValueError(
                f"The first column of {path!r} has no name and numbers the rows, as a DataFrame's index does. Leave it "
                "out (`to_csv(..., index=False)`), or give it a name if it is to be learned."
            )


def _is_number(text) -> bool:
    """Whether a field is a number; an empty one is a value that is missing."""
    try:
        float(text or math.nan)
    except ValueError:
        return False
    return True


def read_parquet(path) -> np.ndarray:
    """Reads a table of numbers and booleans: float64 `(n, columns)`, NaN where a value is missing.

    Raises:
        ImportError: If neither pyarrow nor pandas, which need each other, can read it.
        ValueError: If it is no Parquet file, or a column holds no numbers: the message names it.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise ImportError(f"Reading {path!r} needs pyarrow: pip install pyarrow. Or give a .csv or .npy file.")
    import pyarrow as pa
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ValueError(f"{path!r} cannot be read as a Parquet file: {error}") from error
    if not table.num_columns or not table.num_rows:
        raise ValueError(f"{path!r} holds no row of numbers.")
    return np.stack([_numbers(path, name, table.column(name)) for name in table.column_names], axis=1)


def _numbers(path, name, column) -> np.ndarray:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        raise ValueError(f"{path!r} must hold numbers. Received: the column {name!r} of type {kind}. Leave it out.")
    # Whole numbers beyond 2**53 lose digits, as they do in any model.
    return column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
