"""What a reader finds in a report."""

import base64
import html.parser
import io

import matplotlib.image
import numpy as np


class Reader(html.parser.HTMLParser):
    """Collects the pictures, the tables and the figures of an HTML page, and checks that its tags are closed.

    Attributes:
        pictures: uint8 arrays `(height, width, 3)` by their alternative texts.
        tables: Rows of cells by the names of the tables, the header first; a cell is a text, or a number as it is held.
        figures: The values of a list of names and values, by name.
        headings, text, loaded: Headings, all that is written, and what the page loads or leads to.
    """

    EMPTY = ("meta", "img")

    def __init__(self, page: str):
        super().__init__()
        self.pictures, self.tables, self.figures = {}, {}, {}
        self.headings, self.text, self.loaded = [], [], []
        self._open, self._cells, self._name = [], None, None
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.loaded += [attributes[name] for name in ("href", "src", "srcset", "poster") if name in attributes]
        if tag == "img":
            picture = decoded(attributes["src"])
            assert (attributes["height"], attributes["width"]) == tuple(map(str, picture.shape[:2]))
            assert attributes["alt"] not in self.pictures
            self.pictures[attributes["alt"]] = picture
        if tag not in self.EMPTY:
            self._open.append(tag)
        if attributes.get("role") == "region":
            self._cells = self.tables[attributes["aria-label"]] = []
        elif tag == "tr":
            self._cells.append([])
        elif tag in ("td", "th"):
            self._cells[-1].append("")
        elif tag == "data":
            number = float(attributes["value"])
            if "td" in self._open:
                self._cells[-1][-1] = number
            else:
                self.figures[self._name] = number

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "style" in self._open:
            return
        self.text.append(data)
        innermost = self._open[-1] if self._open else ""
        if innermost in ("h1", "h2"):
            self.headings.append(data)
        elif innermost in ("td", "th"):
            self._cells[-1][-1] += data
        elif innermost == "dt":
            self._name = data
        elif innermost == "dd" and self._name not in self.figures:
            self.figures[self._name] = data.strip()


def decoded(source: str) -> np.ndarray:
    """The pixels of a picture that an address holds itself: uint8 `(height, width, 3)`."""
    start, data = source.split(",")
    assert start == "data:image/png;base64"
    read = matplotlib.image.imread(io.BytesIO(base64.b64decode(data, validate=True)), format="png")
    return np.rint(read[..., :3] * 255).astype(np.uint8)
