"""Copies the browser runtime and the page scripts, built by other make targets, into the site."""

import shutil
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

PARTS = {"build/runtime": ("runtime", "make runtime"), "build/web": ("assets/app", "make web")}


def on_post_build(config: Any) -> None:
    """Copy each part; a missing one stops the build and names the make target."""
    root, site = Path(config.config_file_path).parent, Path(config.site_dir)
    for source, (target, command) in PARTS.items():
        if not (root / source).is_dir():
            raise PluginError(f"{source} is missing, so calculators would not run. Run `{command}` first.")
        shutil.copytree(root / source, site / target, dirs_exist_ok=True)
