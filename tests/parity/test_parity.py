"""The browser and the terminal give the same numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser

from calculators import registry

pytestmark = pytest.mark.browser
ID = "neighbourhood-grid-impact"
CASES: list[dict[str, Any]] = [
    {"n_draws": 3},
    {"network": "kerber-rural-overhead", "ev_share_percent": 100, "charger_kw": 22, "n_draws": 5},
    {
        "network": "kerber-village",
        "strategy": "valley-filling",
        "household_kwh": 4321.5,
        "homes_per_connection": 2,
        "drop_limit_percent": 3,
        "n_draws": 4,
    },
]
RUN = """async ([calculator, cases]) => {
  const root = new URL("../../runtime/", location.href);
  const worker = new Worker(new URL("../../assets/app/worker.js", location.href), { type: "module" });
  let id = 0;
  const ask = (message) => new Promise((resolve, reject) => {
    id += 1;
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }) => {
      if (data.progress) return;
      if (data.ok) resolve(data.value); else reject(new Error(data.message));
    };
    worker.postMessage({ ...message, id });
  });
  const manifest = await (await fetch(new URL("manifest.json", root))).json();
  await ask({ action: "start", root: root.href, manifest });
  await ask({ action: "load", tier: "core", packages: manifest.tiers.core.packages });
  const answers = [];
  for (const inputs of cases) {
    const request = JSON.stringify({ inputs, seed: 7 });
    answers.push(await ask({ action: "call", method: "calculators.run", parameters: [calculator, request, {}] }));
  }
  return answers;
}"""


def close(path: str, ours: Any, theirs: Any) -> list[str]:
    """Return where two JSON values differ, numbers compared to 1e-9."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and list(ours) == list(theirs):
        return [text for key in ours for text in close(f"{path}.{key}", ours[key], theirs[key])]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [text for step, (one, other) in pairs for text in close(f"{path}[{step}]", one, other)]
    number = isinstance(ours, float) and isinstance(theirs, int | float)
    same = ours == pytest.approx(theirs, rel=1e-9, abs=1e-12) if number else ours == theirs
    return [] if same else [f"{path}: {ours!r} here, {theirs!r} in the browser"]


def _quick(calculator: str) -> dict[str, Any]:
    """Return the fewest random weeks a calculator allows: parity does not grow with their number."""
    for item in registry.definition(calculator)["inputs"]:
        if item["name"] == "n_draws":
            return {"n_draws": item["min"]}
    return {}


def _agree(browser: Browser, address: str, calculator: str, cases: list[dict[str, Any]]) -> None:
    page = browser.new_page()
    page.goto(f"{address}calculators/{calculator}/")
    answers = [json.loads(text) for text in page.evaluate(RUN, [calculator, cases])]
    page.close()
    for inputs, answer in zip(cases, answers, strict=True):
        assert answer["ok"], answer
        native = json.loads(json.dumps(registry.run(calculator, inputs, seed=7)))
        for key in native:
            assert close(key, native[key], answer["result"][key]) == []


def test_the_neighbourhood_agrees_on_several_networks(browser: Browser, address: str) -> None:
    _agree(browser, address, ID, CASES)


@pytest.mark.parametrize("calculator", sorted(set(registry.list_definitions()) - {ID}))
def test_every_calculator_agrees(browser: Browser, address: str, calculator: str) -> None:
    _agree(browser, address, calculator, [_quick(calculator)])
