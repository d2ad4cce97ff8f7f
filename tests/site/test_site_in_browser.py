"""Every page in a real browser: accessibility, content policy, no other host, one page after another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.watch import watch

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FINDINGS = """async () => (await axe.run()).violations.map(
  (v) => v.id + ": " + v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(" | "))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return headless Chromium as Debian installs it."""
    with sync_playwright() as player:
        running = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield running
        running.close()


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]
)
def test_every_page_is_accessible_quiet_and_fits_the_screen(
    browser: Browser, address: str, site: Path, scheme: str, width: int
) -> None:
    if "/sub/" in address and (scheme, width) != ("light", 1280):
        pytest.skip("under a sub-path one look is enough: only addresses differ")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    problems = {}
    axe = AXE.read_text(encoding="utf-8")
    for path in sorted(site.rglob("*.html")):
        name = str(path.relative_to(site))
        if name == "404.html" and "/sub/" in address:  # needs SITE_URL to know where it is
            continue
        page = context.new_page()
        seen = watch(page, address)
        page.goto(address + name)
        page.wait_for_load_state("networkidle")
        context.new_cdp_session(page).send("Runtime.evaluate", {"expression": axe})
        found = page.evaluate(FINDINGS) + seen
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append("wider than the screen")
        if found:
            problems[name] = found
        page.close()
    context.close()
    assert problems == {}


def test_the_menu_changes_pages_without_a_reload_and_keeps_the_content_policy(
    browser: Browser, address: str
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    seen = watch(page, address)
    page.goto(address)
    page.wait_for_load_state("networkidle")  # the list of pages has arrived
    page.evaluate("window.mark = 1")
    for link, path in (
        ("Seven needs", "needs/"),
        ("How we check", "how-we-check/"),
        ("Calculators", "calculators/"),
    ):
        page.click(f".md-tabs >> text={link}")
        page.wait_for_function(
            f"() => document.querySelector('.md-tabs__item--active a').href.endsWith('{path}')"
        )
        assert page.evaluate("window.mark") == 1
        assert page.locator('meta[http-equiv="Content-Security-Policy"]').count() == 1
    assert seen == []
    page.close()


def test_search_finds_a_page_by_a_word_of_its_text(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    seen = watch(page, address)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.locator("[data-md-component=search-query]").press_sequentially("coincidence")
    page.wait_for_selector(".md-search-result__item a[href*='glossary'][href*='#quantities']")
    assert seen == []
    page.close()


def test_the_chosen_colours_are_kept_on_the_next_visit(browser: Browser, address: str) -> None:
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(address)
    page.click("label[title='Switch to dark mode']")
    page.goto(address + "needs/")
    assert page.get_attribute("body", "data-md-color-scheme") == "slate"
    context.close()


def test_a_page_reads_the_same_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("h1").inner_text() == "Plan charging and the grid together"
    assert page.locator(".md-footer >> text=Report an error").is_visible()
    context.close()
