"""What the benchmarks write beside their figures, and how they print them."""

import importlib.metadata
import json
import pathlib

from keras_vae.runs.environment import machine, versions

PACKAGES = ("jax", "jaxlib", "torch", "pythae", "pyod", "scikit-image", "scikit-learn")


def write(path: pathlib.Path, results: dict) -> None:
    """Writes results as JSON, with versions and the machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    results = {"versions": {**versions(), **peer_versions()}, "machine": machine(), **results}
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def read(path: pathlib.Path) -> dict:
    """Results that were written before."""
    return json.loads(path.read_text(encoding="utf-8"))


def peer_versions() -> dict[str, str]:
    """Versions of the other frameworks that are installed."""
    installed = {distribution.name for distribution in importlib.metadata.distributions()}
    return {name: importlib.metadata.version(name) for name in PACKAGES if name in installed}


def table(rows: list[list[str]]) -> str:
    """Rows of cells as lines, the first row the headings; the first column to the left, the others to the right."""
    first, *others = zip(*rows, strict=True)
    columns = [aligned(first, str.ljust), *(aligned(column, str.rjust) for column in others)]
    return "\n".join("  ".join(row) for row in zip(*columns, strict=True))


def aligned(column, adjust) -> list[str]:
    """Cells of one width."""
    width = max(map(len, column))
    return [adjust(cell, width) for cell in column]
