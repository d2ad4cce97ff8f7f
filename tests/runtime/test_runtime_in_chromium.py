"""The built runtime starts in a module worker under the site's content policy, from its own address alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from calculators.web.serve import serving

ROOT = Path(__file__).parents[2]
SUM = "import numpy, calculators.web.bridge; float(numpy.linalg.solve([[3.0, 1.0], [1.0, 2.0]], [9.0, 8.0]).sum())"


@pytest.mark.browser
@pytest.mark.parametrize("prefix", ["/", "/sub/path/"])
def test_core_computes_under_the_content_policy_with_no_wheel_and_no_other_host(
    browser: Browser, prefix: str, tmp_path: Path
) -> None:
    folder = shutil.copytree(Path(__file__).with_name("page"), tmp_path / "page")
    (folder / "runtime").symlink_to(ROOT / "build" / "runtime")
    asked: list[str] = []
    with serving(folder, prefix) as address:
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        answer = page.evaluate("([tier, code]) => window.python(tier, code)", ["core", SUM])
        page.close()
    assert answer == pytest.approx(5.0, rel=1e-12)
    assert not [url for url in asked if not url.startswith(("http://127.0.0.1:", "blob:"))]
    assert not [url for url in asked if "/runtime/" in url and not url.startswith(f"{address}runtime/")]
    assert any(url.endswith(".wasm") for url in asked)
    assert not [url for url in asked if url.endswith(".whl")]
