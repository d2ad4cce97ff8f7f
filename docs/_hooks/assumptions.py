"""Fills the register of assumptions from the parameters and the calculators that read them."""

from typing import Any

from mkdocs.exceptions import PluginError

from calculators import data, registry
from calculators.engine.errors import DataError
from calculators.knowledge import assumptions

PAGE = "about/assumptions.md"
TABLE, COUNTS = "<!-- assumptions: table -->", "<!-- assumptions: counts -->"


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Put the table and the sentence in the place of their marks; a page without them stops the build."""
    if page.file.src_uri != PAGE:
        return markdown
    missing = [mark for mark in (TABLE, COUNTS) if mark not in markdown]
    if missing:
        raise PluginError(f"{PAGE} lost its mark {' and '.join(missing)}.")
    try:
        parameters, definitions = data.read("parameters"), registry.list_definitions()
    except DataError as error:
        raise PluginError(f"{error} The register of assumptions needs it: run `make data`.") from error
    root = "../" * page.url.count("/")
    filled = markdown.replace(TABLE, assumptions.table(parameters, definitions, root))
    return filled.replace(COUNTS, assumptions.counts(parameters, definitions))
