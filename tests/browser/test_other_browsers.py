"""The same journey in the two other engines: Firefox suspends Python, WebKit cannot and replaces its worker."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from calculators import registry
from tests.browser.webkit import webkit

pytestmark = pytest.mark.browser
ID = "neighbourhood-grid-impact"
PATH = f"calculators/{ID}/"
RURAL = {"network": "kerber-rural-overhead"}
ENGINE_S = 120


def test_firefox_runs_cancels_and_runs_again(address: str) -> None:
    asked = subprocess.run(
        ["node", str(Path(__file__).with_name("firefox.mjs")), address + PATH],
        capture_output=True,
        text=True,
        timeout=ENGINE_S,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    seen = json.loads(asked.stdout)
    assert seen["errors"] == []
    assert "Cancelled" in seen["status"]
    assert seen["first"] == registry.run(ID, {**RURAL, "n_draws": 3})["headline"]
    assert seen["second"] == registry.run(ID, {**RURAL, "n_draws": 4, "ev_share_percent": 20})["headline"]


def test_webkit_runs_cancels_and_runs_again(address: str) -> None:
    with webkit() as driver:

        def text(selector: str) -> str:
            return str(
                driver.execute_script("return document.querySelector(arguments[0]).textContent", selector)
            )

        def run(**inputs: Any) -> None:
            driver.execute_script(
                """for (const [name, value] of Object.entries(arguments[0])) {
                     const control = document.querySelector(`.sc-field [name="${name}"]`);
                     control.value = value;
                     control.dispatchEvent(new Event("input", { bubbles: true }));
                   }
                   document.querySelector('.sc-form button[type="submit"]').click();""",
                {name: str(value) for name, value in inputs.items()},
            )

        wait = WebDriverWait(driver, ENGINE_S)
        driver.get(address + PATH)
        wait.until(lambda _: driver.execute_script("return document.querySelector('.sc-live') !== null"))
        example = text(".sc-headline")
        run(**RURAL, n_draws=3)
        wait.until(lambda _: text(".sc-headline") != example)
        first = text(".sc-headline")
        run(network="kerber-suburb", n_draws=200)
        wait.until(lambda _: " of " in text(".sc-stage"))
        driver.execute_script("document.querySelector('[data-action=cancel]').click()")
        status = text(".sc-status")
        run(**RURAL, n_draws=4, ev_share_percent=20)
        wait.until(lambda _: text(".sc-headline") != first)
        second = text(".sc-headline")
    assert first.strip() == registry.run(ID, {**RURAL, "n_draws": 3})["headline"]
    assert "Cancelled" in status
    assert second.strip() == registry.run(ID, {**RURAL, "n_draws": 4, "ev_share_percent": 20})["headline"]
