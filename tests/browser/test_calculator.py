"""The calculator page in Chromium: real engine, real files, real faults."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandapower
import pandapower.networks
import pandas as pd
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from calculators import registry
from calculators.adapters import files
from tests.watch import watch

pytestmark = pytest.mark.browser
ID = "neighbourhood-grid-impact"
PATH = f"calculators/{ID}/"
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SMALL = {"network": "kerber-rural-overhead", "ev_share_percent": 70, "n_draws": 3}
ENGINE_MS = 60_000
MEGABYTE = 1024 * 1024


def engines(page: Page) -> int:
    """Count the engine's workers; the theme's search has one of its own."""
    return sum(worker.url.endswith("assets/app/worker.js") for worker in page.workers)


def only_one_engine(page: Page) -> bool:
    """Whether one worker is left; the browser needs up to some seconds to end one it was told to terminate."""
    for _ in range(50):
        if engines(page) == 1:
            return True
        page.wait_for_timeout(200)
    return False


def enter(page: Page, inputs: dict[str, Any]) -> None:
    page.check('input[name="sc-view"][value="expert"]')
    for name, value in inputs.items():
        control = page.locator(f'.sc-field [name="{name}"]')
        if control.evaluate("(element) => element.tagName") == "SELECT":
            control.select_option(str(value))
        else:
            control.fill(str(value))


def press(page: Page) -> None:
    page.click('.sc-form button[type="submit"]')


def live(page: Page, headline: str) -> None:
    """Wait until the page shows this headline, no longer marked as stale."""
    expect(page.locator(".sc-headline")).to_have_text(headline, timeout=ENGINE_MS)
    expect(page.locator(".sc-stale-note")).to_be_hidden()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address + PATH)
    yield page
    context.close()


@pytest.fixture(scope="module")
def warm(browser: Browser, address: str) -> Iterator[Page]:
    """Return a page whose engine has run once; tests must not depend on its inputs."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address + PATH)
    enter(page, SMALL)
    press(page)
    live(page, registry.run(ID, SMALL)["headline"])
    yield page
    context.close()


@pytest.fixture(scope="module")
def village() -> Any:
    return pandapower.networks.create_kerber_dorfnetz()


def test_the_example_is_complete_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + PATH)
    expect(page.locator(".sc-headline")).to_have_text(registry.run(ID)["headline"])
    expect(page.locator(".sc-canvas svg").first).to_be_visible()
    expect(page.locator(".sc-noscript")).to_be_visible()
    expect(page.locator(".sc-live-only").first).to_be_hidden()
    context.close()


@pytest.mark.parametrize("base", ["address", "sub_address"])
def test_a_run_answers_as_the_engine_does_natively_with_no_other_host(
    browser: Browser, base: str, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue(base)
    context = browser.new_context()
    page = context.new_page()
    seen = watch(page, address)
    page.goto(address + PATH)
    example = page.locator(".sc-headline").inner_text()
    enter(page, SMALL)
    expect(page.locator(".sc-stale-note")).to_be_visible()
    press(page)
    native = registry.run(ID, SMALL)
    assert native["headline"] != example
    live(page, native["headline"])
    assert native["scenario_hash"] in page.locator(".sc-version").inner_text()
    expect(page.locator(".sc-canvas svg")).to_have_count(len(native["charts"]))
    assert engines(page) == 1
    assert seen == []
    context.close()


def test_cancel_keeps_the_inputs_and_what_was_finished_and_the_next_run_works(warm: Page) -> None:
    enter(warm, {**SMALL, "network": "kerber-suburb", "n_draws": 200})
    press(warm)
    expect(warm.locator(".sc-stage")).to_contain_text(" of ", timeout=ENGINE_MS)
    warm.click('[data-action="cancel"]')
    expect(warm.locator(".sc-status")).to_contain_text("Cancelled")
    expect(warm.locator(".sc-progress")).to_be_hidden()
    expect(warm.locator('[name="n_draws"]')).to_have_value("200")
    expect(warm.locator(".sc-status")).to_contain_text("The part that was finished is shown")
    expect(warm.locator(".sc-warnings")).to_contain_text("The run was stopped after")
    asked = {**SMALL, "ev_share_percent": 20}
    enter(warm, asked)
    press(warm)
    live(warm, registry.run(ID, asked)["headline"])
    assert engines(warm) == 1


def test_cancel_replaces_the_worker_where_the_browser_cannot_suspend(page: Page) -> None:
    def older(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body="delete WebAssembly.Suspending;" + answer.text())

    page.route("**/assets/app/worker.js", older)
    enter(page, {**SMALL, "network": "kerber-suburb", "n_draws": 200})
    press(page)
    expect(page.locator(".sc-stage")).to_contain_text(" of ", timeout=ENGINE_MS)
    page.wait_for_function("() => / [1-9].* of /.test(document.querySelector('.sc-stage').textContent)")
    page.click('[data-action="cancel"]')
    expect(page.locator(".sc-status")).to_contain_text("Cancelled")
    enter(page, SMALL)
    press(page)
    live(page, registry.run(ID, SMALL)["headline"])
    assert only_one_engine(page)


def test_an_edit_during_a_run_marks_the_answer_that_arrives(warm: Page) -> None:
    asked = {**SMALL, "ev_share_percent": 35, "n_draws": 6}
    enter(warm, asked)
    press(warm)
    warm.fill('[name="ev_share_percent"]', "36")
    expect(warm.locator(".sc-headline")).to_have_text(registry.run(ID, asked)["headline"], timeout=ENGINE_MS)
    expect(warm.locator(".sc-stale-note")).to_be_visible()
    warm.fill('[name="ev_share_percent"]', "35")
    expect(warm.locator(".sc-stale-note")).to_be_hidden()


def test_restored_inputs_wait_for_run(page: Page) -> None:
    page.fill('[name="ev_share_percent"]', "30")
    page.reload()
    expect(page.locator('[name="ev_share_percent"]')).to_have_value("30")
    expect(page.locator(".sc-stale-note")).to_be_visible()
    expect(page.locator(".sc-status")).to_contain_text("restored")
    page.wait_for_timeout(500)
    assert engines(page) == 0


def test_own_network_is_opened_and_computed(warm: Page, village: Any) -> None:
    text = pandapower.to_json(village)
    enter(warm, {**SMALL, "network": "kerber-suburb"})
    warm.set_input_files(
        "#sc-network-file", {"name": "v.json", "mimeType": "application/json", "buffer": text.encode()}
    )
    asked = {**SMALL, "network": "v.json"}
    live(warm, registry.run(ID, asked, files={"network": text.encode()})["headline"])
    expect(warm.locator(".sc-file-name")).to_have_text("v.json")
    expect(warm.locator(".sc-audit")).to_contain_text("The file holds 116 buses, 114 lines, 1 transformers")
    warm.click('[data-action="recheck"]')
    answer = warm.locator(".sc-recheck-answer")
    expect(answer).to_contain_text(f"pandapower {pandapower.__version__}", timeout=ENGINE_MS)
    difference = float(answer.locator("p").inner_text().split(":")[1].removesuffix("pu."))
    assert difference < 1e-7


def test_own_network_in_a_spreadsheet_is_opened(warm: Page, village: Any, tmp_path: Path) -> None:
    book = tmp_path / "v.xlsx"
    book.write_bytes(files.write(files.read_tables("v.json", pandapower.to_json(village)), "xlsx"))
    enter(warm, {**SMALL, "network": "kerber-suburb"})
    warm.set_input_files("#sc-network-file", book)
    asked = {**SMALL, "network": "v.xlsx"}
    live(warm, registry.run(ID, asked, files={"network": book.read_bytes()})["headline"])
    expect(warm.locator(".sc-file-name")).to_have_text("v.xlsx")


def _nan(net: Any) -> None:
    net.line.loc[net.line.index[0], "x_ohm_per_km"] = float("nan")


def _island(net: Any) -> None:
    net.line.loc[net.line.index[0], "in_service"] = False


def _two_slacks(net: Any) -> None:
    pandapower.create_ext_grid(net, net.bus.index[-1])


def _huge(net: Any) -> None:
    row = net.bus.iloc[[0]]
    net.bus = pd.concat([row] * 20_000, ignore_index=True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (None, "not valid JSON"),
        (_nan, "x_ohm_per_km"),
        (_island, "suppl"),
        (_two_slacks, "ext_grid"),
        (_huge, "20,000 buses"),
    ],
)
def test_an_unusable_network_is_one_clear_message(
    warm: Page, village: Any, change: Callable[[Any], None] | None, words: str
) -> None:
    net = copy.deepcopy(village)
    if change:
        change(net)
    text = pandapower.to_json(net)
    buffer = (text if change else text[:5000]).encode()
    enter(warm, {**SMALL, "charger_kw": "3.7"})
    warm.set_input_files(
        "#sc-network-file", {"name": "bad.json", "mimeType": "application/json", "buffer": buffer}
    )
    problems = warm.locator(".sc-problems li")
    expect(problems).to_have_count(1, timeout=ENGINE_MS)
    expect(problems).to_contain_text("bad.json")
    expect(problems).to_contain_text(words)
    expect(warm.locator(".sc-failure")).to_be_hidden()
    expect(warm.locator('[name="charger_kw"]')).to_have_value("3.7")
    expect(warm.locator(".sc-progress")).to_be_hidden()


def test_a_file_above_the_limit_is_not_read(page: Page, tmp_path: Path) -> None:
    large = tmp_path / "large.json"
    with large.open("wb") as stream:
        stream.truncate(51 * MEGABYTE)
    page.fill('[name="charger_kw"]', "3.7")
    page.set_input_files("#sc-network-file", large)
    expect(page.locator(".sc-problems li")).to_have_text(
        "large.json is 51 MB. The limit is 50 MB. Export only the low-voltage feeder you want to study."
    )
    expect(page.locator('[name="charger_kw"]')).to_have_value("3.7")


def _missing(route: Route) -> None:
    route.fulfill(status=404, body="no such file")


def _truncated(route: Route) -> None:
    route.fulfill(status=200, content_type="application/wasm", body=b"\0asm\1\0\0\0")


def _web_page(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body="<!doctype html><p>Please sign in</p>")


@pytest.mark.parametrize(
    ("fault", "words"),
    [(_missing, "was not found"), (_truncated, "incomplete"), (_web_page, "not a WebAssembly file")],
)
def test_a_broken_runtime_file_is_a_message_with_retry(
    page: Page, fault: Callable[[Route], None], words: str
) -> None:
    page.route("**/*.wasm", fault)
    enter(page, SMALL)
    press(page)
    failure = page.locator(".sc-failure")
    expect(failure).to_contain_text(words, timeout=ENGINE_MS)
    expect(page.locator('[name="ev_share_percent"]')).to_have_value("70")
    expect(page.locator(".sc-progress")).to_be_hidden()
    page.unroute("**/*.wasm")
    page.click('[data-action="retry"]')
    live(page, registry.run(ID, SMALL)["headline"])
    expect(failure).to_be_hidden()


def test_twenty_page_changes_leave_one_worker(page: Page) -> None:
    enter(page, SMALL)
    press(page)
    live(page, registry.run(ID, SMALL)["headline"])
    page.evaluate("() => { window.sameVisit = true; }")
    follow = "(end) => [...document.links].find((a) => a.pathname.endsWith(end)).click()"
    for turn in range(20):
        away = turn % 2 == 0
        page.evaluate(follow, "/calculators/" if away else f"/{ID}/")
        expect(page.locator(".sc-calc.sc-live")).to_have_count(0 if away else 1)
    page.fill('[name="ev_share_percent"]', "40")
    press(page)
    live(page, registry.run(ID, {**SMALL, "ev_share_percent": 40})["headline"])
    assert page.evaluate("() => window.sameVisit")
    assert engines(page) == 1


def test_typing_stays_on_the_page_and_a_comma_is_a_decimal_sign(page: Page) -> None:
    url = page.url
    field = page.locator('[name="charger_kw"]')
    field.fill("")
    field.press_sequentially("1,5.np")
    page.wait_for_timeout(300)
    assert page.url == url
    expect(field).to_have_value("1,5.np")
    expect(page.locator('[data-name="charger_kw"] .sc-error')).to_contain_text("is not a number")
    field.fill("7,4")
    expect(page.locator('[data-name="charger_kw"] .sc-read')).to_have_text("Read as 7.4 kW")
    expect(page.locator('[data-name="charger_kw"] .sc-error')).to_be_hidden()


def _findings(context: BrowserContext, page: Page) -> list[str]:
    context.new_cdp_session(page).send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    found: list[str] = page.evaluate(
        "async () => (await axe.run()).violations.map("
        "(v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ')).join(' | '))"
    )
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible_on_a_phone_before_and_after_a_run(browser: Browser, address: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address + PATH)
    expect(page.locator(".sc-calc.sc-live")).to_have_count(1)
    assert _findings(context, page) == []
    enter(page, SMALL)
    assert _findings(context, page) == []  # stale
    press(page)
    live(page, registry.run(ID, SMALL)["headline"])
    assert _findings(context, page) == []
    wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    context.close()
