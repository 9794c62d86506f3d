"""Results as they lie in their files, and rows of cells as Markdown."""

import json
import pathlib

RESULTS = pathlib.Path(__file__).resolve().parents[1] / "results"


def results(name: str) -> dict:
    """What a benchmark or a run wrote."""
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def table(head, rows) -> str:
    """A table; a cell is empty where there is no figure."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in lines)


def best_in_bold(cells: list[str], numbers: list[float], row: int) -> str:
    """The cell of a row, in bold if its number is the largest of all."""
    return f"**{cells[row]}**" if numbers[row] == max(numbers) else cells[row]
