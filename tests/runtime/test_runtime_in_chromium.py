"""The built runtime starts in a module worker under the site's content policy, from its own address alone."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from calculators.web.serve import serve

ROOT = Path(__file__).parents[2]
PAGE = (
    '<!doctype html><meta charset="utf-8"><title>runtime</title><script type="module" src="page.js"></script>'
)
PAGE_SCRIPT = """
const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => { window.answer = data; };
worker.onerror = (event) => { window.answer = "worker: " + event.message; };
"""
WORKER_SCRIPT = """
try {
  const root = new URL("runtime/", self.location.href);
  const manifest = await (await fetch(new URL("manifest.json", root))).json();
  const at = (path) => new URL(path, root).href;
  const { loadPyodide } = await import(at(manifest.pyodide.index + "pyodide.mjs"));
  const python = await loadPyodide({
    indexURL: at(manifest.pyodide.index),
    stdLibURL: at(manifest.pyodide.stdlib),
    lockFileURL: at(manifest.lock),
    packageBaseUrl: root.href,
  });
  await python.loadPackage(manifest.tiers.core.packages, { messageCallback: () => {} });
  postMessage(python.runPython(
    "import numpy, calculators.web.bridge; float(numpy.linalg.solve([[3.0, 1.0], [1.0, 2.0]], [9.0, 8.0]).sum())"
  ));
} catch (error) {
  postMessage(`failed: ${error.message}`);
}
"""


@pytest.fixture(params=["/", "/sub/path/"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    files = {"index.html": PAGE, "page.js": PAGE_SCRIPT, "worker.js": WORKER_SCRIPT}
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "runtime").symlink_to(ROOT / "build" / "runtime")
    server = serve(tmp_path, 0, request.param)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{request.param}"
    server.shutdown()
    server.server_close()


@pytest.mark.browser
def test_core_computes_under_the_content_policy_with_no_wheel_and_no_other_host(address: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "no Chromium found; run `make browsers`"
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        page.wait_for_function("() => window.answer !== undefined", timeout=60_000)
        answer: Any = page.evaluate("() => window.answer")
        browser.close()
    assert answer == pytest.approx(5.0, rel=1e-12)
    assert not [url for url in asked if not url.startswith(("http://127.0.0.1:", "blob:"))]
    assert not [url for url in asked if "/runtime/" in url and not url.startswith(f"{address}runtime/")]
    assert any(url.endswith(".wasm") for url in asked)
    assert not [url for url in asked if url.endswith(".whl")]
