"""Pictures under headings, on one page."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from keras_vae.visualization.figures import TEXT_SIZE, TITLE_SIZE, new_figure, show_pixels, text_width
from keras_vae.visualization.style import default_style

MARGIN, COLUMN_GAP, ROW_GAP, STACK_GAP, FIGURE_GAP = 48, 40, 44, 36, 48
PAGE_TITLE_SIZE, FIGURE_SIZE, HEADING_SIZE = 19, 16, 11
# From one baseline to the next, and from the last to what is under it.
LINE, HEADING_HEIGHT, UNDER_HEADING, UNDER_TEXT = 21, 18, 4, 12
INK, GREY, RULE = "#1b1f24", "#59636e", 222


@dataclasses.dataclass(frozen=True)
class Panel:
    """A picture on a page.

    Attributes:
        heading: A line above the caption.
        caption: Text above the picture, broken into lines as wide as its column.
        picture: uint8 array `(height, width, 3)`.
    """

    heading: str
    caption: str
    picture: np.ndarray


@default_style()
def page(title: str, subtitle: str, figures: Sequence[tuple[str, str]], rows: Sequence[Sequence[Sequence[Panel]]]):
    """Puts panels on a page, pixel for pixel: rows of columns, in each of which panels stand under each other.

    Columns of rows that have several begin at the same places. The page is as wide and as high as what is on it.

    Args:
        title: The first line.
        subtitle: Text under it, in as many lines as it takes.
        figures: Values in large type and their names under them, from left to right, such as `("23.18 nats", "ELBO")`.
        rows: Rows of columns of panels.

    Returns:
        A `matplotlib.figure.Figure`.
    """
    widths = _column_widths(rows)
    width = max((_row_width(columns, widths) for columns in rows), default=0)
    layout = _Layout()
    _put_head(layout, title, subtitle, figures, width)
    for columns in rows:
        layout.height += ROW_GAP
        _put_row(layout, columns, widths[: len(columns)] if len(columns) > 1 else [width])
    layout.height += MARGIN
    return layout.figure()


class _Layout:
    """What is written and shown where, in pixels from the upper left corner."""

    def __init__(self):
        self.width, self.height = 0, MARGIN
        self.texts, self.pictures = [], []

    def write(self, x, baseline, text, size, color=INK, weight="normal") -> int:
        """Writes a line, and returns how wide it is."""
        # Dollars in the name of a run make no formula.
        style = {"color": color, "weight": weight, "parse_math": False}
        self.texts.append((x, baseline, text, {"fontsize": size, **style}))
        width = math.ceil(text_width(text, size, **style))
        self.width = max(self.width, x + width + MARGIN)
        return width

    def show(self, x, top, picture):
        self.pictures.append((x, top, picture))
        self.width = max(self.width, x + picture.shape[1] + MARGIN)

    def figure(self):
        figure = new_figure(self.width, self.height)
        for x, top, picture in self.pictures:
            show_pixels(figure, picture, x, self.height - top - len(picture))
        for x, baseline, text, style in self.texts:
            figure.text(x / self.width, 1 - baseline / self.height, text, va="baseline", **style)
        return figure


def _column_widths(rows) -> list[int]:
    """Widths of the columns, over all rows that have several."""
    several = [columns for columns in rows if len(columns) > 1]
    return [
        max(_stack_width(columns[index]) for columns in several if index < len(columns))
        for index in range(max(map(len, several), default=0))
    ]


def _stack_width(panels):
    return max(panel.picture.shape[1] for panel in panels)


def _row_width(columns, widths):
    if len(columns) == 1:
        return _stack_width(columns[0])
    return sum(widths[: len(columns)]) + COLUMN_GAP * (len(columns) - 1)


def _put_head(layout, title, subtitle, figures, width):
    baseline = layout.height + 28
    layout.write(MARGIN, baseline, title, PAGE_TITLE_SIZE, weight="bold")
    baseline += 8
    for line in wrapped(subtitle, width, TITLE_SIZE):
        baseline += LINE
        layout.write(MARGIN, baseline, line, TITLE_SIZE, GREY)
    x, baseline = MARGIN, baseline + 60
    for value, name in figures:
        size = layout.write(x, baseline, value, FIGURE_SIZE, weight="bold")
        x += max(size, layout.write(x, baseline + 24, name, TEXT_SIZE, GREY)) + FIGURE_GAP
    layout.height = baseline + 24 + 30
    layout.show(MARGIN, layout.height, np.full((1, width, 3), RULE, np.uint8))


def _put_row(layout, columns, widths):
    captions = [
        [wrapped(panel.caption, width, TEXT_SIZE) for panel in panels]
        for panels, width in zip(columns, widths, strict=True)
    ]
    # The first pictures of the columns stand at one height, whichever has the longest caption.
    most_lines = max(len(lines[0]) for lines in captions)
    x, bottoms = MARGIN, []
    for panels, lines, width in zip(columns, captions, widths, strict=True):
        top = _put_panel(layout, x, layout.height, panels[0], lines[0], most_lines)
        for panel, caption in zip(panels[1:], lines[1:], strict=True):
            top = _put_panel(layout, x, top + STACK_GAP, panel, caption, len(caption))
        bottoms.append(top)
        x += width + COLUMN_GAP
    layout.height = max(bottoms)


def _put_panel(layout, x, top, panel, caption, num_lines) -> int:
    baseline = top + HEADING_HEIGHT
    layout.write(x, baseline, panel.heading, HEADING_SIZE, weight="bold")
    for index, line in enumerate(caption):
        layout.write(x, baseline + UNDER_HEADING + LINE * (index + 1), line, TEXT_SIZE, GREY)
    top = baseline + UNDER_HEADING + LINE * num_lines + UNDER_TEXT
    layout.show(x, top, panel.picture)
    return top + len(panel.picture)


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Breaks a text between words into lines of so many pixels, in points of `size`; a longer word has its own line."""
    lines = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, parse_math=False) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
