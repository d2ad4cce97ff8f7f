"""The form for a new case, made from the schema: fields, choices and limits stand in one place only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from calculators.knowledge import cases_words as words

NAMES: dict[str, Mapping[Any, str]] = {
    "place.size": words.SIZES,
    "organisations.role": words.ROLES,
    "status": words.STATUS,
    "maturity": words.MATURITY,
    "needs": {number: f"{number}. {text}" for number, text in words.NEEDS.items()},
    "themes": words.THEMES,
    "assets": words.ASSETS,
    "ownership": words.OWNERSHIP,
    "kpis.kind": words.KINDS,
    "kpis.qualifier": words.QUALIFIERS,
    "scale.qualifier": words.QUALIFIERS,
}
UNKNOWN = {
    "went_wrong": "Why nothing is known about failures",
    "ownership": "Why it is not known who runs it",
    "years.start": "Why the first year is not known",
    "years.end": "Why the last year is not known",
}
LEFT_OUT = {
    "id",
    "scenario",
    "last_reviewed",
    "review_by",
    "kpis.effect",
}  # set by the form or by the reviewer
ENTRIES = {"organisations": "Organisation", "scale": "Amount", "kpis": "Figure", "sources": "Source"}
LONG = 250  # a text that may be longer gets a box of several lines
HINTS = {
    "summary": "Who did what, and what came of it.",
    "place.country": "Such as NL or PT.",
    "place.lat": "Of the town, two decimals are enough: 52.37",
    "place.lon": "East is positive, west negative: 4.90",
    "years.end": "Leave empty while it is running.",
    "approach": "A few plain sentences. After each figure put the number of its source in square brackets: [1]",
    "went_wrong": "The part others learn most from. Leave empty only if no source tells, and say so below.",
    "elsewhere": "What a city elsewhere must have or do for this to work there.",
    "no_kpi": "Fill in only if no figure is given above.",
    "scale": "How big it is, and what is planned. Plans are marked.",
    "kpis": "What changed because of the project. Targets do not belong here.",
    "kpis.value": "A number, without unit. Leave empty if it is not known, and say why.",
    "kpis.unit": "Such as kWh per week or % of sessions.",
    "kpis.baseline": "Against what. Leave empty if the source compares with nothing.",
    "kpis.caveat": "What a reader must know before quoting it.",
    "kpis.page": "Leave empty if the source has no pages.",
    "kpis.value_high": "Only for a range.",
    "scale.value_high": "Only for a range.",
    "place.size": "Your rough guess; a reviewer looks at it.",
    "maturity": "Your impression; a reviewer looks at it.",
    "sources": "Number 1 is the first. At least one.",
    "sources.year": "Leave empty if the page has no date.",
    "standards": "Separate several with a semicolon.",
}


class _Form:
    """Walks through the schema once and writes each field."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema

    def resolve(self, part: Mapping[str, Any]) -> dict[str, Any]:
        reference = part.get("$ref", "")
        target = self.schema["$defs"][reference.rsplit("/", 1)[-1]] if reference else {}
        return {**target, **{key: value for key, value in part.items() if key != "$ref"}}

    def part(self, path: str, given: Mapping[str, Any], required: bool) -> str:
        """Return the field or group of fields of one property."""
        if path in LEFT_OUT:
            return ""
        part = self.resolve(given)
        key, title = path.rsplit(".", 1)[-1], escape(part.get("title", path))
        hint = HINTS.get(path, part.get("description", ""))
        if path == "unknown":
            texts = "".join(
                self.leaf(f"unknown.{name}", name, {"type": "string", "title": text}, False)
                for name, text in UNKNOWN.items()
            )
            return self.group(
                key, "object", title, part["description"] and "Only where a field above is empty.", texts
            )
        if part.get("type") == "object":
            inner = "".join(
                self.part(f"{path}.{name}", item, name in part["required"])
                for name, item in part["properties"].items()
            )
            return self.group(key, "object", title, hint, inner)
        if part.get("type") == "array":
            item = self.resolve(part["items"])
            if item.get("type") == "object":
                return self.rows(path, key, title, hint, item)
            if path in NAMES:
                return self.choices(path, key, title, item)
            return self.leaf(path, key, {"type": "texts", "title": part["title"]}, False)
        return self.leaf(path, key, part, required)

    def group(self, key: str, kind: str, title: str, hint: str, inner: str) -> str:
        """Return a named group of fields."""
        note = f'<p class="cs-hint">{escape(hint)}</p>' if hint else ""
        return (
            f'<fieldset data-key="{key}" data-type="{kind}"><legend>{title}</legend>{note}{inner}</fieldset>'
        )

    def rows(self, path: str, key: str, title: str, hint: str, item: Mapping[str, Any]) -> str:
        """Return a list whose entries a script adds from a template."""
        inner = "".join(
            self.part(f"{path}.{name}", entry, name in item["required"])
            for name, entry in item["properties"].items()
        )
        entry = (
            f'<fieldset class="cs-item" data-item><legend>{ENTRIES[path]} <span class="cs-index"></span></legend>{inner}'
            '<button type="button" class="cs-button" data-action="remove">Remove</button></fieldset>'
        )
        return self.group(
            key,
            "list",
            title,
            hint,
            f'<div class="cs-items"></div><template>{entry}</template>'
            f'<button type="button" class="cs-button" data-action="add">Add: {ENTRIES[path].lower()}</button>',
        )

    def choices(self, path: str, key: str, title: str, item: Mapping[str, Any]) -> str:
        """Return boxes to tick."""
        number = ' data-number="1"' if item.get("type") == "integer" else ""
        boxes = "".join(
            f'<label class="cs-tick-box"><input type="checkbox" value="{escape(str(value))}">{escape(text)}</label>'
            for value, text in NAMES[path].items()
        )
        return (
            f'<fieldset data-key="{key}" data-type="set"{number} tabindex="-1"><legend>{title}</legend>'
            f'<div class="cs-ticks">{boxes}</div><p class="cs-error" hidden></p></fieldset>'
        )

    def leaf(self, path: str, key: str, part: Mapping[str, Any], required: bool) -> str:
        """Return one labelled field with its hint and the place of its message."""
        ident = "cf-" + path.replace(".", "-").replace("_", "-")
        kinds = part.get("type", "string")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        choices = part.get("enum")
        optional = not required or "null" in kinds or (choices and None in choices)
        label = escape(part.get("title", path)) + (
            "" if not optional else ' <span class="cs-hint">(optional)</span>'
        )
        hint = HINTS.get(path, part.get("description", ""))
        common = f'id="{ident}" aria-describedby="{ident}-hint {ident}-error"'
        if kinds == ["boolean"]:
            kind, control = "boolean", f'<input type="checkbox" {common}>'
        elif choices:
            kind = "choice"
            names = NAMES.get(path, {})
            entries = "".join(
                f'<option value="{escape(str(value))}">{escape(names.get(value, str(value)))}</option>'
                for value in choices
                if value is not None
            )
            control = f'<select {common}><option value="">choose</option>{entries}</select>'
        elif {"number", "integer"} & set(kinds) and "string" not in kinds:
            kind, control = "number", f'<input type="text" inputmode="decimal" autocomplete="off" {common}>'
        else:
            kind = "texts" if kinds == ["texts"] else "string"
            long = part.get("maxLength", 0) > LONG or path == "went_wrong"
            control = (
                f'<textarea rows="4" {common}></textarea>'
                if long
                else f'<input type="text" autocomplete="off" {common}>'
            )
        null = ' data-null="1"' if required and ("null" in kinds or (choices and None in choices)) else ""
        return (
            f'<div class="cs-field" data-key="{escape(key)}" data-type="{kind}"{null}><label for="{ident}">{label}</label>'
            f'{control}<p class="cs-hint" id="{ident}-hint">{escape(hint)}</p>'
            f'<p class="cs-error" id="{ident}-error" hidden></p></div>'
        )


def form(schema_text: str) -> str:
    """Return the form for a new case as HTML, with the schema beside it for the script that checks it.

    Parameters
    ----------
    schema_text : str
        The JSON schema of a case.
    """
    schema = json.loads(schema_text)
    walker = _Form(schema)
    fields = "".join(
        walker.part(name, part, name in schema["required"]) for name, part in schema["properties"].items()
    )
    compact = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
    return (
        '<div class="cs-contribute"><p class="cs-noscript">The form needs JavaScript.</p>'
        f'<template class="cs-schema">{escape(compact)}</template><form class="cs-form" novalidate hidden>'
        f'<div data-key="case" data-type="object">{fields}</div>'
        '<section class="cs-outcome" aria-labelledby="cs-outcome"><h2 id="cs-outcome">The case file</h2>'
        '<p class="cs-state" role="status"></p><ul class="cs-problems" hidden></ul>'
        '<label for="cs-yaml">Case file (YAML)</label><textarea id="cs-yaml" class="cs-yaml" rows="14" readonly></textarea>'
        '<label for="cs-mail">Text of the message</label><textarea id="cs-mail" class="cs-yaml" rows="6" readonly></textarea>'
        '<div class="cs-actions"><button type="button" class="cs-button" data-action="copy-yaml">Copy the file</button>'
        '<button type="button" class="cs-button" data-action="download">Save the file</button>'
        '<button type="button" class="cs-button" data-action="copy-mail">Copy the message</button>'
        '<button type="button" class="cs-button" data-action="clear">Empty the form</button></div>'
        '<p class="cs-said" role="status"></p></section></form></div>\n'
    )
