"""The picture of `growth.py`: a small panel for each thing that grows.

    python benchmarks/growth_plot.py benchmarks/results/growth.json

draws it anew, beside the figures.
"""

import itertools
import json
import pathlib
import sys

from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

MICROSECONDS = "microseconds an image"
LABELS = {
    "batch_size": "images in a batch",
    "latent_dim": "latents",
    "side": "side of an image, pixels",
    "num_samples": "posterior samples",
    "dataset_size": "images in the dataset, from files",
}
BLUE, RED, GREY = "#4477aa", "#ee6677", "#888888"
COLOURS = {"dense": BLUE, "conv": RED}
TEXT_SIZE, TITLE_SIZE = 8, 9
COLUMNS, PANEL_INCHES = 3, (2.9, 2.5)
MEGABYTE = 10**6
FLOAT_IMAGE_BYTES = 4 * 28 * 28


def draw(panels: dict, path) -> None:
    """Draws the panels that were measured, and writes a PNG."""
    drawings = [(draw_times, name) for name in LABELS if name in panels]
    drawings += [(draw_memory, "dataset_size")] if "dataset_size" in panels else []
    rows, columns = -(-len(drawings) // COLUMNS), min(COLUMNS, len(drawings))
    figure = Figure((PANEL_INCHES[0] * columns, PANEL_INCHES[1] * rows), dpi=160, layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, (drawing, name) in itertools.zip_longest(grid, drawings, fillvalue=(None, None)):
        if drawing is None:
            axes.set_axis_off()
        else:
            drawing(axes, name, panels[name])
    figure.savefig(path)


def draw_times(axes, name, rows):
    """Time for an image, a line for each network."""
    key = "images" if name == "dataset_size" else name
    by_network = {}
    for row in rows:
        by_network.setdefault(row.get("network", "dense"), []).append((row[key], row["microseconds_per_image"]))
    for network, points in by_network.items():
        plot(axes, *zip(*points, strict=True), COLOURS[network], network)
    values = [row["microseconds_per_image"] for row in rows]
    finish(axes, sorted({row[key] for row in rows}), values, LABELS[name], MICROSECONDS)
    if len(by_network) > 1:
        axes.legend(frameon=False, fontsize=TEXT_SIZE)


def draw_memory(axes, name, rows):
    """Peak of the memory, beside what the images themselves would take."""
    sizes = [row["images"] for row in rows]
    peaks = [row["resident_bytes_peak"] / MEGABYTE for row in rows]
    whole = [size * FLOAT_IMAGE_BYTES / MEGABYTE for size in sizes]
    plot(axes, sizes, peaks, BLUE, "peak of the process")
    axes.plot(sizes, whole, color=GREY, linestyle="--", linewidth=1, label="all images as float32")
    finish(axes, sizes, peaks + whole, LABELS[name], "resident memory, MB")
    axes.legend(frameon=False, fontsize=TEXT_SIZE, loc="lower right")


def plot(axes, x, y, colour, label):
    """A line with markers."""
    axes.plot(x, y, color=colour, marker="o", markersize=3.5, linewidth=1.5, label=label)


def finish(axes, x, y, x_label, y_label):
    """Logarithmic axes with plain numbers, and units."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    # At least a decade and a half: less would make a mountain of noise.
    low, high = min(y) / 1.6, max(y) * 1.6
    spread = max(1.0, (30 * low / high) ** 0.5)
    axes.set_ylim(low / spread, high * spread)
    axes.xaxis.set_major_locator(FixedLocator(x))
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.set_title(y_label, fontsize=TITLE_SIZE, loc="left")
    axes.set_xlabel(x_label, fontsize=TEXT_SIZE)
    axes.tick_params(labelsize=TEXT_SIZE)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)


def short(value) -> str:
    """A number in few characters: 1M, 10k, 250, 0.3."""
    if value >= 10**6:
        return f"{value / 10**6:g}M"
    return f"{value / 1000:g}k" if value >= 10**4 else f"{value:g}"


if __name__ == "__main__":
    results = pathlib.Path(sys.argv[1])
    draw(json.loads(results.read_text(encoding="utf-8"))["panels"], results.with_suffix(".png"))
