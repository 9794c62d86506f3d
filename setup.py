"""What setup.cfg cannot say: the README as package indexes show it, where the files that it links to are not."""

import pathlib
import re

from setuptools import setup

# Code is left as it is; beyond it, what is linked to or shown, and is no address.
CODE_OR_LINK = re.compile(r"^```.*?^```|`[^`\n]+`|(!?)\[([^\]]*)\]\((?!https?:)([^)\s]+)\)", re.MULTILINE | re.DOTALL)


def without_links_to_files(text: str) -> str:
    """Markdown in which links to files, and pictures from files, are their texts and the files' names."""

    def replaced(match):
        is_picture, label, path = match.groups()
        if path is None:
            return match[0]
        return f"{'Picture: ' if is_picture else ''}{label} (`{path}`)"

    return CODE_OR_LINK.sub(replaced, text)


if __name__ == "__main__":
    readme = pathlib.Path(__file__).with_name("README.md").read_text(encoding="utf-8")
    setup(long_description=without_links_to_files(readme), long_description_content_type="text/markdown")
