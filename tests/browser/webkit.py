"""WebKitGTK's own small browser under a virtual screen, driven by WebDriver."""

from __future__ import annotations

import os
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import WebKitGTK, WebKitGTKOptions
from selenium.webdriver.webkitgtk.service import Service

BROWSERS = "*/webkit2gtk-4.*/MiniBrowser"
# Software drawing and no sandbox of its own: what a container without a graphics card needs.
SURROUNDINGS = {
    "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
    "WEBKIT_DISABLE_DMABUF_RENDERER": "1",
    "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
    "LIBGL_ALWAYS_SOFTWARE": "1",
}


@contextmanager
def webkit() -> Iterator[WebKitGTK]:
    """Return the running browser; it and its screen end with the block."""
    found = sorted(Path("/usr/lib").glob(BROWSERS))
    assert found, "WebKitGTK's MiniBrowser is missing; run `make browsers`"
    read, write = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as number:
        display = number.readline().strip()
    options = WebKitGTKOptions()
    options.binary_location = str(found[-1])
    options.add_argument("--automation")
    service = Service(
        "/usr/bin/WebKitWebDriver", env={**os.environ, **SURROUNDINGS, "DISPLAY": f":{display}"}
    )
    driver = None
    try:
        with warnings.catch_warnings():  # Selenium warns of an argument it passes to itself
            warnings.simplefilter("ignore", DeprecationWarning)
            driver = WebKitGTK(options=options, service=service)
        driver.set_script_timeout(60)
        yield driver
    finally:
        if driver is not None:
            driver.quit()
        screen.terminate()
        screen.wait(timeout=10)
