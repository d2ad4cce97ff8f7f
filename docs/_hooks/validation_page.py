"""Puts the published targets into the page on how we check."""

from pathlib import Path
from typing import Any

from calculators import loader
from calculators.knowledge import validation

MARK = "<!-- validation targets -->"


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Fill in the table, read from the files the tests read."""
    if MARK not in markdown:
        return markdown
    folder = Path(config.config_file_path).parent / "tests" / "validation" / "targets"
    targets = {
        path.stem: loader.parse(path.read_text("utf-8"), path.name) for path in sorted(folder.glob("*.yaml"))
    }
    return markdown.replace(MARK, validation.render(targets))
