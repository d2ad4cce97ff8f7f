"""What several folders of tests need: the built site, its address, one browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from calculators.web.serve import serving

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of ./site, so that a build meanwhile disturbs nothing."""
    built = ROOT / "site"
    assert (built / "index.html").is_file(), "run `make build` first"
    return Path(shutil.copytree(built, tmp_path_factory.mktemp("built") / "site"))


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Return the address of the site at the root of its host."""
    with serving(site) as address:
        yield address


@pytest.fixture(scope="session")
def sub_address(site: Path) -> Iterator[str]:
    """Return the address of the site under a sub-path."""
    with serving(site, "/sub/path/") as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return headless Chromium as Debian installs it; one driver for all folders, since two would clash."""
    with sync_playwright() as player:
        running = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield running
        running.close()
