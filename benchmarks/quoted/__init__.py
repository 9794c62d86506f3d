"""What the pages quote of `benchmarks/results`, by name: tables and figures in Markdown."""

import inspect

from quoted import conditions, models, parts, project, speed, summary, uses

FIGURES = {
    name: function
    for module in (conditions, models, parts, project, speed, summary, uses)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
}
