"""The pages of the built site, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.site.html import Page, read


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, Page]:
    """Return every built page by its path in the site."""
    return {str(path.relative_to(site)): read(path) for path in sorted(site.rglob("*.html"))}
