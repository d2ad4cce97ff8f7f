"""The `network` commands of the terminal: check a file, convert a file. Nothing leaves the machine."""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from calculators.adapters import csv_templates, files, geojson
from calculators.adapters.audit import audit, base_case
from calculators.adapters.audit_text import to_text
from calculators.adapters.checked import NetworkTables
from calculators.cli_files import read_bytes
from calculators.engine.errors import InputError, Problem, SolveError

SMALLER = "Use one feeder of it."


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `network check` and `network convert`."""
    network = commands.add_parser("network", help="look at a network file, or convert it")
    actions = network.add_subparsers(required=True)
    check = actions.add_parser("check", help="say what is in it, what is missing and what looks wrong")
    check.add_argument(
        "file", type=Path, help="pandapower JSON or XLSX, power-grid-model JSON, CSV tables (zip or folder)"
    )
    check.add_argument("--format", choices=("text", "json"), default="text")
    check.set_defaults(command=_check)
    convert = actions.add_parser("convert", help="write it in another format")
    convert.add_argument("file", type=Path)
    convert.add_argument("--to", choices=tuple(files.FORMATS), required=True)
    convert.add_argument("--out", type=Path, required=True, help="file to write")
    convert.set_defaults(command=_convert)


def _check(arguments: argparse.Namespace) -> None:
    found = audit(_tables(arguments.file))
    text = (
        json.dumps(found.as_dict(), ensure_ascii=False, indent=1)
        if arguments.format == "json"
        else to_text(found)
    )
    print(text.rstrip("\n"))
    if not found.usable:
        count = sum(one.severity == "error" for one in found.findings)
        raise InputError(Problem("unusable", f"{count} error(s), listed above.", str(arguments.file)))


def _convert(arguments: argparse.Namespace) -> None:
    tables = _tables(arguments.file)
    network = tables.network()  # a network that cannot be calculated is not passed on
    solution = None
    if arguments.to == "geojson":
        try:
            solution = base_case(network)
        except SolveError as error:
            print(f"smartcharge: without results: {error.problems[0].message}", file=sys.stderr)
        if not geojson.in_degrees(tables):
            print("smartcharge: coordinates are not in degrees; maps cannot place them.", file=sys.stderr)
    arguments.out.write_bytes(files.write(tables, arguments.to, solution))
    for note in tables.notes:
        print(f"- {note}")
    print(f"{arguments.out}: {network.summary()}")


def _tables(path: Path) -> NetworkTables:
    """Return the tables of a file, or of the CSV files in a folder."""
    if path.is_dir():
        inside = [one for one in sorted(path.iterdir()) if one.is_file() and csv_templates.stem(one.name)]
        return files.read_folder(path.name, {one.name: read_bytes(one, fix=SMALLER) for one in inside})
    return files.read_tables(path.name, read_bytes(path, fix=SMALLER))
