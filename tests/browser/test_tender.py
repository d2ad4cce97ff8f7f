"""The tender wizard and the KPI check in Chromium: the same selection, the same documents, nothing sent."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from calculators import tender
from calculators.tender import answers, content, package
from tests.watch import watch

pytestmark = pytest.mark.browser
EXAMPLES = Path(__file__).parents[2] / "templates" / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.json"))
ENGINE_MS = 90_000


@pytest.fixture(scope="module")
def wizard(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.seen = watch(page, address)  # type: ignore[attr-defined]
    page.goto(address + "tender/write/")
    page.wait_for_selector(".tw-on")
    yield page
    assert page.seen == []  # type: ignore[attr-defined]
    context.close()


def _documents(page: Page) -> dict[str, bytes]:
    with page.expect_download(timeout=ENGINE_MS) as download:
        page.click('[data-action="write"]')
    archive = zipfile.ZipFile(download.value.path())
    return {name: archive.read(name) for name in archive.namelist()}


def _parts(content: bytes) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(content))
    return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", NAMES)
def test_browser_and_terminal_write_the_same_documents(wizard: Page, name: str) -> None:
    given: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    native = tender.generate(given)
    wizard.select_option('[name="example"]', name)
    written = _documents(wizard)
    assert list(written) == list(native)
    for file, body in native.items():
        if file.endswith((".docx", ".xlsx")):
            assert _parts(written[file]) == _parts(body), file
        else:
            assert written[file] == body, file


def test_what_applies_is_what_the_engine_selects_and_follows_an_answer(wizard: Page) -> None:
    given = json.loads((EXAMPLES / f"{NAMES[0]}.json").read_text("utf-8"))
    wizard.select_option('[name="example"]', NAMES[0])
    for change in ({}, {"q09": "L0"}):
        for question, option in change.items():
            wizard.check(f'[name="{question}"][value="{option}"]')
        wizard.click('[data-action="preview"]')
        found = package.machine(
            content.tender(answers.read({**given, "answers": {**given["answers"], **change}}))
        )
        expect(wizard.locator(".tw-status")).to_contain_text(
            f"{len(found['requirements'])} requirements apply", timeout=ENGINE_MS
        )


def test_answers_survive_a_reload_and_unknown_excludes_the_others(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address + "tender/write/")
    page.check('[name="q03"][value="depot"]')
    expect(page.locator('[name="q03"][value="dont-know"]')).not_to_be_checked()
    page.fill('[name="buyer.name"]', "Ciutat d'Exemple")
    page.fill('[name="weights"]', "quality 60\nprice 30")
    expect(page.locator(".tw-sum")).to_contain_text("90 %")
    page.reload()
    expect(page.locator('[name="q03"][value="depot"]')).to_be_checked()
    expect(page.locator('[name="buyer.name"]')).to_have_value("Ciutat d'Exemple")
    page.check('[name="q03"][value="dont-know"]')
    expect(page.locator('[name="q03"][value="depot"]')).not_to_be_checked()
    context.close()


def test_what_is_wrong_is_one_list_and_nothing_is_lost(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address + "tender/write/")
    page.fill('[name="weights"]', "quality 60\nprice 37")
    page.fill('[name="sites"]', "Market square; kerbside-ac; many; 22")
    page.click('[data-action="write"]')
    expect(page.locator(".sc-problems")).to_contain_text("Sites, line 1: “many” is not a number")
    page.fill('[name="sites"]', "Market square; kerbside-ac; 4; 22")
    page.click('[data-action="write"]')
    problems = page.locator(".sc-problems")
    expect(problems).to_contain_text("the name of the buyer is missing", timeout=ENGINE_MS)
    page.fill('[name="buyer.name"]', "Town of Example")
    page.click('[data-action="write"]')
    expect(problems).to_contain_text("97", timeout=ENGINE_MS)
    expect(page.locator('[name="weights"]')).to_have_value("quality 60\nprice 37")
    context.close()


def test_a_hundred_thousand_sessions_are_checked_with_bad_rows_listed(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    given = json.loads((EXAMPLES / "dutch-city-concession.json").read_text("utf-8"))
    contract, log = tmp_path / "tender.json", tmp_path / "sessions.csv"
    contract.write_bytes(tender.generate(given, ("json",))["tender.json"])
    rows = ["session_id,point_id,plug_in,plug_out,energy_kwh,success"]
    for number in range(100_000):
        day, hour = 1 + number % 28, number % 12
        stamp = f"2027-02-{day:02d}T{hour:02d}:00:00+01:00"
        later = f"2027-02-{day:02d}T{hour + 8:02d}:00:00+01:00"
        rows.append(
            f"s{number},p{number % 118},{stamp},{later},{10 + number % 7},{'no' if number % 100 == 0 else 'yes'}"
        )
    rows[501] = "s500,p1,2027-02-01T00:00:00+01:00,,10,yes"
    rows[502] = "s501,p1,2027-02-01T00:00:00+01:00,2027-02-01T08:00:00+01:00,much,yes"
    log.write_text("\n".join(rows) + "\n", "utf-8")
    context = browser.new_context()
    page = context.new_page()
    seen = watch(page, address)
    page.goto(address + "tender/check/")
    page.wait_for_selector(".tw-on")
    page.set_input_files('[name="tender"]', contract)
    page.set_input_files('[name="logs"]', log)
    page.click('button[type="submit"]')
    verdicts = page.locator(".tw-verdicts")
    expect(verdicts).to_contain_text(
        "sessions.csv (sessions): 99998 rows used, 2 malformed", timeout=ENGINE_MS
    )
    expect(verdicts).to_contain_text("plug_out is empty")
    expect(page.locator(".tw-status")).to_contain_text("pass")
    assert seen == []
    context.close()
