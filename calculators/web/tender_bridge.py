"""What the worker calls for tenders: answers in, what applies or the documents out, as JSON text."""

from __future__ import annotations

import base64
import json
from typing import Any

from calculators.web.bridge import Report, guarded, reporter


def preview(request: str) -> str:
    """Say what applies, what is left out and what is open.

    Parameters
    ----------
    request : str
        JSON text of an answers file.

    Returns
    -------
    str
        JSON object as of `bridge.run`; the result is the machine-readable tender with `open`, one entry for each
        blank (key, label, unit, kind, options, suggestion, why).
    """

    def work() -> dict[str, Any]:
        from calculators.tender import answers, content, package

        subject = content.tender(answers.read_text(request))
        blanks = [
            {
                "key": value.key,
                "label": value.label,
                "unit": value.unit,
                "suggestion": value.suggestion,
                "definition": answers.parameter(value.key),
            }
            for clause in subject.clauses
            for value in clause.blanks
        ]
        return {**package.machine(subject), "open": blanks, "title": subject.title}

    return guarded(work)


def write(request: str, report: Report | None = None) -> str:
    """Write the documents of a tender into one zip.

    Parameters
    ----------
    request : str
        JSON object with `answers` and `formats`.
    report : callable, optional
        As of `bridge.run`.

    Returns
    -------
    str
        JSON object as of `bridge.run`; the result holds `names` and `zip` (base64).
    """

    def work() -> dict[str, Any]:
        from calculators.tender import archive, generate

        asked = json.loads(request)
        files = generate(asked["answers"], asked["formats"], progress=reporter(report))
        packed = base64.b64encode(archive.pack(files)).decode("ascii")
        return {"names": list(files), "zip": packed}

    return guarded(work)


def check(request: str, report: Report | None = None) -> str:
    """Check an operator's files against the KPIs of a tender.

    Parameters
    ----------
    request : str
        JSON object with `tender` (text of tender.json) and `logs` (list of {name, text}).
    report : callable, optional
        As of `bridge.run`.

    Returns
    -------
    str
        JSON object as of `bridge.run`; the result holds `verdicts`, and `files` with rows used and malformed ones.
    """

    def work() -> dict[str, Any]:
        from calculators.engine.errors import InputError, Problem
        from calculators.tender import kpi, records

        asked = json.loads(request)
        try:
            contract = json.loads(asked["tender"])
        except json.JSONDecodeError as error:
            problem = Problem(
                "tender-json", f"this is not a JSON file ({error}).", "tender", "Open tender.json."
            )
            raise InputError(problem) from error
        logs = []
        for log in asked["logs"]:
            lines = log["text"].splitlines(keepends=True)
            logs.append(records.read(lines, log["name"], progress=reporter(report), total=len(lines)))
        return {
            "verdicts": [vars(item) for item in kpi.check(contract, logs)],
            "files": [
                {
                    "name": log["name"],
                    "kind": found.kind,
                    "rows": len(found.rows),
                    "malformed": [[row.line, row.why] for row in found.malformed[:200]],
                    "malformed_count": len(found.malformed),
                }
                for log, found in zip(asked["logs"], logs, strict=True)
            ],
        }

    return guarded(work)
