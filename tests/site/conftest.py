"""The site, built once, strictly, into a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from calculators.web.serve import serve
from tests.site.html import Page, read

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a fresh strict build; a warning of the build fails every test here."""
    out = tmp_path_factory.mktemp("site")
    run = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return out


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, Page]:
    """Return every built page by its path in the site."""
    return {str(path.relative_to(site)): read(path) for path in sorted(site.rglob("*.html"))}


@pytest.fixture(scope="session", params=["/", "/sub/path/"])
def address(site: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of the served site, at the root and under a sub-path."""
    server = serve(site, 0, request.param)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{request.param}"
    server.shutdown()
    server.server_close()
