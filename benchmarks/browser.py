"""In Chromium, from an empty cache: how long until a person sees an answer of their own."""

from __future__ import annotations

import statistics
import threading
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from calculators.web.serve import serve

SITE = Path(__file__).parents[1] / "site"
PAGE = "calculators/neighbourhood-grid-impact/"
SMALL = {"network": "kerber-rural-cable", "n_draws": "3"}


def table() -> dict[str, Any]:
    """Return seconds from navigation to a live result, cold and warm, medians of five; needs a built site."""
    server = serve(SITE, 0, "/")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/{PAGE}"
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        small = [_visit(browser, address, SMALL) for _ in range(5)]
        default = [_visit(browser, address, {"ev_share_percent": "40"}) for _ in range(5)]
        browser.close()
    server.shutdown()
    names = (
        "cold, 8 homes and 3 weeks",
        "again in the same visit",
        "cold, 146 homes and 10 weeks",
        "again, 146 homes",
    )
    columns = [*zip(*small, strict=True), *zip(*default, strict=True)]
    return {
        "title": "Navigation to the first live answer in Chromium, core tier",
        "rows": [
            {"who": name, "seconds": statistics.median(times)}
            for name, times in zip(names, columns, strict=True)
        ],
    }


def _visit(browser: Browser, address: str, inputs: dict[str, str]) -> tuple[float, float]:
    context = browser.new_context()
    page = context.new_page()
    start = time.perf_counter()
    page.goto(address)
    page.check('input[name="sc-view"][value="expert"]')
    for name, value in inputs.items():
        control = page.locator(f'.sc-field [name="{name}"]')
        if control.evaluate("(element) => element.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    cold = _run(page, start)
    page.locator('.sc-field [name="charger_kw"]').fill("7.4")
    warm = _run(page, time.perf_counter())
    context.close()
    return cold, warm


def _run(page: Any, start: float) -> float:
    before = page.locator(".sc-headline").inner_text()
    page.click('.sc-form button[type="submit"]')
    page.wait_for_function(
        """([before]) => document.querySelector(".sc-headline").textContent.trim() !== before.trim()
            && document.querySelector(".sc-stale-note").hidden !== false""",
        arg=[before],
        timeout=120_000,
    )
    return time.perf_counter() - start
