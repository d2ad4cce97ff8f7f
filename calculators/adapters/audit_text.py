"""An audit as a person reads it in a terminal."""

from __future__ import annotations

import textwrap
from typing import Any

from calculators.adapters.audit import Audit

TITLES = {"error": "Errors", "warning": "Warnings", "note": "Notes"}
WIDTH = 100
MAX_NAMED = 5


def to_text(audit: Audit) -> str:
    """Return what is in the file, what was found, and the results at its own loads."""
    lines = [audit.name, *_facts(audit.facts)]
    for severity, title in TITLES.items():
        found = [one for one in audit.findings if one.severity == severity]
        if not found:
            continue
        lines += ["", f"{title} ({len(found)})"]
        for one in found:
            more = len(one.elements) - 1
            where = f"{one.element}{f' and {more} more' if more > 0 else ''}: " if one.element else ""
            lines += _bullet(f"[{one.code}] {where}{one.message}")
            lines += [
                f"    {row}" for row in textwrap.wrap(f"{one.effect} {one.smallest_fix}".strip(), WIDTH - 4)
            ]
            if 0 < more < MAX_NAMED:
                lines += [f"    also: {', '.join(one.elements[1:])}"]
    if not any(one.severity != "note" for one in audit.findings):
        lines += ["", "Nothing looks wrong."]
    if audit.base_case:
        lines += ["", *_results(audit.base_case)]
    lines += ["", "Usable." if audit.usable else "Not usable until the errors are mended."]
    return "\n".join(lines) + "\n"


def _facts(facts: dict[str, Any]) -> list[str]:
    if "levels" not in facts:
        return [_n(facts["buses"], "bus", "es")]
    loops = facts["loops"]
    rows = [
        f"{_n(facts['buses'], 'bus', 'es')}, {_n(facts['lines'], 'line')} ({_km(facts['line_km'])}), "
        f"{_n(facts['transformers'], 'transformer')} ({facts['transformer_kva']:,.0f} kVA)",
        f"{_n(facts['loads'], 'load')} ({facts['load_kw']:,.1f} kW), {_n(facts['generators'], 'static generator')} "
        f"({facts['generation_kw']:,.1f} kW), {facts['open_switches']} of {_n(facts['switches'], 'switch', 'es')} open",
        f"meshed: {_n(loops, 'loop')}" if loops else "radial",
    ]
    rows += [
        f"{level['vn_kv']:g} kV: {_n(level['buses'], 'bus', 'es')}, {_km(level['line_km'])}, {_n(level['loads'], 'load')}"
        for level in facts["levels"]
    ]
    if facts["buses_without_supply"]:
        rows.append(f"{_n(facts['buses_without_supply'], 'bus', 'es')} without supply")
    return rows


def _n(count: int, word: str, plural: str = "s") -> str:
    return f"{count} {word}{'' if count == 1 else plural}"


def _km(length: float | None) -> str:
    return "lengths not in the file" if length is None else f"{length:,.2f} km"


def _results(base: dict[str, Any]) -> list[str]:
    rows = [
        "At the loads in the file",
        f"  lowest voltage    {base['lowest_voltage_pu']:8.5f} pu  {base['lowest_voltage_bus']}",
        f"  highest voltage   {base['highest_voltage_pu']:8.5f} pu  {base['highest_voltage_bus']}",
    ]
    for kind, word in (("line", "line"), ("trafo", "transformer")):
        if f"highest_{kind}_loading_percent" in base:
            percent, name = base[f"highest_{kind}_loading_percent"], base[f"highest_{kind}_loading_at"]
            rows.append(f"  {f'fullest {word}':19}{percent:6.1f} %   {name}")
    return [*rows, f"  losses            {base['loss_kw']:8.2f} kW"]


def _bullet(text: str) -> list[str]:
    wrapped = textwrap.wrap(text, WIDTH - 2)
    return [f"- {wrapped[0]}", *(f"    {row}" for row in wrapped[1:])]
