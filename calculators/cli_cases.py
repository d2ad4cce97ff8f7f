"""The terminal's `cases`: find case studies by need, country and theme."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from calculators import data
from calculators.knowledge import cases
from calculators.knowledge.cases_words import EVIDENCE


def add_to(commands: Any) -> None:
    """Add the sub-command to the terminal's parser."""
    parser = commands.add_parser("cases", help="find case studies")
    parser.add_argument("--need", type=int, metavar="N", help="one of the seven needs, 1 to 7")
    parser.add_argument("--country", metavar="XX", help="two letters, such as NL")
    parser.add_argument("--theme", metavar="T", help="such as v2g or tender")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> None:
    """Print the cases that match every condition."""
    found = cases.find(data.read("cases"), arguments.need, country=arguments.country, theme=arguments.theme)
    if arguments.format == "json":
        text = json.dumps(list(found.values()), ensure_ascii=False, indent=1)
    else:
        text = to_text(found)
    sys.stdout.write(text.rstrip("\n") + "\n")


def to_text(found: dict[str, cases.Case]) -> str:
    """Return the cases as a person reads them in a terminal: what, where, the figures with their kind."""
    count = f"{len(found)} case{'s' if len(found) != 1 else ''}"
    if not found:
        return f"{count}. Drop one condition."
    blocks = [count]
    for key, case in found.items():
        place = case["place"]
        lines = [
            f"{case['title']}",
            f"  {place['name']}, {place['country']} · {EVIDENCE[cases.evidence(case)].lower()} · {key}",
            f"  {case['summary']}",
        ]
        lines += [f"  - {cases.amount(kpi)}: {kpi['name']} ({kpi['kind']})" for kpi in case["kpis"]]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
