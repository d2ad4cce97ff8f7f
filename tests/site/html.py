"""Reads a built page: title, links, resources, ids, without any package of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path


@dataclass
class Page:
    """What the tests look at in one built page."""

    path: Path
    title: str = ""
    description: str = ""
    policy: str = ""
    language: str = ""
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page, self._in_title = page, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        page = self.page
        if values.get("id"):
            page.ids.add(values["id"])
        self._in_title = tag == "title" and not page.title
        if tag == "html":
            page.language = values.get("lang", "")
        if tag == "meta" and values.get("name") == "description":
            page.description = values["content"]
        if tag == "meta" and values.get("http-equiv", "").lower() == "content-security-policy":
            page.policy = values["content"]
        if tag == "a" and "href" in values:
            page.links.append(values["href"])
        if tag == "link" and values.get("rel") != "canonical":
            page.resources.append(values["href"])
        if "src" in values:
            page.resources.append(values["src"])
        data = tag == "script" and values.get("type") == "application/json"
        if (tag == "script" and "src" not in values and not data) or tag == "style" or "style" in values:
            page.inline.append(self.get_starttag_text() or tag)
        page.inline += [f"{tag} {key}" for key in values if key.startswith("on")]

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.page.title += data

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False


def read(path: Path) -> Page:
    """Return what is in one HTML file."""
    page = Page(path)
    _Reader(page).feed(path.read_text(encoding="utf-8"))
    return page
