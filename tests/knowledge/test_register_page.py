"""The register's filter in a real browser, and the page without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from calculators.knowledge import register
from tests.watch import watch

pytestmark = pytest.mark.browser
ROWS = ".reg-list tbody tr"


def _shown(page: Page) -> list[str]:
    shown: list[str] = page.eval_on_selector_all(
        ROWS, "(rows) => rows.filter((r) => !r.hidden).map((r) => r.id)"
    )
    return shown


def test_a_choice_shows_what_the_function_says_and_its_link_brings_it_back(
    browser: Browser, address: str
) -> None:
    expected = [
        match.id
        for match in register.applies(
            register.load(), "city", country="NL", site_type="hub", delivery_date="2027-06-30"
        )
        if match.when in ("applies", "proposed")
    ]
    page = browser.new_page()
    seen = watch(page, address)
    page.goto(address + "regulation/")
    page.get_by_label("You are").select_option("city")
    page.get_by_label("Country").select_option("NL")
    page.get_by_label("Kind of site").select_option("hub")
    page.get_by_label("Ready for use on").fill("2027-06-30")
    assert _shown(page) == expected
    expect(page.locator(".reg-found")).to_contain_text(f"{len(expected)} of {len(register.load())}")
    link = page.url
    assert link.endswith("#role=city&country=NL&site=hub&date=2027-06-30")

    again = browser.new_page()
    again.goto(link)
    expect(again.get_by_label("Country")).to_have_value("NL")
    assert _shown(again) == expected
    again.close()

    page.get_by_role("button", name="Show all").click()
    page.wait_for_function("() => !location.hash")
    assert len(_shown(page)) == len(register.load())
    page.get_by_label("Words").fill("iso 15118-20")
    assert "iso-15118-20" in _shown(page) and "nis2" not in _shown(page)
    assert seen == []
    page.close()


def test_a_country_profile_leads_to_the_register_for_that_country(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address + "regulation/countries/de/")
    page.get_by_role("link", name="What applies in Germany").click()
    expect(page.get_by_label("Country")).to_have_value("DE")
    assert "de-enwg-14a" in _shown(page) and "no-capacity-tariff" not in _shown(page)
    page.close()


def test_without_script_every_entry_is_there_and_no_dead_form(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "regulation/#nis2")
    assert page.locator(ROWS).count() == len(register.load())
    assert page.locator("#nis2").is_visible() and page.locator(".reg-filter").is_hidden()
    context.close()
