"""Networks' outputs as whole numbers, the same where they are computed again."""

import dataclasses
from collections.abc import Iterable

import numpy as np

# In steps of a grid: an output that is this close to the middle between two of its points is written down. Networks in
# float64 repeat themselves to some 1e-11 steps, whatever the threads, the batch and the instruction set.
MARGIN = 1e-7


@dataclasses.dataclass(frozen=True)
class Grid:
    """Equally spaced values.

    Attributes:
        steps_per_unit: Points for each unit.
        low: The smallest value; what is below is rounded to it.
        high: The largest value.
    """

    steps_per_unit: int
    low: float
    high: float

    @property
    def first(self) -> int:
        """The smallest point, in steps."""
        return round(self.low * self.steps_per_unit)

    @property
    def last(self) -> int:
        """The largest point, in steps."""
        return round(self.high * self.steps_per_unit)

    @property
    def points(self) -> np.ndarray:
        """All values: float64 `(last - first + 1,)`."""
        return np.arange(self.first, self.last + 1) / self.steps_per_unit


class Rounding:
    """Rounds outputs to grids, and remembers each output that another computation might round otherwise.

    Writing, it collects what is in doubt; reading, it is given that, and rounds as the writer did.

    Args:
        exceptions: `None` to collect them; else what `exceptions` was when the outputs were first rounded.
    """

    def __init__(self, exceptions: Iterable[tuple[int, int, int]] | None = None):
        self._collects = exceptions is None
        self._found = {}
        for group, slot, entry in exceptions or ():
            self._found.setdefault((group, slot), []).append(entry)

    @property
    def exceptions(self) -> list[tuple[int, int, int]]:
        """(group, slot, entry) of each output in doubt; an entry is twice its place, and 1 more if rounded up."""
        return [(*key, entry) for key, entries in sorted(self._found.items()) for entry in entries]

    def __call__(self, group: int, slot: int, values: np.ndarray, grid: Grid) -> np.ndarray:
        """Rounds one output of the networks for one group of examples.

        Args:
            group: Which group.
            slot: Which of its outputs.
            values: float64, of any shape.
            grid: Where to.

        Returns:
            int32, of the same shape: steps from the grid's first point.

        Raises:
            ValueError: If a value is not finite.
        """
        scaled = values.reshape(-1) * grid.steps_per_unit
        below = np.floor(scaled)
        fraction = scaled - below
        if self._collects:
            self._collect(group, slot, fraction)
        up = fraction >= 0.5
        for place, is_up in self._entries(group, slot):
            if place >= len(up):
                raise ValueError("An exception lies outside of the networks' outputs.")
            up[place] = is_up
        below += up
        np.clip(below, grid.first, grid.last, out=below)
        below -= grid.first
        return below.astype(np.int32).reshape(values.shape)

    def _collect(self, group, slot, fraction):
        distance = np.abs(fraction - 0.5)
        # NaN, which infinity leaves too, compares false.
        if not distance.max(initial=0.0) <= 0.5:
            raise ValueError(
                "The model's networks give values that are not finite for this data, so it cannot be coded."
            )
        if distance.min(initial=1.0) < MARGIN:
            places = np.flatnonzero(distance < MARGIN)
            self._found[group, slot] = [2 * int(place) + int(fraction[place] >= 0.5) for place in places]

    def _entries(self, group, slot):
        return [(entry >> 1, entry & 1) for entry in self._found.get((group, slot), ())]
