"""The page of one case, and the page that sets effects side by side: Markdown with HTML blocks, complete without script."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from calculators.knowledge import cases_plot
from calculators.knowledge.cases import MARK, Case, amount
from calculators.knowledge.cases_effects import EFFECTS, points
from calculators.knowledge.cases_words import (
    ASSETS,
    KINDS,
    MATURITY,
    NEEDS,
    OWNERSHIP,
    ROLES,
    SIZES,
    STATUS,
    THEMES,
    where,
)

NEED_PAGES = {
    1: "strategy",
    2: "smart-charging-and-v2g",
    3: "governance",
    4: "grid-constraints",
    5: "roles",
    6: "grid-prognosis",
    7: "digital-tools",
}


def badge(kind: str) -> str:
    """Return the mark that says how well a figure is known."""
    return f'<span class="cs-badge cs-{kind}">{kind}</span>'


def prose(text: str) -> str:
    """Return a paragraph whose source numbers lead to the list of sources."""
    linked = MARK.sub(r'<a class="cs-ref" href="#source-\1">[\1]</a>', escape(text))
    return f"<p>{linked}</p>"


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of HTML cells that turns into blocks on a narrow screen and keeps its roles there."""
    head = "".join(f'<th scope="col" role="columnheader">{escape(name)}</th>' for name in columns)
    body = "".join(
        '<tr role="row">'
        + "".join(
            f'<th scope="row" role="rowheader">{cell}</th>'
            if index == 0
            else f'<td role="cell" data-label="{escape(columns[index])}">{cell}</td>'
            for index, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<table class="cs-table" role="table"><caption>{escape(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table>'
    )


def years(case: Case) -> str:
    """Return when it ran, in words."""
    start, end = case["years"]["start"], case["years"]["end"]
    if start and end:
        return str(start) if start == end else f"{start} to {end}"
    if start:
        return f"since {start}" if case["status"] in ("running", "planned") else f"from {start}"
    return f"until {end}" if end else "not known"


def _figure(kpi: Mapping[str, Any]) -> list[str]:
    note = f'<span class="cs-note">{escape(kpi["caveat"])}</span>' if kpi["caveat"] else ""
    page = f", page {kpi['page']}" if kpi["page"] else ""
    return [
        escape(kpi["name"]) + note,
        escape(amount(kpi)),
        badge(kpi["kind"]),
        escape(kpi["baseline"] or "no comparison given"),
        f'<a class="cs-ref" href="#source-{kpi["source"]}">[{kpi["source"]}]</a>{page}',
    ]


def _scale(item: Mapping[str, Any]) -> list[str]:
    note = f'<span class="cs-note">{escape(item["caveat"])}</span>' if item.get("caveat") else ""
    planned = ' <span class="cs-badge cs-planned">plan</span>' if item.get("planned") else ""
    return [
        escape(item["name"]) + note,
        escape(amount(item)) + planned,
        f'<a class="cs-ref" href="#source-{item["source"]}">[{item["source"]}]</a>',
    ]


def _where(case: Case) -> str:
    told = [where(case["place"]), years(case)]
    return " · ".join(text for text in told if text != "not known")


def _facts(case: Case) -> str:
    place = case["place"]
    needs = ", ".join(
        f'<a href="../../guidance/needs/{NEED_PAGES[n]}/">{n}. {escape(NEEDS[n])}</a>' for n in case["needs"]
    )
    unknown = case.get("unknown", {})
    rows = [
        ("Place", escape(where(place))),
        ("Years", escape(years(case))),
        ("Status", STATUS[case["status"]]),
        ("Charging", escape(", ".join(ASSETS[asset] for asset in case["assets"]))),
        (
            "Who runs it",
            OWNERSHIP.get(case["ownership"] or "", "") or escape(unknown.get("ownership", "not known")),
        ),
        (
            "Place by our rough classes",
            f"{SIZES[place['size']]}; charging: {MATURITY[case['maturity']].lower()}",
        ),
        ("Themes", escape(", ".join(THEMES[theme] for theme in case["themes"]))),
        ("Needs it answers", needs),
        ("Standards named", escape(", ".join(case["standards"])) or "none named in the sources"),
        (
            "Organisations",
            "; ".join(f"{escape(item['name'])} ({ROLES[item['role']]})" for item in case["organisations"]),
        ),
    ]
    return (
        '<dl class="cs-facts">' + "".join(f"<dt>{term}</dt><dd>{text}</dd>" for term, text in rows) + "</dl>"
    )


def _source(number: int, source: Mapping[str, Any]) -> str:
    parts = [
        source["publisher"],
        str(source["year"] or "no date on the page"),
        f"checked on {source['checked_on']}",
    ]
    return (
        f'<li id="source-{number}"><a href="{escape(source["url"])}" rel="noopener">{escape(source["title"])}</a>'
        f" ({escape(', '.join(parts))})</li>"
    )


def _reached(case: Case) -> str:
    if not case["kpis"]:
        return f"<p>No figure. {escape(case['no_kpi'])}</p>"
    kinds = "".join(
        f"<li>{badge(kind)} {escape(KINDS[kind].split(': ', 1)[1])}</li>"
        for kind in KINDS
        if any(kpi["kind"] == kind for kpi in case["kpis"])
    )
    rows = [_figure(kpi) for kpi in case["kpis"]]
    return (
        table("Figures of this case", ["Figure", "Value", "Evidence", "Compared with", "Source"], rows)
        + f'<ul class="cs-kinds">{kinds}</ul>'
    )


def _gaps(case: Case) -> str:
    """What is not known, apart from what other sections say already."""
    told = {"went_wrong", "ownership"}
    gaps = [reason for key, reason in case.get("unknown", {}).items() if key not in told]
    return "".join(f'<p class="cs-gap">{escape(reason)}</p>' for reason in gaps)


def front(title: str, description: str, **extra: Any) -> str:
    """Return a page's front matter; JSON is YAML, and needs no care with quotes."""
    return f"---\n{json.dumps({'title': title, 'description': description, **extra}, ensure_ascii=False)}\n---\n\n"


def case_page(case: Case) -> str:
    """Return the page of one case."""
    wrong = (
        prose(case["went_wrong"]) if case["went_wrong"] else f"<p>{escape(case['unknown']['went_wrong'])}</p>"
    )
    parts = [
        front(case["title"], case["summary"], hide=["toc"]) + f"# {_plain(case['title'])} {{ #case }}",
        f'<p class="cs-lead">{escape(case["summary"])}</p>'
        f'<p class="cs-where">{escape(_where(case))} · <a href="../">all cases</a></p>',
        "## What was done { #done }",
        prose(case["approach"]) + _gaps(case),
        "## What it reached { #figures }",
        _reached(case),
    ]
    if case["scale"]:
        rows = [_scale(item) for item in case["scale"]]
        parts += [
            "## Scale and plans { #scale }",
            table("Size of the project; a plan is not a result", ["What", "Value", "Source"], rows),
        ]
    parts += [
        "## What went wrong { #wrong }",
        wrong,
        "## What must be true elsewhere { #elsewhere }",
        prose(case["elsewhere"]) + '<p class="cs-note">Our reading, not a finding of the sources.</p>',
        "## Facts { #facts }",
        _facts(case),
        "## Sources { #sources }",
        f'<ol class="cs-sources">{"".join(_source(n, s) for n, s in enumerate(case["sources"], 1))}</ol>',
        f'<p class="cs-foot">Last reviewed on {case["last_reviewed"]}, to be reviewed by {case["review_by"]}. '
        f'<a href="../../report-an-error/">Report an error</a>: name the case <code>{escape(case["id"])}</code>. '
        f'<a href="../compare/?c={escape(case["id"])}">Compare with other cases</a>. <a href="../">All cases</a>.</p>',
    ]
    return "\n\n".join(parts) + "\n"


def _plain(title: str) -> str:
    """Keep a title's characters from meaning something in Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#])", r"\\\1", title)


def effects(cases: Mapping[str, Case]) -> str:
    """Return the synthesis: for each effect the range, the evidence and every case behind it."""
    parts = []
    for name, effect in EFFECTS.items():
        found = points(cases, name)
        rows = [
            [
                f'<a href="../{escape(point.case)}/">{escape(cases[point.case]["title"])}</a>'
                f'<span class="cs-note">{escape(point.name)}</span>',
                escape(cases_plot.said(point)),
                badge(point.kind),
            ]
            for point in found
        ]
        parts += [
            f"## {effect.title} {{ #{name} }}",
            f"<p>{escape(cases_plot.sentence(effect, found))} {escape(effect.reading)}</p>",
            f'<figure class="cs-figure">{cases_plot.svg(name, effect, found)}</figure>',
            table(f"{effect.title}: the cases behind", ["Case and figure", "Value", "Evidence"], rows),
        ]
    return "\n\n".join(parts) + "\n"
