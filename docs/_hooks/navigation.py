"""Menu entries that list a folder: calculators and decisions. The folder is the registry."""

from pathlib import Path
from typing import Any


def title_of(page: Path) -> str:
    """Return the first heading of a Markdown page."""
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            return line[2:].strip()
    raise ValueError(f"{page} has no heading that starts with '# '. Add one.")


def expand(nav: list[Any], lists: dict[str, list[Any]]) -> list[Any]:
    """Return `nav` with each entry named in `lists` followed by the pages listed there."""
    out: list[Any] = []
    for entry in nav:
        if isinstance(entry, str):
            out.append(entry)
            continue
        ((name, target),) = entry.items()
        if name in lists:
            out.append({name: [target, *lists[name]]})
        elif isinstance(target, list):
            out.append({name: expand(target, lists)})
        else:
            out.append(entry)
    return out


def on_config(config: Any) -> Any:
    """Fill in the folders' pages."""
    docs = Path(config.docs_dir)
    decisions = sorted(p for p in (docs / "decisions").glob("*.md") if p.name != "index.md")
    definitions = sorted((docs.parent / "calculators" / "definitions").glob("*.yaml"))
    config.nav = expand(
        config.nav,
        {
            "Calculators": [f"calculators/{path.stem}.md" for path in definitions],
            "Decisions": [{title_of(path): f"decisions/{path.name}"} for path in decisions],
        },
    )
    return config
