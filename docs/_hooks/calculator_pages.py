"""One page per file in calculators/definitions, with its example result computed here, natively."""

import json
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

from calculators import registry
from calculators.engine.errors import DataError
from calculators.web.page import render_page

LANG = "en"
START, END = "<!-- calculator {} -->", "<!-- /calculator -->"
LIST = "<!-- list of calculators -->"


def source(definition: dict[str, Any]) -> str:
    """Return the page's Markdown: what the search index reads; the full page replaces it at the end."""
    title, summary = definition["title"][LANG], " ".join(definition["summary"][LANG].split())
    front = {"title": title, "description": summary, "hide": ["navigation", "toc"]}
    texts = [definition[key][LANG] for key in ("when_to_use", "when_not_to_use", "method", "limits")]
    prose = "\n\n".join(
        text if isinstance(text, str) else "\n".join(f"- {item}" for item in text) for text in texts
    )
    return (
        f"---\n{json.dumps(front, ensure_ascii=False)}\n---\n\n"  # JSON is YAML, and needs no care with quotes
        f"{START.format(definition['id'])}\n\n# {title} {{ #calculator }}\n\n{summary}\n\n{prose}\n\n{END}\n"
    )


def cards(definitions: dict[str, dict[str, Any]]) -> str:
    """Return the list of calculators for its index page."""
    items = "".join(
        f'<li><h2><a href="{name}/">{item["title"][LANG]}</a></h2><p>{item["summary"][LANG]}</p></li>'
        for name, item in definitions.items()
    )
    return f'<ul class="sk-list">{items}</ul>'


def known() -> dict[str, dict[str, Any]]:
    """Return the definitions, or stop the build with the command that makes them."""
    try:
        return registry.list_definitions()
    except DataError as error:
        raise PluginError(f"{error} Calculator pages need it: run `make data`.") from error


def on_files(files: Files, config: Any) -> Files:
    """Add a page for each calculator."""
    for name, definition in known().items():
        files.append(File.generated(config, f"calculators/{name}.md", content=source(definition)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Fill in the list on the index page."""
    if page.file.src_uri == "calculators/index.md":
        return markdown.replace(LIST, cards(known()))
    return markdown


def engine_mb(config: Any, tier: str) -> float:
    """Return what the first run of a calculator downloads. [MB]"""
    manifest = Path(config.config_file_path).parent / "build" / "runtime" / "manifest.json"
    if not manifest.is_file():
        raise PluginError(f"{manifest} is missing, so calculators would not run. Run `make runtime` first.")
    return float(json.loads(manifest.read_text("utf-8"))["tiers"][tier]["bytes_gzip"]) / 1e6


def on_post_page(output: str, page: Any, config: Any, **_: Any) -> str:
    """Put the rendered calculator in the place of its searchable summary."""
    name = page.file.name
    start = START.format(name)
    if start not in output:
        return output
    before, rest = output.split(start, 1)
    _, after = rest.split(END, 1)
    definition = registry.definition(name)
    rendered = render_page(
        definition, registry.run(name, lang=LANG), LANG, engine_mb=engine_mb(config, definition["tier"])
    )
    return before + rendered.replace("<h1>", '<h1 id="calculator">', 1) + after  # where the skip link leads
