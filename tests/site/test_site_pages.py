"""What must hold for every built page, without a browser."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from calculators.web import serve
from tests.site.html import Page

ROOT = Path(__file__).parents[2]
# A fetch of another host in our own or the theme's script; links and XML name spaces fetch nothing.
FETCHES = re.compile(r"""(?:fetch|import|importScripts|Worker)\(\s*["'`]https?://""")


def _policy() -> str:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    block = re.search(r"^  csp: >-\n((?:    .*\n)+)", text, re.MULTILINE)
    assert block
    return " ".join(yaml.safe_load("csp: >-\n" + block[1])["csp"].split())


def test_there_are_pages_and_the_calculators_are_among_them(pages: dict[str, Page]) -> None:
    assert "index.html" in pages and "404.html" in pages
    for definition in (ROOT / "calculators" / "definitions").glob("*.yaml"):
        assert f"calculators/{definition.stem}/index.html" in pages


def test_every_title_is_used_once(pages: dict[str, Page]) -> None:
    titles = Counter(page.title for page in pages.values())
    assert [title for title, n in titles.items() if n > 1 or not title.strip()] == []


def test_every_page_has_a_description_of_its_own_and_a_language(pages: dict[str, Page]) -> None:
    told = {name: page for name, page in pages.items() if name != "404.html"}
    assert [name for name, page in told.items() if not 40 <= len(page.description) <= 320] == []
    assert [text for text, n in Counter(page.description for page in told.values()).items() if n > 1] == []
    assert {page.language for page in pages.values()} == {"en"}


def test_every_page_carries_the_one_content_policy(pages: dict[str, Page]) -> None:
    assert {page.policy for page in pages.values()} == {_policy()}
    assert "unsafe-inline" not in _policy() and "'unsafe-eval'" not in _policy() and "http" not in _policy()


def test_our_own_server_sends_the_same_content_policy() -> None:
    assert sorted(serve.CSP.split("; ")) == sorted(_policy().split("; "))


def test_our_own_server_answers_a_missing_page_with_the_sites_own(address: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(address + "no-such-page/")
    assert missing.value.code == 404
    assert "Page not found" in missing.value.read().decode()


def test_the_nginx_example_sends_the_same_content_policy() -> None:
    example = (ROOT / "docs" / "assets" / "hosting" / "nginx.conf").read_text(encoding="utf-8")
    assert f'Content-Security-Policy "{_policy()}; frame-ancestors' in example


def test_no_page_has_an_inline_script_style_or_handler(pages: dict[str, Page]) -> None:
    assert {name: page.inline for name, page in pages.items() if page.inline} == {}


def test_no_page_loads_anything_from_another_host(pages: dict[str, Page], site: Path) -> None:
    loaded = {(name, url) for name, page in pages.items() for url in page.resources if urlsplit(url).netloc}
    assert loaded == set()
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"url\(\s*[\"']?(?:https?:)?//|@import", text), sheet


def test_no_script_of_ours_fetches_from_another_host(site: Path) -> None:
    scripts = [path for path in site.glob("assets/**/*.js") if path.parts[-2] != "javascripts"]
    assert scripts
    for script in scripts:
        assert not FETCHES.search(script.read_text(encoding="utf-8")), script


def test_every_link_and_resource_inside_the_site_leads_somewhere(pages: dict[str, Page], site: Path) -> None:
    broken = []
    for name, page in pages.items():
        if name == "404.html":  # its addresses are absolute, for they must hold at any depth
            continue
        for url in page.links + page.resources:
            parts = urlsplit(url)
            if parts.scheme or parts.netloc:
                continue
            target = (site / name).parent / unquote(parts.path) if parts.path else site / name
            target = target / "index.html" if target.is_dir() else target
            known = pages.get(str(target.resolve().relative_to(site.resolve())))
            if not target.is_file() or (
                parts.fragment and known and unquote(parts.fragment) not in known.ids
            ):
                broken.append((name, url))
    assert broken == []


def test_every_page_offers_notice_privacy_and_error_report(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        for part in ("legal/", "privacy/", "report-an-error/"):
            assert any(link.endswith(part) for link in page.links) or part in name, (name, part)
        assert "not advice" in page.path.read_text(encoding="utf-8"), name


def test_build_files_and_theme_sources_are_not_published(site: Path) -> None:
    assert not any((site / name).exists() for name in ("_hooks", "_theme", "templates"))


def test_search_knows_the_calculators_by_their_words_but_not_by_their_data(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    for definition in (ROOT / "calculators" / "definitions").glob("*.yaml"):
        entries = [
            doc for doc in index["docs"] if doc["location"].startswith(f"calculators/{definition.stem}/")
        ]
        text = " ".join(doc["title"] + doc["text"] for doc in entries)
        assert yaml.safe_load(definition.read_text(encoding="utf-8"))["title"]["en"] in text
        assert 200 < len(text) < 10_000 and "['" not in text
