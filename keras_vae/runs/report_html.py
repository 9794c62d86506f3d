"""A report as one HTML file that needs no other."""

import base64
import html
from collections.abc import Sequence

from keras_vae.runs.report_sections import Section
from keras_vae.runs.report_tables import Table, shown
from keras_vae.visualization.png import png_bytes

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --grey: #59636e; --rule: #d9dee3; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171a; --ink: #e6e9ec; --grey: #9da7b1; --rule: #363d45; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1608px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 1.15rem; }
p { margin: 4px 0 12px; color: var(--grey); max-width: 100ch; }
dl { display: flex; flex-wrap: wrap; gap: 12px 44px; margin: 20px 0 28px; }
dl div { display: flex; flex-direction: column-reverse; white-space: nowrap; }
dt { color: var(--grey); font-size: .85rem; }
dd { margin: 0; font-size: 1.5rem; font-weight: 600; line-height: 1.3; }
.row { display: grid; grid-template-columns: minmax(0, 1fr); gap: 40px; padding: 28px 0;
  border-top: 1px solid var(--rule); }
@media (min-width: 1000px) {
  .row { grid-template-columns: none; grid-auto-columns: minmax(0, 1fr); grid-auto-flow: column; }
}
.stack { display: flex; flex-direction: column; gap: 32px; min-width: 0; }
img { display: block; max-width: 100%; height: auto; background: #fff; border-radius: 4px; }
@media (prefers-color-scheme: dark) { img { padding: 8px; } }
details { margin-top: 12px; }
summary { cursor: pointer; color: var(--grey); }
.table { max-height: 400px; overflow: auto; margin-top: 8px; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 0 4px 20px; text-align: right; border-bottom: 1px solid var(--rule); }
td { white-space: nowrap; }
th:first-child, td:first-child { padding-left: 0; text-align: left; }
thead th { position: sticky; top: 0; background: var(--paper); vertical-align: bottom; }
"""


def html_page(
    title: str,
    subtitle: str,
    figures: Sequence[tuple[str, float | int | str, str]],
    rows: Sequence[Sequence[Sequence[Section]]],
    metrics: dict,
) -> str:
    """Writes a report as HTML: pictures inside of it, with texts in their place; light or dark as the reader's system.

    A number's cell holds it with all digits: `<data value="23.182903289794922">23.18</data>`.

    Args:
        title: The heading.
        subtitle: Text under it.
        figures: Name, value and unit of the figures that stand first.
        rows: Rows of columns of sections.
        metrics: What the run wrote to `metrics.json`; its settings, versions and what it used stand last.
    """
    body = [
        f"<header><h1>{html.escape(title)}</h1>\n<p>{html.escape(subtitle)}</p>\n{_figures(figures)}</header>",
        *(_row([[_section(section) for section in stack] for stack in columns]) for columns in rows),
        _row([[_table(table)] for table in _run_tables(metrics)]),
    ]
    lines = _lines(*body)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{lines}\n</main>\n"
        "</body>\n</html>\n"
    )


def _row(columns):
    stacks = (_lines('<div class="stack">', *stack, "</div>") for stack in columns)
    return _lines('<div class="row">', *stacks, "</div>")


def _lines(*parts):
    return "\n".join(parts)


def _figures(figures):
    items = (
        f"<div><dt>{html.escape(name)}</dt><dd>{_cell(value)} {html.escape(unit)}</dd></div>"
        for name, value, unit in figures
    )
    return _lines("<dl>", *items, "</dl>")


def _section(section):
    panel = section.panel
    height, width = panel.picture.shape[:2]
    data = base64.b64encode(png_bytes(panel.picture)).decode("ascii")
    return _lines(
        f"<section>\n<h2>{html.escape(panel.heading)}</h2>\n<p>{html.escape(panel.caption)}</p>",
        f'<img alt="{html.escape(section.alt)}" width="{width}" height="{height}" src="data:image/png;base64,{data}">',
        *(
            f"<details><summary>{html.escape(table.caption)}</summary>\n{_cells(table)}\n</details>"
            for table in section.tables
        ),
        "</section>",
    )


def _table(table):
    return f"<section>\n<h2>{html.escape(table.caption)}</h2>\n{_cells(table)}\n</section>"


def _cells(table):
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in table.header)
    rows = _lines(*(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in table.rows))
    # Whoever has no mouse can scroll what has a place in the order of tabs.
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{html.escape(table.caption)}">\n<table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
    )


def _cell(value):
    text = html.escape(shown(value))
    return f'<data value="{value!r}">{text}</data>' if isinstance(value, (int, float)) else text


def _run_tables(metrics):
    used = [("seconds to train", metrics["fit_seconds"]), ("peak memory, bytes", metrics["peak_memory_bytes"])]
    return [
        Table("Settings", ("setting", "value"), _texts(metrics["settings"])),
        Table("Versions", ("package", "version"), _texts(metrics["versions"])),
        Table("Time and memory", ("measure", "value"), used),
    ]


def _texts(names):
    return [(name.replace("_", " "), str(value)) for name, value in names.items()]
