"""The pages of the project, their code and their links."""

import pathlib
import re

ROOT = pathlib.Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
# Of a page's own text: what is copied for a build is read at its source.
PAGES = sorted(path for path in DOCS.rglob("*.md") if "notebooks" not in path.parts)
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)\s#]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def text_of(page: pathlib.Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The code blocks in a language; `""` is none."""
    return [code for found, code in FENCED.findall(text) if found == language]


def commands(text: str, start: str) -> list[str]:
    """The lines of blocks without a language that run a command, one for each `&&`."""
    lines = [line for block in blocks(text, "") for line in block.splitlines()]
    parts = [part.strip().removeprefix(".venv/bin/") for line in lines for part in line.split("&&")]
    return [part for part in parts if part.startswith(f"{start} ")]


def prose(text: str) -> str:
    """The text without its code blocks."""
    return FENCED.sub("", text)


def links(page: pathlib.Path) -> list[tuple[pathlib.Path, str]]:
    """Where a page's links to files lead, and at which headings."""
    found = LINK.findall(prose(text_of(page)))
    return [((page.parent / path).resolve() if path else page, anchor) for path, anchor in found]


def headings(page: pathlib.Path) -> list[str]:
    return HEADING.findall(prose(text_of(page)))


def anchors(page: pathlib.Path) -> list[str]:
    """What the headings are linked to by, on GitHub and in the documentation."""
    return [re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings(page)]
