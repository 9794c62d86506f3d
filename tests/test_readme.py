"""The README is short, and the command that it gives for the tests is there. Its code and links: `tests/docs`."""

import configparser
import pathlib
import re

ROOT = pathlib.Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MOST_LINES, MOST_LINES_OF_TRAINING = 150, 11


def test_it_is_of_one_screen_and_the_code_of_ten_lines():
    assert len(README.splitlines()) <= MOST_LINES
    (code,) = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= MOST_LINES_OF_TRAINING


def test_its_test_command_checks_the_style_and_runs_all_tests():
    after = README.partition("<!-- test command -->\n```\n")[2].partition("\n```")[0]
    assert all(
        part in after for part in ('pip install -e ".[test]"', "ruff check .", "ruff format --check .", "pytest")
    )


def test_its_gallery_has_a_picture_for_each_use():
    pictures = re.findall(r"^!\[.+\]\((docs/pictures/\w+\.png)\)$", README, re.MULTILINE)
    uses = ("generate", "condition", "restore", "detect", "compress", "features", "serve")
    assert pictures == [f"docs/pictures/{use}.png" for use in uses]


def test_the_extras_that_pages_name_are_there():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    texts = [README, *(page.read_text(encoding="utf-8") for page in (ROOT / "docs").rglob("*.md"))]
    named = {extra for text in texts for extra in re.findall(r'"\.\[(\w+)\]"', text)}
    assert {"test", "docs", "cuda"} <= named <= set(config["options.extras_require"])
