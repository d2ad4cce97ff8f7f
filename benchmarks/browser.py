"""In Chromium, from an empty cache: how long until a person sees an answer of their own."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from calculators.web.serve import serving

ROOT = Path(__file__).parents[1]
PAGE = "calculators/neighbourhood-grid-impact/"
SMALL = {"network": "kerber-rural-cable", "n_draws": "3"}


YEAR = """
import time
import numpy as np
from calculators.adapters import networks
from calculators.engine.grid import solve
network = networks.load("kerber-suburb")
p_kw = network.p_load_kw[:, None] * np.random.default_rng(1).uniform(0.2, 1.5, (network.n_load, 8760))
times = []
for _ in range(6):
    start = time.perf_counter()
    solve(network, p_kw, 0.2 * p_kw)
    times.append(time.perf_counter() - start)
sorted(times[1:])[2]
"""


def table() -> dict[str, Any]:
    """Return seconds in Chromium, medians of five: to a live result, cold and warm, and a year of power flow."""
    with serving(ROOT / "site") as address, sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        small = [_visit(browser, address + PAGE, SMALL) for _ in range(5)]
        default = [_visit(browser, address + PAGE, {"ev_share_percent": "40"}) for _ in range(5)]
        year = _python(browser, YEAR)
        browser.close()
    names = (
        "first live answer, cold, 8 homes and 3 weeks",
        "again in the same visit",
        "first live answer, cold, 146 homes and 10 weeks",
        "again, 146 homes",
    )
    columns = [*zip(*small, strict=True), *zip(*default, strict=True)]
    rows = [
        {"who": name, "seconds": statistics.median(times)} for name, times in zip(names, columns, strict=True)
    ]
    rows.append({"who": "power flow, 8,760 steps, 294 buses, all outputs", "seconds": year})
    return {"title": "In Chromium, core tier", "rows": rows}


def _python(browser: Browser, code: str) -> float:
    """Return what `code` answers in Chromium."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "tests" / "runtime" / "page", folder, dirs_exist_ok=True)
        Path(folder, "runtime").symlink_to(ROOT / "build" / "runtime")
        with serving(Path(folder)) as address:
            page = browser.new_page()
            page.goto(address)
            answer = page.evaluate("([tier, code]) => window.python(tier, code)", ["core", code])
            page.close()
    return float(answer)


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
