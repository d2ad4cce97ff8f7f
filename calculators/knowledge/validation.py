"""The published figures our results are held against, as a table for people."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

KINDS = {
    "reproducible": "the same setting, the same numbers",
    "arithmetic": "the same sum",
    "statistical": "a band around a published statistic",
    "directional": "the same direction and size",
}


def render(targets: Mapping[str, Mapping[str, Any]]) -> str:
    """Return every target with its source and whether the test run checks it.

    Parameters
    ----------
    targets : mapping
        By id, as in `tests/validation/targets`; one with `not_set_up` says why it is not checked.
    """
    checked = [entry for entry in targets.values() if not entry.get("not_set_up")]
    waived = [entry for entry in targets.values() if entry.get("not_set_up")]
    head = "<tr><th>Target</th><th>Area</th><th>Kind</th><th>Published in</th></tr>"
    rows = "".join(
        f"<tr><td><b>{escape(entry['id'])}</b> {escape(entry['title'])}</td><td>{escape(entry['area'])}</td>"
        f"<td>{escape(KINDS.get(entry['kind'], entry['kind']))}</td><td>{_source(entry)}</td></tr>"
        for entry in checked
    )
    reasons = "".join(
        f"<tr><td><b>{escape(entry['id'])}</b> {escape(entry['title'])}</td><td>{escape(str(entry['not_set_up']))}</td></tr>"
        for entry in waived
    )
    return (
        f"<p>{len(checked)} published targets are checked in every test run; {len(waived)} could not be set up, and the "
        f"reason stands beside each.</p><table><thead>{head}</thead><tbody>{rows}</tbody></table>"
        f"<h3>Not set up, and why</h3><table><thead><tr><th>Target</th><th>Reason</th></tr></thead><tbody>{reasons}</tbody></table>"
    )


def _source(entry: Mapping[str, Any]) -> str:
    source = entry["source"]
    title = escape(source["title"])
    return f'<a href="{escape(source["url"])}">{title}</a>' if source.get("url") else title
