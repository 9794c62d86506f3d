"""Every link leads somewhere, and what people look for is two clicks from the README."""

import pytest

from .pages import PAGES, README, ROOT, anchors, headings, links

LINKED = [README, ROOT / "CONTRIBUTING.md", ROOT / "benchmarks" / "README.md", *PAGES]
SOUGHT = [
    "Train on a folder of images",
    "Choose a likelihood",
    "Add a likelihood",
    "Continue a training",
    "Serve a model",
    "What `kl` means",
]


def is_page(path) -> bool:
    return path.suffix == ".md" and path.is_file()


@pytest.mark.parametrize("page", LINKED, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_files_and_headings_that_are_there(page):
    found = links(page)
    assert [path for path, _ in found if not path.exists()] == []
    assert [(path, anchor) for path, anchor in found if anchor and anchor not in anchors(path)] == []


@pytest.mark.parametrize("heading", SOUGHT)
def test_what_people_look_for_is_within_two_clicks_of_the_readme(heading):
    reached = {README}
    for _ in range(2):
        reached |= {path for page in reached for path, _ in links(page) if is_page(path)}
    assert [page.name for page in reached - {README} if heading in headings(page)]
