"""The answer: sentence, numbers, charts and tables; a brief on the first printed page, a sheet on the second."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from calculators.web.html.parts import button, number, say, source, table

CHART_CONFIG = Path(__file__).parents[1] / "chart-config.json"
CHART_WIDTH = 640


def render_comparison(words: dict[str, str]) -> str:
    """Return the empty place where kept answers are put side by side."""
    return (
        f'<section class="sc-compare sc-live-only" aria-labelledby="sc-compare"><h2 id="sc-compare">{escape(words["compare"])}'
        f"</h2><p>{escape(words['compareHelp'])}</p>"
        f'<div class="sc-row">{button(words["keep"], "keep")}</div><ul class="sc-kept"></ul>'
        f'<div class="sc-compared"></div></section>'
    )


def draw_svg(chart: Mapping[str, Any]) -> str:
    """Return a chart's specification drawn as SVG, without style attributes and with ids of its own.

    Parameters
    ----------
    chart : mapping
        One entry of a result's `charts`: id, title, sentence, spec.

    Returns
    -------
    str
        SVG element; text takes the page's colour.
    """
    import vl_convert

    spec = dict(chart["spec"])
    if spec.get("width") == "container":
        spec["width"] = CHART_WIDTH
    config = json.loads(CHART_CONFIG.read_text(encoding="utf-8"))
    svg: str = vl_convert.vegalite_to_svg(vl_spec=spec, vl_version="6.4", config=config)
    svg = re.sub(r'\sstyle="[^"]*"', "", svg)
    return re.sub(r"\b((?:clip|gradient)\w*\d+)\b", rf"{chart['id']}-\1", svg)


def _figure(chart: Mapping[str, Any], index: int, words: dict[str, str]) -> str:
    sentence = escape(chart["sentence"])
    numbers = chart["table"]
    buttons = "".join(
        f'<button type="button" class="sc-button sc-quiet sc-live-only" data-action="{action}" '
        f'data-index="{index}">{escape(text)}</button>'
        for action, text in (("csv-chart", words["csv"]), ("svg", words["svg"]), ("png", words["png"]))
    )
    return (
        f'<figure class="sc-figure" data-chart="{index}"><figcaption><h3>{escape(chart["title"])}</h3></figcaption>'
        f'<p class="sc-sentence">{sentence}</p>'
        f'<div class="sc-canvas" role="img" tabindex="0" aria-label="{sentence}">{draw_svg(chart)}</div>'
        f"<details><summary>{escape(words['table'])}</summary>"
        f'{table(chart["title"], numbers["columns"], numbers["rows"])}</details><div class="sc-row">{buttons}</div></figure>'
    )


def _band(entry: Mapping[str, Any]) -> str:
    if entry.get("p10") is None or entry["p10"] == entry["p90"]:
        return ""
    low, high = (number(entry[end], entry.get("decimals")) for end in ("p10", "p90"))
    return f"{low} – {high} {entry['unit']}".strip()


def _warnings(result: Mapping[str, Any], words: dict[str, str]) -> str:
    if not result["warnings"]:
        return ""
    items = "".join(
        f'<li>{escape(item["message"])}<span class="sc-fix"> {escape(words["fix"])}: '
        f"{escape(item['smallest_fix'])}</span></li>"
        for item in result["warnings"]
    )
    return f'<div class="sc-warnings"><h3>{escape(words["warnings"])}</h3><ul>{items}</ul></div>'


def _numbers(result: Mapping[str, Any], words: dict[str, str]) -> str:
    rows = [
        [
            entry["label"],
            f"{number(entry['value'], entry.get('decimals'))} {entry['unit']}".strip(),
            _band(entry),
        ]
        for entry in result["results"].values()
    ]
    return table(words["results"], [words["result"], words["value"], words["band"]], rows)


def _drivers(result: Mapping[str, Any], words: dict[str, str]) -> str:
    if not result["drivers"]:
        return ""
    rows = [[item["label"], item.get("low"), item.get("high")] for item in result["drivers"]]
    return table(words["drivers"], [words["driver"], words["low"], words["high"]], rows)


def _tables(result: Mapping[str, Any], words: dict[str, str]) -> str:
    return "".join(
        table(item["title"], item["columns"], item["rows"])
        + f'<div class="sc-row"><button type="button" class="sc-button sc-quiet sc-live-only" '
        f'data-action="csv-table" data-index="{index}">{escape(words["csv"])}</button></div>'
        for index, item in enumerate(result["tables"])
    )


def _inputs(
    definition: Mapping[str, Any], result: Mapping[str, Any], words: dict[str, str], lang: str
) -> str:
    """Return every input as used, for paper: there the form is not printed."""
    rows = []
    for item in definition["inputs"]:
        value = result["inputs"][item["name"]]
        options = {option["id"]: say(option["label"], lang) for option in item.get("options", [])}
        shown = f"{value:g} {item.get('unit', '')}".strip() if isinstance(value, int | float) else value
        rows.append([say(item["label"], lang), options.get(value, shown), say(item["source"]["title"], lang)])
    return table(words["inputsUsed"], [words["driver"], words["value"], words["source"]], rows)


def _explained(result: Mapping[str, Any], words: dict[str, str], lang: str) -> str:
    items = "".join(
        f"<dt>{escape(result['results'][name]['label'])}</dt><dd><p>{escape(words['formula'])}: "
        f"{escape(item['formula'])}</p><p>{escape(words['usedInputs'])}: {escape(', '.join(item['inputs']))}</p>"
        f"<p>{escape(words['source'])}: {source(item['source'], words, lang)}</p></dd>"
        for name, item in result["explain"].items()
    )
    return (
        f'<details class="sc-explain"><summary>{escape(words["explain"])}</summary><dl>{items}</dl></details>'
    )


def render_answer(
    definition: Mapping[str, Any], result: Mapping[str, Any], words: dict[str, str], lang: str
) -> str:
    """Return the answer as HTML; `js/results.js` renders a live one with the same parts in the same order."""
    version = words["version"].format(
        engine=result["engine_version"],
        data=result["data_version"],
        seed=result["seed"],
        hash=result["scenario_hash"],
    )
    figures = [_figure(chart, index, words) for index, chart in enumerate(result["charts"])]
    return (
        f'<div class="sc-brief"><p class="sc-headline">{escape(result["headline"])}</p>'
        f"{_warnings(result, words)}{_numbers(result, words)}{''.join(figures[:1])}{_drivers(result, words)}</div>"
        f'<div class="sc-sheet"><h2 class="sc-paper">{escape(words["sheet"])}</h2>{"".join(figures[1:])}'
        f'{_tables(result, words)}<div class="sc-paper">{_inputs(definition, result, words, lang)}</div>'
        f'{_explained(result, words, lang)}<p class="sc-version">{escape(version)}</p></div>'
    )
