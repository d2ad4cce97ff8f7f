"""Fills `{{ name }}` in pages from `extra` of mkdocs.yml; a name that is not there stops the build."""

import re
from typing import Any

from mkdocs.exceptions import PluginError

MARKER = re.compile(r"\{\{ (\w+) \}\}")


def fill(text: str, values: dict[str, Any], where: str) -> str:
    """Return `text` with each marker replaced by its value."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in values:
            raise PluginError(f"{where}: unknown marker '{name}'. Use one of: {', '.join(sorted(values))}.")
        return str(values[name])

    return MARKER.sub(value, text)


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Fill the markers of one page."""
    return fill(markdown, config.extra, page.file.src_uri)
