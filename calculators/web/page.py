"""The calculator page as HTML: complete without script, made from a definition and its example result."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CHART_WIDTH = 640


@functools.cache
def _words(lang: str) -> dict[str, str]:
    words: dict[str, str] = json.loads((HERE / "words" / f"{lang}.json").read_text(encoding="utf-8"))
    return words


def _say(words: Any, lang: str) -> Any:
    return words.get(lang, words["en"]) if isinstance(words, Mapping) else words


def _number(value: float | None, decimals: int | None = None) -> str:
    if value is None:
        return "–"
    digits = (
        decimals
        if decimals is not None
        else (0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3)
    )
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if decimals is None and "." in text else text


def _cell(value: Any) -> str:
    return escape(_number(value) if isinstance(value, int | float) else str("–" if value is None else value))


def _table(caption: str, columns: list[str], rows: list[list[Any]]) -> str:
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in columns)
    body = "".join(
        f'<tr><th scope="row">{_cell(row[0])}</th>'
        + "".join(f"<td>{_cell(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    name = escape(caption)
    return (
        f'<div class="sc-scroll" tabindex="0" role="region" aria-label="{name}"><table><caption>{name}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _source(source: Any, words: dict[str, str], lang: str) -> str:
    if not isinstance(source, Mapping):
        return escape(str(source))
    title = escape(str(_say(source["title"], lang)))
    text = f'<a href="{escape(source["url"])}">{title}</a>' if source.get("url") else title
    extra = [str(source[key]) for key in ("year", "kind") if source.get(key)]
    if source.get("checked_on"):
        extra.append(f"{words['checkedOn']} {source['checked_on']}")
    return text + (f" ({escape(', '.join(extra))})" if extra else "")


def _bounds(item: Mapping[str, Any]) -> str:
    if item.get("min") is None:
        return ""
    return f"{_number(item['min'])} – {_number(item['max'])} {item.get('unit', '')}".strip()


def _control(item: Mapping[str, Any], ident: str, words: dict[str, str], lang: str) -> str:
    name, unit = escape(item["name"]), escape(item.get("unit", ""))
    described = f'aria-describedby="{ident}-unit {ident}-error"'
    if item["kind"] in ("choice", "network"):
        options = "".join(
            f'<option value="{escape(option["id"])}"{" selected" if option["id"] == item["default"] else ""}>'
            f"{escape(_say(option['label'], lang))}</option>"
            for option in item["options"]
        )
        control = (
            f'<div class="sc-control"><select id="{ident}" name="{name}" aria-describedby="{ident}-error">'
            f"{options}</select></div>"
        )
        if item["kind"] == "network":
            control += (
                f'<div class="sc-own sc-live-only"><label for="{ident}-file">{escape(words["ownFile"])}</label>'
                f'<input type="file" id="{ident}-file" accept=".json,application/json"><p class="sc-hint">'
                f'<span class="sc-file-name"></span> {escape(words["fileLocal"])}</p></div>'
            )
        return control
    mode = "numeric" if item["kind"] == "integer" else "decimal"
    suffix = f'<span class="sc-unit" id="{ident}-unit">{unit}</span>' if unit else ""
    return (
        f'<div class="sc-control"><input type="text" inputmode="{mode}" id="{ident}" name="{name}" '
        f'value="{item["default"]:g}" autocomplete="off" {described}>{suffix}</div><p class="sc-read"></p>'
        + (_unknown(item, name, words) if "unknown" in item else "")
    )


def _unknown(item: Mapping[str, Any], name: str, words: dict[str, str]) -> str:
    span = {end: _number(item["unknown"][end]) for end in ("low", "high")}
    text = words["unknown"].format(unit=item["unit"], **span)
    return f'<label class="sc-unknown sc-live-only"><input type="checkbox" name="{name}-unknown">{escape(text)}</label>'


def _field(item: Mapping[str, Any], words: dict[str, str], lang: str) -> str:
    ident = f"sc-{item['name'].replace('_', '-')}"
    label = escape(_say(item["label"], lang))
    default = item["default"]
    if item.get("options"):
        default = next((_say(o["label"], lang) for o in item["options"] if o["id"] == default), default)
    shown = (
        f"{_number(default)} {item.get('unit', '')}".strip() if isinstance(default, int | float) else default
    )
    facts = [(words["range"], escape(_bounds(item))), (words["default"], escape(str(shown)))]
    facts.append((words["source"], _source(item["source"], words, lang)))
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{text}</dd>" for term, text in facts if text)
    return (
        f'<div class="sc-field" data-name="{escape(item["name"])}" data-view="{item["view"]}">'
        f'<label for="{ident}">{label}</label>{_control(item, ident, words, lang)}'
        f'<p class="sc-error" id="{ident}-error" hidden></p>'
        f"<details><summary>{escape(words['about'])}<span hidden>: {label}</span></summary>"
        f"<p>{escape(_say(item['help'], lang))}</p><dl>{rows}</dl>"
        f'<button type="button" class="sc-button sc-quiet sc-live-only" data-action="reset" '
        f'data-name="{escape(item["name"])}">{escape(words["reset"])}</button></details></div>'
    )


def _button(text: str, action: str, quiet: bool = True) -> str:
    look = "sc-button sc-quiet" if quiet else "sc-button"
    return f'<button type="button" class="{look}" data-action="{action}">{escape(text)}</button>'


def _form(definition: Mapping[str, Any], words: dict[str, str], lang: str, engine_mb: float) -> str:
    fields = "".join(_field(item, words, lang) for item in definition["inputs"])
    views = "".join(
        f'<label><input type="radio" name="sc-view" value="{view}"{" checked" if view == "simple" else ""}>'
        f"{escape(words[view])}</label>"
        for view in ("simple", "expert")
    )
    return (
        f'<form class="sc-form" novalidate data-view="expert"><h2>{escape(words["form"])}</h2>'
        f'<p class="sc-noscript">{escape(words["noscript"])}</p>'
        f'<fieldset class="sc-views sc-live-only"><legend>{escape(words["view"])}</legend>{views}</fieldset>'
        f'{fields}<p class="sc-changes"></p>'
        f'<div class="sc-problems" tabindex="-1" hidden><h3>{escape(words["problems"])}</h3><ul></ul></div>'
        f'<div class="sc-row sc-live-only"><button type="submit" class="sc-button">{escape(words["run"])}</button>'
        f"{_button(words['resetAll'], 'reset-all')}</div>"
        f'<p class="sc-first sc-live-only">{escape(words["firstRun"].format(mb=f"{engine_mb:.0f}"))}</p>'
        f'<div class="sc-progress" hidden><p class="sc-stage"></p><progress max="1" aria-label="{escape(words["run"])}">'
        f"</progress>{_button(words['cancel'], 'cancel')}</div>"
        f'<div class="sc-failure" hidden><p></p>{_button(words["retry"], "retry", quiet=False)}</div>'
        f'<div class="sc-row sc-tools sc-live-only">{_button(words["share"], "share")}{_button(words["save"], "save")}'
        f'</div><div class="sc-live-only"><label for="sc-open">{escape(words["open"])}</label> '
        f'<input type="file" id="sc-open" class="sc-open" accept=".json,application/json"></div>'
        f'<div class="sc-link sc-live-only" hidden><label for="sc-link">{escape(words["shareShow"])}</label>'
        f'<input id="sc-link" name="sc-link" readonly></div></form>'
    )


def _comparison(words: dict[str, str]) -> str:
    """Return the empty place where kept answers are put side by side."""
    return (
        f'<section class="sc-compare sc-live-only" aria-labelledby="sc-compare"><h2 id="sc-compare">{escape(words["compare"])}'
        f"</h2><p>{escape(words['compareHelp'])}</p>"
        f'<div class="sc-row">{_button(words["keep"], "keep")}</div><ul class="sc-kept"></ul>'
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
    config = json.loads((HERE / "chart-config.json").read_text(encoding="utf-8"))
    svg: str = vl_convert.vegalite_to_svg(vl_spec=spec, vl_version="6.4", config=config)
    svg = re.sub(r'\sstyle="[^"]*"', "", svg)
    return re.sub(r"\b((?:clip|gradient)\w*\d+)\b", rf"{chart['id']}-\1", svg)


def _figure(chart: Mapping[str, Any], index: int, words: dict[str, str]) -> str:
    sentence = escape(chart["sentence"])
    table = chart["table"]
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
        f'{_table(chart["title"], table["columns"], table["rows"])}</details><div class="sc-row">{buttons}</div></figure>'
    )


def _band(entry: Mapping[str, Any]) -> str:
    if entry.get("p10") is None or entry["p10"] == entry["p90"]:
        return ""
    low, high = (_number(entry[end], entry.get("decimals")) for end in ("p10", "p90"))
    return f"{low} – {high} {entry['unit']}".strip()


def _result(result: Mapping[str, Any], words: dict[str, str], lang: str) -> str:
    parts = [f'<p class="sc-headline">{escape(result["headline"])}</p>']
    if result["warnings"]:
        items = "".join(
            f'<li>{escape(item["message"])}<span class="sc-fix">{escape(words["fix"])}: '
            f"{escape(item['smallest_fix'])}</span></li>"
            for item in result["warnings"]
        )
        parts.append(f'<div class="sc-warnings"><h3>{escape(words["warnings"])}</h3><ul>{items}</ul></div>')
    numbers = [
        [
            entry["label"],
            f"{_number(entry['value'], entry.get('decimals'))} {entry['unit']}".strip(),
            _band(entry),
        ]
        for entry in result["results"].values()
    ]
    parts.append(_table(words["results"], [words["result"], words["value"], words["band"]], numbers))
    parts += [_figure(chart, index, words) for index, chart in enumerate(result["charts"])]
    if result["drivers"]:
        rows = [[item["label"], item.get("low"), item.get("high")] for item in result["drivers"]]
        parts.append(_table(words["drivers"], [words["driver"], words["low"], words["high"]], rows))
    for index, item in enumerate(result["tables"]):
        parts.append(_table(item["title"], item["columns"], item["rows"]))
        parts.append(
            f'<div class="sc-row"><button type="button" class="sc-button sc-quiet sc-live-only" '
            f'data-action="csv-table" data-index="{index}">{escape(words["csv"])}</button></div>'
        )
    explained = "".join(
        f"<dt>{escape(result['results'][name]['label'])}</dt><dd><p>{escape(words['formula'])}: "
        f"{escape(item['formula'])}</p><p>{escape(words['usedInputs'])}: {escape(', '.join(item['inputs']))}</p>"
        f"<p>{escape(words['source'])}: {_source(item['source'], words, lang)}</p></dd>"
        for name, item in result["explain"].items()
    )
    parts.append(
        f'<details class="sc-explain"><summary>{escape(words["explain"])}</summary><dl>{explained}</dl></details>'
    )
    version = words["version"].format(
        engine=result["engine_version"],
        data=result["data_version"],
        seed=result["seed"],
        hash=result["scenario_hash"],
    )
    parts.append(f'<p class="sc-version">{escape(version)}</p>')
    return "".join(parts)


def _prose(title: str, texts: Any) -> str:
    if isinstance(texts, str):
        body = "".join(f"<p>{escape(text)}</p>" for text in texts.split("\n\n") if text.strip())
    else:
        body = "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"
    return f'<h2 id="{escape(re.sub("[^a-z]+", "-", title.lower()))}">{escape(title)}</h2>{body}'


def render_page(
    definition: Mapping[str, Any], result: Mapping[str, Any], lang: str, *, engine_mb: float
) -> str:
    """Return the whole content of a calculator's page as HTML.

    Parameters
    ----------
    definition : mapping
        The calculator's definition, as of `registry.definition`.
    result : mapping
        Its example result, as of `registry.run` with the defaults.
    lang : str
        Language of the page.
    engine_mb : float
        What the first run downloads, said before it starts. [MB]

    Returns
    -------
    str
        HTML without script, inline style or inline handler: answer, table, charts and form readable as is.
    """
    words = _words(lang)
    data = json.dumps({"definition": definition, "result": result}, ensure_ascii=False)
    sources = "".join(f"<li>{_source(source, words, lang)}</li>" for source in definition["sources"])
    after = "".join(
        _prose(words[title], _say(definition[key], lang))
        for title, key in (("method", "method"), ("limits", "limits"), ("checks", "checks"))
    )
    return (
        f'<div class="sc-calc" data-calculator="{escape(definition["id"])}" data-lang="{escape(lang)}" '
        f'data-state="example"><template class="sc-data">{escape(data)}</template>'
        f"<h1>{escape(_say(definition['title'], lang))}</h1>"
        f'<p class="sc-lead">{escape(_say(definition["summary"], lang))}</p>'
        f'<div class="sc-columns">{_form(definition, words, lang, engine_mb)}'
        f'<section class="sc-answer" aria-labelledby="sc-answer"><h2 id="sc-answer">{escape(words["answer"])}</h2>'
        f'<p class="sc-example">{escape(words["example"])}</p>'
        f'<p class="sc-stale-note" hidden>{escape(words["stale"])}</p>'
        f'<p class="sc-status" role="status" aria-live="polite"></p>'
        f'<div class="sc-output">{_result(result, words, lang)}</div>{_comparison(words)}</section></div>'
        f"{_prose(words['whenUse'], _say(definition['when_to_use'], lang))}"
        f"{_prose(words['whenNot'], _say(definition['when_not_to_use'], lang))}{after}"
        f'<h2 id="sources">{escape(words["sources"])}</h2><ul>{sources}</ul></div>'
    )
