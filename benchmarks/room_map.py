"""Draws the rooms of the package and what they import of each other, `docs/pictures/rooms.png`, from the imports.

    python benchmarks/room_map.py
    python benchmarks/room_map.py --check

A room stands one floor above the highest of the rooms that it imports. What the picture is made of is kept beside it,
in `rooms.json`; `--check` says whether it is still so.
"""

import argparse
import ast
import functools
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE, PICTURES = ROOT / "keras_vae", ROOT / "docs" / "pictures"


def main() -> int:
    """Draws and writes, or checks; 1 if the imports are others than those of the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if the imports have changed")
    options = parser.parse_args()
    found, kept = floors(imports()), PICTURES / "rooms.json"
    if options.check:
        same = kept.exists() and json.loads(kept.read_text(encoding="utf-8")) == found
        if not same:
            print("docs/pictures/rooms.png is of other imports: run python benchmarks/room_map.py")
        return 0 if same else 1
    drawn(found).savefig(PICTURES / "rooms.png", dpi=80, bbox_inches="tight")
    kept.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


def imports() -> dict[str, list[str]]:
    """Of each room the other rooms that its files import."""
    rooms = sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists())
    return {room: sorted((_imported(PACKAGE / room) & set(rooms)) - {room}) for room in rooms}


def _imported(room) -> set[str]:
    found = set()
    for path in room.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == PACKAGE.name:
                parts = node.module.split(".")
                found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
    return found


def floors(rooms: dict[str, list[str]]) -> list[dict[str, list[str]]]:
    """The rooms floor by floor from the bottom, each with what it imports."""

    @functools.cache
    def floor(room) -> int:
        return 1 + max((floor(other) for other in rooms[room]), default=-1)

    return [
        {room: rooms[room] for room in rooms if floor(room) == level} for level in range(1 + max(map(floor, rooms)))
    ]


def drawn(levels):
    """A row of boxes for each floor, and a line to each room that is not reached by way of another one."""
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots(figsize=(11, 0.85 * len(levels)))
    places = {
        room: ((index + 0.5) / len(level) * 10, height)
        for height, level in enumerate(levels)
        for index, room in enumerate(level)
    }
    for level in levels:
        for room, others in level.items():
            box = {"fc": "#e8eef7", "ec": "C0", "pad": 4}
            ax.text(*places[room], room, ha="center", va="center", bbox=box, zorder=2)
            for other in others:
                if not _is_reached_by_others(other, others, levels):
                    ax.plot(*zip(places[room], places[other], strict=True), color="C7", lw=0.8, zorder=1)
    ax.set(xlim=(0, 10), ylim=(-0.5, len(levels) - 0.5))
    ax.axis("off")
    return figure


def _is_reached_by_others(room, others, levels) -> bool:
    direct = {name: imported for level in levels for name, imported in level.items()}

    def reaches(start) -> bool:
        return room in direct[start] or any(reaches(other) for other in direct[start])

    return any(reaches(other) for other in others if other != room)


if __name__ == "__main__":
    sys.exit(main())
