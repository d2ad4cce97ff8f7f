"""The timeline of the register: its rows, and a drawing of them as SVG without any style in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from calculators.knowledge.register import Entries, address

FIRST, LAST = 2023, 2035
LANES = {
    "Public charging": ("afir", "standards", "protocols"),
    "Private charging": ("private-charging",),
    "Grid and market": ("grid-and-market",),
    "Cyber and data": ("cyber-and-data",),
    "Meters, vehicles": ("metering-and-vehicles",),
    "Buying": ("buying",),
    "Countries": ("nl", "de", "be", "fr", "es", "no", "se", "uk", "dk", "it", "other"),
}
WIDTH, LEFT, RIGHT, TOP, STEP = 860, 128, 16, 34, 24


@dataclass(frozen=True)
class Row:
    """One date of the timeline."""

    number: int
    date: str
    text: str
    calculated: bool
    lane: str
    href: str
    source: str


def rows(entries: Entries) -> list[Row]:
    """Return every milestone from 2023 to 2035 in order of time, numbered."""
    lane = {part: name for name, parts in LANES.items() for part in parts}
    found = sorted(
        (mark["date"], entry["id"], mark["text"], mark.get("calculated", False))
        for entry in entries.values()
        for mark in entry.get("milestones", ())
        if FIRST <= int(mark["date"][:4]) <= LAST
    )
    return [
        Row(number, date, text, calculated, lane[entries[name]["part"]], address(entries[name]), name)
        for number, (date, name, text, calculated) in enumerate(found, start=1)
    ]


def _x(date: str) -> float:
    """Return the place of a day on the axis."""
    day = dt.date.fromisoformat(date)
    share = (day - dt.date(FIRST, 1, 1)).days / (dt.date(LAST + 1, 1, 1) - dt.date(FIRST, 1, 1)).days
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _levels(marks: Sequence[Row]) -> list[int]:
    """Return a height for each mark so that none covers another."""
    ends: list[float] = []
    levels = []
    for mark in marks:
        place = _x(mark.date)
        level = next((index for index, end in enumerate(ends) if end <= place), len(ends))
        ends[level : level + 1] = [place + STEP]
        levels.append(level)
    return levels


def svg(marks: Sequence[Row], data_version: str) -> str:
    """Return the drawing: one lane for each field, a numbered mark for each date, a line for the data's day."""
    body: list[str] = []
    y = float(TOP)
    for lane in LANES:
        own = [mark for mark in marks if mark.lane == lane]
        levels = _levels(own)
        height = STEP * (max(levels, default=0) + 1) + 8
        body.append(f'<line class="reg-rule" x1="0" y1="{y:g}" x2="{WIDTH}" y2="{y:g}"/>')
        body.append(f'<text class="reg-lane" x="0" y="{y + 20:g}">{escape(lane)}</text>')
        for mark, level in zip(own, levels, strict=True):
            body.append(_mark(mark, y + 16 + level * STEP, data_version))
        y += height
    years = "".join(
        f'<line class="reg-rule" x1="{_x(f"{year}-01-01"):.1f}" y1="{TOP - 8}" x2="{_x(f"{year}-01-01"):.1f}" '
        f'y2="{y:g}"/><text class="reg-year" x="{_x(f"{year}-07-01"):.1f}" y="{TOP - 14}" '
        f'text-anchor="middle">{year}</text>'
        for year in range(FIRST, LAST + 1)
    )
    today = _x(data_version)
    return (
        f'<svg class="reg-svg" viewBox="0 0 {WIDTH} {y + 6:g}" width="{WIDTH}" height="{y + 6:g}" role="img" '
        f'aria-label="Dates of rules from {FIRST} to {LAST} in {len(LANES)} lanes; the table below lists all '
        f'{len(marks)}">{years}'
        f'<line class="reg-today" x1="{today:.1f}" y1="{TOP - 8}" x2="{today:.1f}" y2="{y:g}"/>'
        f"{''.join(body)}</svg>"
    )


def _mark(mark: Row, y: float, data_version: str) -> str:
    kind = "reg-calculated" if mark.calculated else "reg-past" if mark.date <= data_version else "reg-ahead"
    x = _x(mark.date)
    return (
        f'<g class="{kind}"><circle cx="{x:.1f}" cy="{y:g}" r="10.5"/><text x="{x:.1f}" y="{y + 4:g}" '
        f'text-anchor="middle">{mark.number}</text></g>'
    )


def table(marks: Sequence[Row], data_version: str, root: str) -> str:
    """Return the same dates as a table; `root` leads from the page to the root of the site."""
    lines = "".join(
        f'<tr id="t{mark.number}"{_class(mark, data_version)}><td>{mark.number}</td>'
        f'<th scope="row"><time datetime="{mark.date}">{mark.date}</time>'
        f"{' <em>calculated</em>' if mark.calculated else ''}</th>"
        f'<td>{escape(mark.lane)}</td><td><a href="{root}{mark.href}">{escape(mark.text)}</a></td></tr>'
        for mark in marks
    )
    return (
        '<table class="reg-table reg-dates" data-search-exclude><caption>The same dates as a list</caption><thead><tr>'
        '<th scope="col">No.</th><th scope="col">Date</th><th scope="col">Field</th>'
        f'<th scope="col">What happens</th></tr></thead><tbody>{lines}</tbody></table>'
    )


def _class(mark: Row, data_version: str) -> str:
    return ' class="reg-done"' if mark.date <= data_version else ""
