"""Writes the tables and figures of the pages from `results/*.json`, or says which of them are not what was measured.

A page, README.md or any other `.md` file of the project, marks what is written by this command:

    <!-- figures: NAME -->
    ...
    <!-- end -->

or `<!-- figures: NAME -->...<!-- end -->` within a line. NAME is a function of a module of `quoted`.

    python benchmarks/page_tables.py
    python benchmarks/page_tables.py --check
"""

import argparse
import pathlib
import re
import sys

import quoted

ROOT = pathlib.Path(__file__).resolve().parent.parent
MARKED = re.compile(r"(<!-- figures: (\w+) -->)(.*?)(<!-- end -->)", re.DOTALL)


def main() -> int:
    """Writes all pages, or checks them; 1 if one differs from the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a page would change")
    options = parser.parse_args()
    differing = []
    for page in pages(ROOT):
        text = page.read_text(encoding="utf-8")
        written = with_figures(text)
        if written != text:
            differing.append(page.relative_to(ROOT).as_posix())
            if not options.check:
                page.write_text(written, encoding="utf-8")
    verb = "differs from" if options.check else "was written from"
    for name in differing:
        print(f"{name} {verb} benchmarks/results")
    return 1 if options.check and differing else 0


def pages(root) -> list[pathlib.Path]:
    """The pages that may quote figures."""
    return [*sorted(root.glob("*.md")), *sorted((root / "docs").rglob("*.md")), root / "benchmarks" / "README.md"]


def with_figures(text: str) -> str:
    """The text of a page with what its marks ask for."""

    def filled(match):
        start, name, old, end = match.groups()
        new = quoted.FIGURES[name]()
        return f"{start}\n\n{new}\n\n{end}" if old.startswith("\n") else f"{start}{new}{end}"

    return MARKED.sub(filled, text)


def names_in(text: str) -> list[str]:
    """The names of all figures that a page quotes."""
    return [match[2] for match in MARKED.finditer(text)]


if __name__ == "__main__":
    sys.exit(main())
