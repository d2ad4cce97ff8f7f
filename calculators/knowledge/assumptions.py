"""The register of assumptions: every number of `calculators/parameters` as one table, with its source and its use.

Pure functions on the parameters and definitions as they travel with the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

Parameters = Mapping[str, Mapping[str, Any]]
Definitions = Mapping[str, Mapping[str, Any]]
HEADS = ("Assumption", "Value", "Where and when", "Source", "How sure", "Used by")
MAX_PARTS = 6
"""Most named numbers shown in one cell; more are a table of values."""
CONFIDENCE = {
    "high": "read in the source",
    "medium": "from a report on the source, or in part",
    "computed": "computed or set by us, see the note",
}


def value_text(value: Any) -> str:
    """Return a value as a reader sees it: one number, a few named numbers, or how many a table holds.

    Parameters
    ----------
    value : float, list, dict or None
        `None` is the end of validity.
    """
    if value is None:
        return "no longer valid"
    if isinstance(value, int | float):
        return f"{value:,g}"
    if (
        isinstance(value, dict)
        and len(value) <= MAX_PARTS
        and all(isinstance(item, int | float) for item in value.values())
    ):
        return ", ".join(f"{name.replace('_', ' ')} {item:g}" for name, item in value.items())
    return f"table of {_count(value):,} values"


def _count(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_count(item) for item in value.values())
    return sum(_count(item) for item in value) if isinstance(value, list) else 1


def users(definitions: Definitions) -> dict[str, list[str]]:
    """Return the ids of the calculators that read each parameter, in the order of the definitions."""
    found: dict[str, list[str]] = {}
    for name, definition in definitions.items():
        for parameter in definition.get("parameters", ()):
            found.setdefault(parameter, []).append(name)
    return found


def table(parameters: Parameters, definitions: Definitions, root: str, lang: str = "en") -> str:
    """Return the register as a table: one row for each parameter, in the order of its id.

    Parameters
    ----------
    parameters, definitions : mapping
        As `calculators.data` reads them.
    root : str
        What leads from the page to the root of the site, such as `../../`.
    lang : str
        Language of the calculators' titles.
    """
    used = users(definitions)
    rows = "".join(
        _row(parameters[name], [(key, definitions[key]["title"][lang]) for key in used.get(name, ())], root)
        for name in sorted(parameters)
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in HEADS)
    return (
        '<table class="reg-table kn-table" data-search-exclude><caption>Every number the calculators start from</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(entry: Mapping[str, Any], used: list[tuple[str, str]], root: str) -> str:
    spread = f'<span class="reg-sub">{escape(entry["spread"])}</span>' if entry.get("spread") else ""
    values = "".join(
        f'<span class="reg-sub">from {escape(row["from"])}</span>{escape(value_text(row["value"]))}'
        for row in entry["values"]
    )
    where = "<br>".join(escape(entry[key]) for key in ("place", "era") if entry.get(key))
    links = "<br>".join(f'<a href="{root}calculators/{key}/">{escape(title)}</a>' for key, title in used)
    cells = (
        f"{values} {escape(entry['unit'])}",
        where or "not stated",
        "<br>".join(_source(row) for row in entry["values"] if "source" in row),
        _confidence(entry),
        links or "no calculator yet",
    )
    return (
        f'<tr id="{escape(entry["id"])}"><th scope="row">{escape(entry["description"])}'
        f'<span class="reg-sub"><code>{escape(entry["id"])}</code></span>{spread}</th>'
        + "".join(f'<td data-label="{head}">{cell}</td>' for head, cell in zip(HEADS[1:], cells, strict=True))
        + "</tr>"
    )


def _source(row: Mapping[str, Any]) -> str:
    source = row["source"]
    clause = f", {escape(source['clause'])}" if "clause" in source else ""
    day = escape(row["checked_on"])
    return (
        f'<a href="{escape(source["url"])}">{escape(source["title"])}</a>{clause}'
        f'<span class="reg-sub">checked on <time datetime="{day}">{day}</time></span>'
    )


def _confidence(entry: Mapping[str, Any]) -> str:
    word = entry.get("confidence")
    return f'{word}<span class="reg-sub">{CONFIDENCE[word]}</span>' if word else "not stated"


def counts(parameters: Parameters, definitions: Definitions) -> str:
    """Return one sentence on how many assumptions there are, how sure they are and how many are used."""
    number = {
        word: sum(entry.get("confidence") == word for entry in parameters.values()) for word in CONFIDENCE
    }
    idle = sum(name not in users(definitions) for name in parameters)
    return (
        f"<p>{len(parameters)} assumptions: {number['high']} read in the source, {number['medium']} from reports on "
        f"it or in part, {number['computed']} computed or set by us, with the way noted. "
        f"{idle} are not read by a calculator yet.</p>"
    )
