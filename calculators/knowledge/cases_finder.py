"""The finder: every case as a card, with what a script needs to filter them; complete without it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from calculators.knowledge import cases_map
from calculators.knowledge.cases import MARK, Case, amount, evidence
from calculators.knowledge.cases_render import badge, years
from calculators.knowledge.cases_words import (
    ASSETS,
    COUNTRIES,
    EVIDENCE,
    MATURITY,
    NEEDS,
    OWNERSHIP,
    SIZES,
    THEMES,
    where,
)

ORDER = ("measured", "reported", "estimated", "none")


def ordered(cases: Mapping[str, Case]) -> dict[str, Case]:
    """Return the cases with the best evidence first, then by title."""
    return dict(sorted(cases.items(), key=lambda item: (ORDER.index(evidence(item[1])), item[1]["title"])))


def select(name: str, label: str, options: Mapping[Any, str]) -> str:
    """Return a labelled menu whose first entry is "any"."""
    entries = "".join(
        f'<option value="{escape(str(key))}">{escape(text)}</option>' for key, text in options.items()
    )
    return (
        f'<div class="cs-field"><label for="cs-{name}">{escape(label)}</label>'
        f'<select id="cs-{name}" name="{name}"><option value="">any</option>{entries}</select></div>'
    )


def _filters(cases: Mapping[str, Case]) -> str:
    countries = {case["place"]["country"] for case in cases.values()}
    menus = [
        select("need", "Need", {number: f"{number}. {text}" for number, text in NEEDS.items()}),
        select("country", "Country", {key: name for key, name in COUNTRIES.items() if key in countries}),
        select("theme", "Theme", THEMES),
        select("asset", "Kind of charging", ASSETS),
        select("ownership", "Who runs it", OWNERSHIP),
        select("maturity", "Charging there", MATURITY),
        select("size", "Size of the place", SIZES),
        select("evidence", "Best figure is", EVIDENCE),
    ]
    return (
        '<form class="cs-filters" hidden><fieldset><legend>Filter the cases</legend>'
        '<div class="cs-field cs-wide"><label for="cs-text">Words in title, summary or place</label>'
        '<input type="search" id="cs-text" name="text" autocomplete="off"></div>'
        f'{"".join(menus)}</fieldset><div class="cs-actions"><button type="button" class="cs-button" '
        'data-action="reset">Show all</button><button type="button" class="cs-button" data-action="link">'
        'Copy a link to this list</button><span class="cs-said" role="status"></span></div></form>'
    )


def _mine() -> str:
    menus = (
        select("mine-size", "Size", SIZES)
        + select("mine-maturity", "Charging there", MATURITY)
        + select("mine-ownership", "Who runs it", OWNERSHIP)
    )
    return (
        '<details class="cs-mine" hidden><summary>Cities like mine</summary><form><fieldset>'
        f"<legend>Describe your place</legend>{menus}</fieldset></form>"
        '<div class="cs-alike" aria-live="polite"></div></details>'
    )


def card(key: str, case: Case) -> str:
    """Return one case as a list item: what, where, the strongest figure and how well it is known."""
    place, best = case["place"], evidence(case)
    data = {
        "id": key,
        "need": " ".join(map(str, case["needs"])),
        "country": place["country"],
        "theme": " ".join(case["themes"]),
        "asset": " ".join(case["assets"]),
        "ownership": case["ownership"] or "",
        "maturity": case["maturity"],
        "size": place["size"],
        "evidence": best,
    }
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
    top = next((kpi for kpi in case["kpis"] if kpi["kind"] == best), None)
    figure = (
        f'<p class="cs-top">{badge(best)} <strong>{escape(amount(top))}</strong> {escape(top["name"])}</p>'
        if top
        else '<p class="cs-top"><span class="cs-badge cs-none">no figure</span></p>'
    )
    told = [where(place), years(case), ", ".join(THEMES[theme] for theme in case["themes"][:3])]
    line = " · ".join(text for text in told if text != "not known")
    return (
        f'<li class="cs-card" id="case-{escape(key)}"{attributes}><h2><a href="{escape(key)}/">{escape(case["title"])}</a></h2>'
        f'<p class="cs-where">{escape(line)}</p><p>{escape(case["summary"])}</p>{figure}'
        f'<label class="cs-pick" hidden><input type="checkbox" value="{escape(key)}"> Compare'
        f'<span class="cs-hidden">: {escape(case["title"])}</span></label></li>'
    )


def finder(cases: Mapping[str, Case], outline: Path) -> str:
    """Return the finder as HTML without blank lines, so that Markdown leaves it alone."""
    _, outside = cases_map.marks(cases)
    away = ", ".join(
        f"{cases[key]['place']['name']} ({COUNTRIES[cases[key]['place']['country']]})" for key in outside
    )
    shown = ordered(cases)
    return (
        f'<div class="cs-finder"><div class="cs-head"><div>{_filters(cases)}{_mine()}</div>'
        f'<figure class="cs-figure cs-map-figure">{cases_map.svg(cases, outline)}<figcaption>A number counts the cases '
        f"near that point. Not on the map: {escape(away)}. Outlines: Natural Earth, public domain.</figcaption></figure></div>"
        f'<p class="cs-count" role="status">{len(cases)} cases</p>'
        f'<p class="cs-basket" hidden><a href="compare/">Compare the chosen cases</a></p>'
        f'<ul class="cs-list">{"".join(card(key, case) for key, case in shown.items())}</ul></div>\n'
    )


def compare_data(cases: Mapping[str, Case]) -> str:
    """Return what the comparison shows of each case, as JSON text: words, not keys."""
    rows = {
        key: {
            "title": case["title"],
            "Place": where(case["place"]),
            "Years": years(case),
            "Size of the place": SIZES[case["place"]["size"]],
            "Charging there": MATURITY[case["maturity"]],
            "Who runs it": OWNERSHIP.get(case["ownership"] or "", "not known"),
            "Kind of charging": ", ".join(ASSETS[asset] for asset in case["assets"]),
            "What was done": _unmarked(case["approach"]),
            "What it reached": [f"{amount(kpi)}: {kpi['name']} ({kpi['kind']})" for kpi in case["kpis"]]
            or [f"No figure. {case['no_kpi']}"],
            "What went wrong": _unmarked(case["went_wrong"] or case["unknown"]["went_wrong"]),
            "What must be true elsewhere": _unmarked(case["elsewhere"]),
        }
        for key, case in sorted(cases.items(), key=lambda item: item[1]["title"])
    }
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _unmarked(text: str) -> str:
    return MARK.sub("", text).replace(" .", ".").replace(" ,", ",").replace("  ", " ")
