"""Tables of numbers in CSV and Parquet files."""

import csv
import importlib.util
import itertools
import math

import numpy as np

# Names of columns that a message lists.
MOST_NAMES = 20


def read_csv(path, names: bool | None = None) -> np.ndarray:
    """Reads a table of numbers: float64 `(n, columns)`, NaN where a field is empty.

    Args:
        path: The file.
        names: Whether the first line holds names; `None` sees by itself, and asks where it cannot.

    Raises:
        ValueError: If the file holds no rows of numbers of one length, or it is not clear whether its first line holds
            names. The message names the file and the line.
    """
    lines = _lines(path)
    rows = [row for _, row in lines]
    if lines and (_holds_names(path, *rows[:2]) if names is None else names):
        _check_no_index(path, rows)
        del lines[0]
    return _as_numbers(path, lines)


def read_labelled_csv(path, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Reads a table of numbers with a line of names above it, and one column of labels.

    Args:
        path: The file.
        column: The name of the column that holds the labels.

    Returns:
        float64 `(n, columns)` of the others, NaN where a field is empty; and the labels `(n,)`, float64 where all are
        numbers, else texts.

    Raises:
        ValueError: If the file holds no such column, or the others are not what `read_csv` reads.
    """
    lines = _lines(path)
    names = [name.strip() for name in lines[0][1]] if lines else []
    place = _place_of(path, column, names)
    _check_no_index(path, [row for _, row in lines])
    _check_lengths(path, lines)
    labels = [row[place].strip() for _, row in lines[1:]]
    rows = _as_numbers(path, [(number, row[:place] + row[place + 1 :]) for number, row in lines[1:]])
    return rows, np.array([float(label) for label in labels] if all(map(_is_given_number, labels)) else labels)


def _lines(path) -> list[tuple[int, list[str]]]:
    """The lines of a CSV file that are not empty: their numbers and their fields."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            return [(number, row) for number, row in enumerate(csv.reader(file), start=1) if row]
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValueError(f"{path!r} cannot be read as a table in UTF-8: {error}") from error


def _place_of(path, column, names) -> int:
    if names.count(column) != 1:
        several = "several columns" if column in names else "no column"
        shown = ", ".join(map(repr, names[:MOST_NAMES])) + ", ..." * (len(names) > MOST_NAMES)
        raise ValueError(f"{path!r} has {several} {column!r} for the labels. Its columns are called {shown}.")
    return names.index(column)


def _check_lengths(path, lines):
    width = len(lines[0][1])
    for number, row in lines:
        if len(row) != width:
            raise ValueError(f"{path!r} has {len(row)} columns in line {number}, but {width} before.")


def _as_numbers(path, lines) -> np.ndarray:
    if not lines or not lines[0][1]:
        raise ValueError(f"{path!r} holds no row of numbers.")
    _check_lengths(path, lines)
    for number, row in lines:
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


def _is_given_number(text) -> bool:
    return bool(text) and _is_number(text)


def read_parquet(path) -> np.ndarray:
    """Reads a table of numbers and booleans: float64 `(n, columns)`, NaN where a value is missing.

    Raises:
        ImportError: If neither pyarrow nor pandas, which need each other, can read it.
        ValueError: If it is no Parquet file, or a column holds no numbers: the message names it.
    """
    return _columns(path, _table(path))


def read_labelled_parquet(path, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Reads a table of numbers and booleans, and one column of labels.

    Args:
        path: The file.
        column: The name of the column that holds the labels.

    Returns:
        float64 `(n, columns)` of the others, NaN where a value is missing; and the labels `(n,)`, float64 where the
        column holds numbers, else texts.

    Raises:
        ImportError: As `read_parquet`.
        ValueError: If there is no such column, or the others are not what `read_parquet` reads.
    """
    table = _table(path)
    place = _place_of(path, column, table.column_names)
    labels = table.column(place)
    if _holds_numbers(labels.type):
        labels = _numbers(path, column, labels)
    else:
        labels = np.array(["" if label is None else str(label) for label in labels.to_pylist()])
    return _columns(path, table.remove_column(place)), labels


def _table(path):
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
    return table


def _columns(path, table) -> np.ndarray:
    if not table.num_columns:
        raise ValueError(f"{path!r} holds no row of numbers.")
    return np.stack([_numbers(path, name, table.column(name)) for name in table.column_names], axis=1)


def _holds_numbers(kind) -> bool:
    import pyarrow as pa

    known = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
    return any(is_kind(kind) for is_kind in known)


def _numbers(path, name, column) -> np.ndarray:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif not _holds_numbers(kind):
        raise ValueError(f"{path!r} must hold numbers. Received: the column {name!r} of type {kind}. Leave it out.")
    # Whole numbers beyond 2**53 lose digits, as they do in any model.
    return column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
