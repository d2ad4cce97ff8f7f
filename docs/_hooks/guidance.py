"""Guidance pages: the menu from their folders, and the line under the heading from their front matter."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.utils.meta import get_data

from calculators.knowledge import claims

FOLDERS = {
    "needs": "Seven needs",
    "topics": "Topics",
    "recommendations": "Five recommendations",
    "tools": "Tools of others",
    "paths": "Reading paths",
}
NEEDED = ("title", "description", "owner_role", "last_reviewed", "review_by")
WORDS_PER_MINUTE = 200
COUNTS = "<!-- guidance: counts -->"


def on_config(config: Any) -> Any:
    """List the pages of each folder; `order` in the front matter comes before the title."""
    root = Path(config.docs_dir) / "guidance"
    menu: list[Any] = ["guidance/index.md"]
    for folder, name in FOLDERS.items():
        pages = []
        for path in (root / folder).glob("*.md"):
            meta = get_data(path.read_text("utf-8"))[1]
            if path.name != "index.md":
                entry = {
                    str(meta.get("nav_title", meta.get("title", path.stem))): f"guidance/{folder}/{path.name}"
                }
                pages.append((meta.get("order", 99), str(meta.get("title", path.stem)), entry))
        listed: list[Any] = [entry for _, _, entry in sorted(pages, key=lambda page: page[:2])]
        if (root / folder / "index.md").exists():
            listed.insert(0, f"guidance/{folder}/index.md")
        if listed:
            menu.append({name: listed})
    config.nav = [
        {"Guidance": menu}
        if isinstance(entry, dict) and entry.get("Guidance") == "guidance/index.md"
        else entry
        for entry in config.nav
    ]
    return config


def line(meta: dict[str, Any], markdown: str) -> str:
    """Return the line with reading time, owner and review dates."""
    minutes = max(1, round(claims.words(markdown) / WORDS_PER_MINUTE))
    unit = "minute" if minutes == 1 else "minutes"
    return (
        f'<p class="gd-meta">About {minutes} {unit} to read. Kept by: {meta["owner_role"]}. '
        f'Last reviewed <time datetime="{meta["last_reviewed"]}">{meta["last_reviewed"]}</time>, '
        f'review by <time datetime="{meta["review_by"]}">{meta["review_by"]}</time>.</p>'
    )


def counted(root: Path) -> str:
    """Return one sentence on how many claims the guidance makes and how many are ours."""
    found = [claim for path in root.rglob("*.md") for claim in claims.claims(path.read_text("utf-8"))]
    own = sum(claim.own and not claim.sourced for claim in found)
    return (
        f"The guidance pages make {len(found) - own} statements with a figure or a rule that carry a source, and {own} "
        "that are our own estimates and say so. The tests refuse any other."
    )


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Add the line under the first heading; incomplete front matter stops the build."""
    if not page.file.src_uri.startswith("guidance/"):
        return markdown
    missing = [key for key in NEEDED if not page.meta.get(key)]
    if missing:
        raise PluginError(f"{page.file.src_uri}: the front matter lacks {', '.join(missing)}.")
    if COUNTS in markdown:
        markdown = markdown.replace(COUNTS, counted(Path(config.docs_dir) / "guidance"))
    filled, changed = re.subn(
        r"^(# .+)$", lambda m: f"{m[1]}\n\n{line(page.meta, markdown)}", markdown, count=1, flags=re.M
    )
    if not changed:
        raise PluginError(f"{page.file.src_uri} has no heading that starts with '# '. Add one.")
    return filled
