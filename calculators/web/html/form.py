"""The form: one native control per input, its range, default and source one tap away."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from calculators.web.html.parts import button, number, say, source


def _bounds(item: Mapping[str, Any]) -> str:
    if item.get("min") is None:
        return ""
    return f"{number(item['min'])} – {number(item['max'])} {item.get('unit', '')}".strip()


def _control(item: Mapping[str, Any], ident: str, words: dict[str, str], lang: str) -> str:
    name, unit = escape(item["name"]), escape(item.get("unit", ""))
    described = f'aria-describedby="{ident}-unit {ident}-error"'
    if item["kind"] in ("choice", "network"):
        options = "".join(
            f'<option value="{escape(option["id"])}"{" selected" if option["id"] == item["default"] else ""}>'
            f"{escape(say(option['label'], lang))}</option>"
            for option in item["options"]
        )
        control = (
            f'<div class="sc-control"><select id="{ident}" name="{name}" aria-describedby="{ident}-error">'
            f"{options}</select></div>"
        )
        if item["kind"] == "network":
            control += (
                f'<div class="sc-own sc-live-only"><label for="{ident}-file">{escape(words["ownFile"])}</label>'
                f'<input type="file" id="{ident}-file" accept=".json,.xlsx,.zip"><p class="sc-hint">'
                f'<span class="sc-file-name"></span> {escape(words["fileLocal"])}</p><div class="sc-audit"></div>'
                f'<div class="sc-recheck" hidden>{button(words["recheck"], "recheck")}<p class="sc-hint">'
                f'{escape(words["recheckHelp"])}</p><div class="sc-recheck-answer" role="status"></div></div></div>'
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
    span = {end: number(item["unknown"][end]) for end in ("low", "high")}
    text = words["unknown"].format(unit=item["unit"], **span)
    return f'<label class="sc-unknown sc-live-only"><input type="checkbox" name="{name}-unknown">{escape(text)}</label>'


def _field(item: Mapping[str, Any], words: dict[str, str], lang: str) -> str:
    ident = f"sc-{item['name'].replace('_', '-')}"
    label = escape(say(item["label"], lang))
    default = item["default"]
    if item.get("options"):
        default = next((say(o["label"], lang) for o in item["options"] if o["id"] == default), default)
    shown = (
        f"{number(default)} {item.get('unit', '')}".strip() if isinstance(default, int | float) else default
    )
    facts = [(words["range"], escape(_bounds(item))), (words["default"], escape(str(shown)))]
    facts.append((words["source"], source(item["source"], words, lang)))
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{text}</dd>" for term, text in facts if text)
    return (
        f'<div class="sc-field" data-name="{escape(item["name"])}" data-view="{item["view"]}">'
        f'<label for="{ident}">{label}</label>{_control(item, ident, words, lang)}'
        f'<p class="sc-error" id="{ident}-error" hidden></p>'
        f"<details><summary>{escape(words['about'])}<span hidden>: {label}</span></summary>"
        f"<p>{escape(say(item['help'], lang))}</p><dl>{rows}</dl>"
        f'<button type="button" class="sc-button sc-quiet sc-live-only" data-action="reset" '
        f'data-name="{escape(item["name"])}">{escape(words["reset"])}</button></details></div>'
    )


def render_form(definition: Mapping[str, Any], words: dict[str, str], lang: str, engine_mb: float) -> str:
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
        f"{button(words['resetAll'], 'reset-all')}</div>"
        f'<p class="sc-first sc-live-only">{escape(words["firstRun"].format(mb=f"{engine_mb:.0f}"))}</p>'
        f'<div class="sc-progress" hidden><p class="sc-stage"></p><progress max="1" aria-label="{escape(words["run"])}">'
        f"</progress>{button(words['cancel'], 'cancel')}</div>"
        f'<div class="sc-failure" hidden><p></p>{button(words["retry"], "retry", quiet=False)}</div>'
        f'<div class="sc-row sc-tools sc-live-only">{button(words["share"], "share")}{button(words["save"], "save")}'
        f"{button(words['print'], 'print')}{button(words['toTender'], 'tender')}"
        f'</div><div class="sc-live-only"><label for="sc-open">{escape(words["open"])}</label> '
        f'<input type="file" id="sc-open" class="sc-open" accept=".json,application/json"></div>'
        f'<div class="sc-link sc-live-only" hidden><label for="sc-link">{escape(words["shareShow"])}</label>'
        f'<input id="sc-link" name="sc-link" readonly></div></form>'
    )
