"""The built site, served as a real host should, and one headless Chromium."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from calculators.web.serve import serve

ROOT = Path(__file__).parents[2]
CALCULATOR = "calculators/neighbourhood-grid-impact/"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of ./site, so that a build meanwhile disturbs nothing."""
    built = ROOT / "site"
    assert (built / CALCULATOR / "index.html").is_file(), "run `make build` first"
    return Path(shutil.copytree(built, tmp_path_factory.mktemp("built") / "site"))


def _served(site: Path, prefix: str) -> Iterator[str]:
    server = serve(site, 0, prefix)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{prefix}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Return the address of the site at the root of its host."""
    yield from _served(site, "/")


@pytest.fixture(scope="session")
def sub_address(site: Path) -> Iterator[str]:
    """Return the address of the site under a sub-path."""
    yield from _served(site, "/sub/path/")


@pytest.fixture(scope="module")  # closed after each file: other folders start a driver of their own
def browser() -> Iterator[Browser]:
    """Return headless Chromium as Debian installs it."""
    with sync_playwright() as player:
        running = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield running
        running.close()
