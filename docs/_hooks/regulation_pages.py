"""Fills the marks `<!-- register: … -->` of the pages on rules from the register's data."""

import re
from typing import Any

from mkdocs.exceptions import PluginError

from calculators import DATA_VERSION
from calculators.engine.errors import DataError
from calculators.knowledge import register, register_html, register_timeline

MARK = re.compile(r"<!-- register: ([a-z]+)(?: ([a-z-]+))? -->")


def fill(markdown: str, entries: register.Entries, root: str, where: str) -> str:
    """Return `markdown` with each mark replaced; an unknown one stops the build."""
    marks = register_timeline.rows(entries)

    def content(match: re.Match[str]) -> str:
        kind, part = match[1], match[2]
        if kind == "entries" and part and (found := register.of_part(entries, part)):
            return register_html.markdown(found, root)
        made = {
            "table": lambda: register_html.table(entries, root),
            "counts": lambda: register_html.counts(entries),
            "doubts": lambda: register_html.doubts(entries, root),
            "timeline": lambda: register_timeline.svg(marks, DATA_VERSION),
            "dates": lambda: register_timeline.table(marks, DATA_VERSION, root),
        }
        if part or kind not in made:
            raise PluginError(
                f"{where}: unknown mark '{match[0]}'. Use one of: {', '.join(made)}, entries PART."
            )
        return made[kind]()

    return MARK.sub(content, markdown)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Fill the marks of one page."""
    if not MARK.search(markdown):
        return markdown
    try:
        entries = register.load()
    except DataError as error:
        raise PluginError(f"{error} Pages on rules need it: run `make data`.") from error
    return fill(markdown, entries, "../" * page.url.count("/"), page.file.src_uri)
