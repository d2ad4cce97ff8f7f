"""The terminal's `tender` and `kpi-check`: the same calls as in the browser."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from calculators import tender
from calculators.cli_files import read_bytes, read_text
from calculators.engine.errors import InputError, Problem

MAX_FILE_BYTES = 5_000_000
MAX_LOG_BYTES = 500_000_000


def add_to(commands: Any) -> None:
    """Add the sub-commands to the terminal's parser."""
    write = commands.add_parser("tender", help="write the documents of a tender from answers")
    source = write.add_mutually_exclusive_group(required=True)
    source.add_argument("--answers", type=Path, metavar="FILE", help="answers, JSON")
    source.add_argument(
        "--write-template", type=Path, metavar="FILE", help="write our Word template to start your own from"
    )
    write.add_argument("--out", type=Path, metavar="DIR", help="folder for the documents")
    write.add_argument(
        "--format", default=",".join(tender.FORMATS), help="of docx, xlsx, md, json, separated by commas"
    )
    write.add_argument("--template", type=Path, metavar="FILE", help="your own Word template")
    write.set_defaults(command=run_tender)

    check = commands.add_parser("kpi-check", help="check the operator's files against the KPIs of a tender")
    check.add_argument("--tender", type=Path, required=True, metavar="FILE", help="tender.json")
    check.add_argument(
        "--log",
        type=Path,
        required=True,
        action="append",
        metavar="CSV",
        help="sessions, status or signals; may be repeated",
    )
    check.add_argument("--format", choices=("text", "json"), default="text")
    check.set_defaults(command=run_check)


def run_tender(arguments: argparse.Namespace) -> None:
    """Write the documents, or our template."""
    if arguments.write_template:
        from calculators.tender import house_style

        arguments.write_template.write_bytes(house_style.template())
        sys.stdout.write(f"{arguments.write_template}\n")
        return
    if arguments.out is None:
        raise InputError(
            Problem("out", "the folder for the documents is missing.", "--out", "Add --out DIR.")
        )
    template = read_bytes(arguments.template, 10_000_000) if arguments.template else None
    formats = tuple(item.strip() for item in arguments.format.split(",") if item.strip())
    files = tender.generate(_json(arguments.answers), formats, template=template)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (arguments.out / name).write_bytes(content)
    sys.stdout.write(
        "".join(f"{arguments.out / name}\n" for name in files)
    )  # written before the reader may leave


def run_check(arguments: argparse.Namespace) -> None:
    """Print pass, fail or not decidable for each KPI."""
    from calculators.tender import kpi, records

    contract = _json(arguments.tender)
    logs = []
    for path in arguments.log:
        if path.stat().st_size > MAX_LOG_BYTES:
            raise InputError(
                Problem("file-size", "the file is larger than 500 MB.", str(path), "Split it by month.")
            )
        try:
            with path.open(encoding="utf-8", newline="") as lines:
                logs.append(records.read(lines, str(path)))
        except UnicodeDecodeError as error:
            raise InputError(Problem("encoding", "the file is not UTF-8 text.", str(path))) from error
    verdicts = kpi.check(contract, logs)
    sys.stdout.write(as_json(verdicts, logs) if arguments.format == "json" else as_text(verdicts, logs))


def as_json(verdicts: list[Any], logs: list[Any]) -> str:
    """Return verdicts and malformed rows as JSON."""
    content = {
        "verdicts": [vars(item) for item in verdicts],
        "malformed": [
            {"file": log.kind, "line": row.line, "why": row.why} for log in logs for row in log.malformed
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def as_text(verdicts: list[Any], logs: list[Any]) -> str:
    """Return verdicts and malformed rows as a person reads them in a terminal."""
    lines = [f"{log.kind}: {len(log.rows)} rows used, {len(log.malformed)} malformed" for log in logs]
    for item in verdicts:
        value = "" if item.value is None else f" {item.value:.2f} {item.unit}"
        target = f", target {item.target}" if item.target else ""
        lines.append(f"{item.verdict.upper():14} {item.id} {item.name}:{value}{target} ({item.why})")
        lines += [f"    line {line}: {why}" for line, why in item.rows[:10]]
        if item.count > 10:
            lines.append(f"    and {item.count - 10} more")
    for log in logs:
        lines += [f"malformed {log.kind}, line {row.line}: {row.why}" for row in log.malformed[:20]]
        if len(log.malformed) > 20:
            lines.append(f"malformed {log.kind}: and {len(log.malformed) - 20} more (all with --format json)")
    return "\n".join(lines) + "\n"


def _json(path: Path) -> Any:
    try:
        return json.loads(read_text(path, MAX_FILE_BYTES))
    except (ValueError, RecursionError) as error:
        raise InputError(Problem("answers-json", f"this is not a JSON file ({error}).", str(path))) from error
