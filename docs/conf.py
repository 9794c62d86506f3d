"""How the documentation is built: `python -m sphinx -W --keep-going docs build/docs`.

Pages link to files of the checkout as they are on GitHub; here those links become links to pages.
"""

import inspect
import pathlib
import re
import sys

from sphinx.util.inspect import signature, stringify_signature

DOCS = pathlib.Path(__file__).resolve().parent
ROOT = DOCS.parent
# The package of this checkout, whichever is installed.
sys.path.insert(0, str(ROOT))

from keras_vae.version import VERSION  # noqa: E402

project = "keras_vae"
author = "The authors of keras_vae"
version = release = VERSION
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]

# Notebooks are shown with the outputs that they are kept with; the tests run them.
nb_execution_mode = "off"
# Headings are linked to by their text, as on GitHub.
myst_heading_anchors = 4
myst_enable_extensions = ["dollarmath"]

autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
# Methods that Keras describes, such as `get_config`, are left to Keras.
autodoc_inherit_docstrings = False
napoleon_use_ivar = True

html_theme = "pydata_sphinx_theme"
html_title = f"keras_vae {VERSION}"
html_theme_options = {
    "header_links_before_dropdown": 7,
    "navbar_align": "left",
    "show_toc_level": 2,
    "navbar_persistent": ["search-button"],
}
html_static_path = ["_static"]
html_css_files = ["own.css"]
html_copy_source = False

# Where a page shows what a link of another page names as a file.
PAGES_OF_FILES = {
    "../../notebooks/": "../tutorials/notebooks/",
    "../../CONTRIBUTING.md": "../contributing.md",
    "../../CHANGELOG.md": "../changelog.md",
}
CODE_OR_BAR = re.compile(r"``[^`]+``|`([^`]+)`|\|")
FENCE = re.compile(r"^```\w*$")


def bring_notebooks(app) -> None:
    """Copies notebooks to where Sphinx looks for pages; what is there already is left alone."""
    folder = DOCS / "tutorials" / "notebooks"
    folder.mkdir(exist_ok=True)
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        copy, content = folder / notebook.name, notebook.read_bytes()
        if not copy.exists() or copy.read_bytes() != content:
            copy.write_bytes(content)


def link_pages(app, docname, source) -> None:
    """Turns links to files into links to the pages that show them."""
    for file, page in PAGES_OF_FILES.items():
        source[0] = source[0].replace(f"]({file}", f"]({page}")


def as_restructured_text(app, what, name, obj, options, lines) -> None:
    """Turns a docstring, whose code is marked as in Markdown, into what autodoc reads."""
    fenced = False
    for index, line in enumerate(lines):
        if FENCE.match(line):
            fenced = not fenced
            lines[index] = ".. code-block:: python\n" if fenced else ""
        elif fenced:
            lines[index] = f"    {line}"
        else:
            lines[index] = CODE_OR_BAR.sub(_marked, line)
    lines[:] = "\n".join(lines).split("\n")


def without_kerass_own(app, what, name, obj, skip, options) -> bool | None:
    """Leaves out what a class has from Keras, which Keras describes."""
    module = getattr(getattr(obj, "fget", obj), "__module__", None)
    return True if isinstance(module, str) and module.split(".")[0] == "keras" else None


def as_constructed(app, what, name, obj, options, arguments, returned) -> tuple | None:
    """The arguments of a class whose base, as Keras's do, takes any on its way to the constructor."""
    if inspect.isclass(obj) and arguments == "(*args, **kwargs)":
        return stringify_signature(signature(obj.__init__, bound_method=True)), returned
    return None


def _marked(match) -> str:
    if match[0] == "|":
        return r"\|"
    return match[0] if match[1] is None else f"``{match[1]}``"


def setup(app) -> None:
    app.connect("builder-inited", bring_notebooks)
    app.connect("source-read", link_pages)
    app.connect("autodoc-skip-member", without_kerass_own)
    app.connect("autodoc-process-signature", as_constructed)
    # Before napoleon, which takes a colon in code for the end of a type.
    app.connect("autodoc-process-docstring", as_restructured_text, priority=400)
