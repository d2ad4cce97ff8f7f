"""The register as pages: the table of all entries with its filter, and each entry in full.

HTML without any style in it and complete without script; the script only hides rows by their data attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from calculators.knowledge.register import (
    OTHER_EU,
    PLACES,
    PROFILES,
    ROLES,
    SITE_TYPES,
    Entries,
    Entry,
    address,
    jurisdictions,
    starts,
)

STATUS = {
    "in-force": "in force",
    "adopted": "adopted, not yet applicable",
    "proposed": "proposed or in preparation",
    "published": "published, not law",
    "repealed": "repealed",
}
CONFIDENCE = {
    "high": "read in the text or in several agreeing sources",
    "medium": "from secondary sources or in part",
    "uncertain": "not confirmed: check before use",
}
DATES = {
    "published": "published",
    "in_force": "in force since",
    "applies_from": "applies from",
    "deadline": "due by",
    "ends": "ends",
}
LIMITS = {"min": "at least ", "max": "at most "}


def mark(confidence: str) -> str:
    """Return the sign of an uncertain or secondary finding; what is sure carries none."""
    if confidence == "high":
        return ""
    word = "uncertain" if confidence == "uncertain" else "secondary sources"
    return f'<span class="reg-mark reg-{confidence}">{word}</span>'


def _options(choices: Mapping[str, str], none: str) -> str:
    return f'<option value="">{none}</option>' + "".join(
        f'<option value="{escape(key)}">{escape(text)}</option>' for key, text in choices.items()
    )


def _country_options() -> str:
    names = {**PROFILES, "GR": "Greece", OTHER_EU: "Another EU member state"}
    return '<option value="">Any country</option>' + "".join(
        f'<option value="{key}" data-places="{" ".join(jurisdictions(key))}">{escape(name)}</option>'
        for key, name in names.items()
    )


def filters() -> str:
    """Return the form of the filter, hidden until the script shows it."""
    fields = (
        ("role", "You are", f'<select name="role">{_options(ROLES, "Anyone")}</select>'),
        ("country", "Country", f'<select name="country">{_country_options()}</select>'),
        ("site", "Kind of site", f'<select name="site">{_options(SITE_TYPES, "Any site")}</select>'),
        ("date", "Ready for use on", '<input type="date" name="date" min="2020-01-01" max="2040-12-31">'),
        ("text", "Words", '<input type="search" name="text" autocomplete="off">'),
    )
    controls = "".join(f"<label>{label}{control}</label>" for _, label, control in fields)
    return (
        '<form class="reg-filter" aria-label="What applies to me" hidden>'
        f'<div class="reg-fields">{controls}</div>'
        '<p class="reg-found" role="status"></p>'
        '<p class="reg-actions"><button type="reset">Show all</button>'
        '<button type="button" data-copy>Copy link to this selection</button></p></form>'
    )


def table(entries: Entries, root: str) -> str:
    """Return the table of all entries; `root` leads from the page to the root of the site."""
    lines = "".join(_row(entry, root) for entry in entries.values())
    heads = "".join(
        f'<th scope="col">{name}</th>' for name in ("Rule", "Who has to do what", "Where", "When")
    )
    return (
        f'{filters()}<table class="reg-table reg-list" data-search-exclude><caption>Entries of the register</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"
    )


def _row(entry: Entry, root: str) -> str:
    start = starts(entry) or ""
    late = entry["status"] == "adopted" and "applies_from" not in entry.get("dates", {})
    data = {
        "id": entry["id"],
        "data-roles": " ".join(entry["roles"]),
        "data-place": entry["jurisdiction"],
        "data-sites": " ".join(entry["site_types"]),
        "data-from": "9999" if late else start,
        "data-until": entry.get("dates", {}).get("ends", ""),
        "data-status": entry["status"],
    }
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in data.items() if value)
    who = ", ".join(ROLES[role].split(",")[0] for role in entry["roles"])
    return (
        f'<tr{attributes}><th scope="row"><a href="{root}{escape(address(entry))}">{escape(entry["title"])}</a>'
        f'<span class="reg-sub">{escape(entry["act"]["number"])}; {escape(entry["article"])}</span></th>'
        f'<td>{escape(entry["task"])}<span class="reg-sub">For: {escape(who)}</span></td>'
        f"<td>{escape(PLACES[entry['jurisdiction']])}</td>"
        f"<td>{_when(entry)} {mark(entry['confidence'])}</td></tr>"
    )


def _when(entry: Entry) -> str:
    dates = entry.get("dates", {})
    key = next(
        (name for name in ("applies_from", "deadline", "in_force", "published") if name in dates), None
    )
    text = f"{DATES[key]} {_time(dates[key])}" if key else ""
    ends = f", ends {_time(dates['ends'])}" if "ends" in dates else ""
    badge = f'<span class="reg-status reg-is-{entry["status"]}">{STATUS[entry["status"]]}</span>'
    return f'{badge}<span class="reg-sub">{text}{ends}</span>' if text or ends else badge


def _time(date: str) -> str:
    return f'<time datetime="{date}">{date}</time>'


def markdown(entries: Iterable[Entry], root: str) -> str:
    """Return entries in full as Markdown: a heading with the permanent anchor, then HTML."""
    return "\n\n".join(
        f"## {_plain(entry['title'])} {{ #{entry['id']} }}\n\n{article(entry, root)}" for entry in entries
    )


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", text)


def article(entry: Entry, root: str) -> str:
    """Return one entry in full."""
    act = entry["act"]
    name = escape(", ".join(dict.fromkeys((act["title"], act["number"]))))
    official = f'<a href="{escape(act["url"])}">{name}</a>' if "url" in act else name
    dates = "; ".join(f"{DATES[key]} {_time(day)}" for key, day in entry.get("dates", {}).items())
    facts = {
        "Act": official,
        "Article": escape(entry["article"]),
        "Where": escape(PLACES[entry["jurisdiction"]]),
        "For whom": escape(", ".join(ROLES[role] for role in entry["roles"])),
        "Sites": escape(", ".join(SITE_TYPES.get(site, "all kinds") for site in entry["site_types"])),
        "Status": f"{STATUS[entry['status']]}{'; ' + dates if dates else ''}",
        "Replaces": escape("; ".join(entry.get("supersedes", ()))),
        "How sure": f"{mark(entry['confidence'])} {CONFIDENCE[entry['confidence']]}; "
        f"state of knowledge {_time(entry['state_of_knowledge'])}",
    }
    listed = "".join(f"<dt>{key}</dt><dd>{text}</dd>" for key, text in facts.items() if text)
    return (
        f'<div class="reg-entry"><p class="reg-task">{escape(entry["task"])}</p><dl>{listed}</dl>'
        f'<ul class="reg-provisions">{"".join(_provision(item, entry) for item in entry["provisions"])}</ul>'
        + (f'<p class="reg-note">{escape(entry["note"])}</p>' if "note" in entry else "")
        + _sentences("Open", "reg-open", entry.get("open_points", ()))
        + _sentences("Sources disagree", "reg-contradiction", entry.get("contradictions", ()))
        + f'<p class="reg-sources">Sources: {"; ".join(_source(item) for item in entry["sources"])}.</p>'
        f'<p class="reg-id"><a href="{root}regulation/#{entry["id"]}">In the register</a> '
        f"<code>{entry['id']}</code></p></div>"
    )


def _source(source: Mapping[str, str]) -> str:
    return f'<a href="{escape(source["url"])}">{escape(source["title"])}</a>'


def _sentences(name: str, kind: str, sentences: Iterable[str]) -> str:
    return "".join(f'<p class="{kind}"><strong>{name}:</strong> {escape(text)}</p>' for text in sentences)


def _provision(item: Mapping[str, Any], entry: Entry) -> str:
    own = item.get("confidence", entry["confidence"])
    if "applies_from" in item:
        when = f"From: {_time(item['applies_from'])}"
    else:
        when = f"When: {escape(item['when'])}" if "when" in item else ""
    values = "; ".join(_value(value) for value in item.get("values", ()))
    # An entry that is uncertain as a whole says so once; inside a surer entry each weak part carries its mark.
    sign = mark(own) if own == "uncertain" or own != entry["confidence"] else ""
    parts = (
        f"<strong>{escape(item['clause'])}</strong>{' ' + sign if sign else ''}",
        escape(item["task"]),
        f'<span class="reg-value">{values}.</span>' if values else "",
        escape(item.get("note", "")),
        f'<span class="reg-sub">{when}</span>' if when else "",
        f'<span class="reg-open">Open: {escape(item["open"])}</span>' if "open" in item else "",
    )
    return f"<li>{' '.join(part for part in parts if part)}</li>"


def _value(value: Mapping[str, Any]) -> str:
    number = f"{value['value']:,}" if isinstance(value["value"], int) else f"{value['value']:,g}"
    limit = LIMITS.get(value.get("limit", ""), "")
    if value["name"].endswith(
        (" at most", " at least", " from", " to", " above", " below", " up to", " within")
    ):
        limit = ""  # the name says it
    return f"{escape(value['name'])}: {limit}{number} {escape(value['unit'])}".strip()


def doubts(entries: Entries, root: str) -> str:
    """Return everything in the register that is uncertain, open or contradictory, as one list."""
    lines = []
    for entry in entries.values():
        texts = [*entry.get("open_points", ()), *entry.get("contradictions", ())]
        texts += [f"{item['clause']}: {item['open']}" for item in entry["provisions"] if "open" in item]
        if texts:
            link = f'<a href="{root}{escape(address(entry))}">{escape(entry["title"])}</a>'
            lines.append(f"<li>{link} {mark(entry['confidence'])}<br>{'<br>'.join(map(escape, texts))}</li>")
    return f'<ul class="reg-doubts" data-search-exclude>{"".join(lines)}</ul>'


def counts(entries: Entries) -> str:
    """Return one sentence on how many entries there are and how sure they are."""
    number = {key: sum(entry["confidence"] == key for entry in entries.values()) for key in CONFIDENCE}
    weak = sum(item.get("confidence") == "uncertain" for e in entries.values() for item in e["provisions"])
    return (
        f"<p>{len(entries)} entries: {number['high']} read in the text or in several agreeing sources, "
        f"{number['medium']} from secondary sources or in part, {number['uncertain']} uncertain. "
        f"Inside them {weak} single statements carry the mark “uncertain”.</p>"
    )
