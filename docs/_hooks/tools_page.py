"""Fills the catalogue of planning and simulation tools from its data file."""

from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

from calculators import loader
from calculators.engine.errors import DataError
from calculators.knowledge import tools

PAGES = "guidance/tools/"
FILE = Path(__file__).resolve().parents[1] / "guidance" / "tools" / "tools.yaml"
MARKS = {
    "<!-- tools: choose -->": tools.choose,
    "<!-- tools: table -->": tools.table,
    "<!-- tools: cards -->": tools.cards,
    "<!-- tools: counts -->": tools.counts,
}


def known() -> list[dict[str, Any]]:
    """Return the catalogue, or stop the build with everything that is wrong with it."""
    try:
        return tools.checked(loader.parse(FILE.read_text("utf-8"), FILE.name), FILE.name)
    except DataError as error:
        raise PluginError(f"The catalogue of tools:\n{error}") from error


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Fill the marks of the catalogue's pages."""
    if not page.file.src_uri.startswith(PAGES):
        return markdown
    for mark, make in MARKS.items():
        if mark in markdown:
            markdown = markdown.replace(mark, make(known()))
    return markdown
