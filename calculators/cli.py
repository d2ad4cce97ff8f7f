"""The terminal: the same calculators, the same result. Exit 0 done, 2 the user can fix it, 1 a fault of ours."""

from __future__ import annotations

import argparse
import csv
import io
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from calculators import __version__, cli_cases, cli_network, cli_tender, registry, scenario
from calculators.cli_files import read_bytes, read_text
from calculators.engine.errors import InputError, Problem, SmartChargeError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        arguments.command(arguments)
    except SmartChargeError as error:
        for problem in error.problems:
            print(f"smartcharge: {problem}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader (head, less) has seen enough
        sys.stderr.close()
        return 0
    except OSError as error:
        print(f"smartcharge: {error.filename or 'file'}: {error.strerror}.", file=sys.stderr)
        return 2
    except Exception as error:
        print(f"smartcharge: a fault of ours: {error!r}. Please report it.", file=sys.stderr)
        if arguments.debug:
            traceback.print_exc()
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="smartcharge", description="Smart charging and V2X planning.")
    parser.add_argument("--version", action="version", version=f"smartcharge {__version__}")
    parser.add_argument("--debug", action="store_true", help="show where a fault of ours happened")
    commands = parser.add_subparsers(required=True)

    listing = commands.add_parser("list", help="list the calculators")
    listing.add_argument("--lang", default="en")
    listing.set_defaults(command=_list)

    run = commands.add_parser("run", help="run a calculator")
    run.add_argument("id")
    run.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change one input")
    run.add_argument("--scenario", type=Path, help="scenario file to start from")
    run.add_argument(
        "--network", type=Path, help="your own network: pandapower, power-grid-model or CSV tables"
    )
    run.add_argument("--seed", type=int)
    run.add_argument("--lang", default="en")
    run.add_argument("--format", choices=("text", "json", "csv"), default="text")
    run.add_argument("--out", type=Path, help="write here instead of to the screen")
    run.set_defaults(command=_run)

    cli_cases.add_to(commands)
    cli_tender.add_to(commands)

    cli_network.add_commands(commands)
    return parser


def _list(arguments: argparse.Namespace) -> None:
    for key, entry in registry.list_definitions().items():
        print(f"{key:30} {entry['title'][arguments.lang]}")


def _run(arguments: argparse.Namespace) -> None:
    inputs: dict[str, Any] = {}
    seed = 1
    if arguments.scenario:
        saved = scenario.from_json(read_text(arguments.scenario))
        if saved.calculator != arguments.id:
            raise InputError(
                Problem(
                    "scenario-calculator",
                    f"the scenario is for '{saved.calculator}'.",
                    str(arguments.scenario),
                )
            )
        inputs, seed = dict(saved.inputs), saved.seed
    declared = {item["name"]: item for item in registry.definition(arguments.id)["inputs"]}
    for pair in arguments.set:
        name, separator, value = pair.partition("=")
        if not separator:
            raise InputError(
                Problem("set", f"'{pair}' is not NAME=VALUE.", "--set", "Write --set ev_share_percent=40.")
            )
        inputs[name] = _value(value) if declared.get(name, {}).get("kind") in ("number", "integer") else value
    files = {}
    if arguments.network:
        slots = [name for name, item in declared.items() if item["kind"] == "network"]
        if not slots:
            raise InputError(Problem("network", f"'{arguments.id}' takes no network.", "--network"))
        inputs[slots[0]] = arguments.network.name
        files[slots[0]] = read_bytes(arguments.network)
    result = registry.run(
        arguments.id,
        inputs,
        seed=seed if arguments.seed is None else arguments.seed,
        lang=arguments.lang,
        files=files,
    )
    text = {"json": registry.to_json, "csv": to_csv, "text": to_text}[arguments.format](result)
    if arguments.out:
        arguments.out.write_text(text if text.endswith("\n") else text + "\n", "utf-8")
    else:
        print(text.rstrip("\n"))


def _value(text: str) -> float | str:
    """Read a number with point or comma; anything else stays text for the registry to refuse by name."""
    try:
        number = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def to_text(result: dict[str, Any]) -> str:
    """Return the answer as a person reads it in a terminal: sentence, numbers, warnings, provenance."""
    lines = [result["headline"], ""]
    width = max(len(item["label"]) for item in result["results"].values())
    for item in result["results"].values():
        digits = item["decimals"]
        band = (
            "" if item["p10"] is None else f"   8 in 10: {item['p10']:.{digits}f} to {item['p90']:.{digits}f}"
        )
        lines.append(f"{item['label']:{width}}  {item['value']:12.{digits}f} {item['unit']}{band}")
    for table in result["tables"]:
        lines += ["", table["title"], *_columns(table)]
    lines += ["", *(f"! {warning['message']} {warning['smallest_fix']}" for warning in result["warnings"])]
    lines.append(
        f"engine {result['engine_version']}, data {result['data_version']}, seed {result['seed']}, "
        f"scenario {result['scenario_hash']}"
    )
    return "\n".join(lines) + "\n"


def _columns(table: dict[str, Any]) -> list[str]:
    rows = [[str(cell) for cell in row] for row in [table["columns"], *table["rows"]]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table["columns"]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def to_csv(result: dict[str, Any]) -> str:
    """Return the result as CSV; the header lines repeat inputs, versions, seed and hash."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["# calculator", result["calculator"]])
    for key in ("engine_version", "data_version", "seed", "scenario_hash"):
        writer.writerow([f"# {key}", result[key]])
    for name, value in result["inputs"].items():
        writer.writerow([f"# input {name}", value])
    writer.writerow(["name", "label", "unit", "value", "p10", "p90"])
    for name, item in result["results"].items():
        writer.writerow([name, item["label"], item["unit"], item["value"], item["p10"], item["p90"]])
    for chart in result["charts"]:
        writer.writerow([])
        writer.writerow([f"# {chart['title']}"])
        writer.writerow(chart["table"]["columns"])
        writer.writerows(chart["table"]["rows"])
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
