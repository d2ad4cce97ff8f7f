"""Every page in a real browser: accessibility, content policy, no other host, one page after another."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.watch import watch

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FINDINGS = """async () => (await axe.run()).violations.map(
  (v) => v.id + ": " + v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(" | "))"""


LARGE = 12  # a folder with more pages than this holds one kind of page: some stand for all


def _sample(site: Path) -> list[str]:
    """Return the pages to look at: all of small folders, three of each large one, chosen by a fixed seed."""
    folders: dict[Path, list[str]] = {}
    for path in sorted(site.rglob("*.html")):
        folders.setdefault(path.parents[1], []).append(str(path.relative_to(site)))
    chance = random.Random(1)
    chosen = [chance.sample(names, 3) if len(names) > LARGE else names for names in folders.values()]
    return sorted(name for names in chosen for name in names)


def _look(browser: Browser, address: str, names: list[str], scheme: str, width: int) -> dict[str, list[str]]:
    """Return what is wrong by page: accessibility, noise, other hosts, width."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    problems = {}
    axe = AXE.read_text(encoding="utf-8")
    for name in names:
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
    return problems


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]
)
def test_pages_are_accessible_quiet_and_fit_the_screen(
    browser: Browser, address: str, site: Path, scheme: str, width: int
) -> None:
    assert _look(browser, address, _sample(site), scheme, width) == {}


def test_pages_are_accessible_and_quiet_under_a_sub_path(
    browser: Browser, sub_address: str, site: Path
) -> None:
    names = [name for name in _sample(site) if name != "404.html"]  # it needs SITE_URL to know where it is
    assert _look(browser, sub_address, names, "light", 1280) == {}


def test_the_menu_changes_pages_without_a_reload_and_keeps_the_content_policy(
    browser: Browser, address: str
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    seen = watch(page, address)
    page.goto(address)
    page.wait_for_load_state("networkidle")  # the list of pages has arrived
    page.evaluate("window.mark = 1")
    for link, path in (
        ("Guidance", "guidance/"),
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
