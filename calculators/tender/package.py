"""All documents of one tender, in the formats asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from calculators import DATA_VERSION, __version__, data
from calculators.engine.errors import InputError, Problem
from calculators.tender import answers as reading
from calculators.tender import catalogue, content
from calculators.tender.content import Tender

TEXTS = (
    "requirement-annex",
    "test-protocol",
    "data-annex",
    "kpi-annex",
    "exit-plan",
    "market-consultation",
    "decision-log",
)
SHEETS = ("compliance-matrix", "scoring-sheet", "role-matrix", "site-list")
SCHEMA_VERSION = 1


def write(
    answers: dict[str, Any],
    formats: tuple[str, ...],
    template: bytes | None,
    progress: Callable[[int, int], bool] | None,
) -> dict[str, bytes]:
    """See `calculators.tender.generate`."""
    from calculators.tender import FORMATS

    wrong = [item for item in formats if item not in FORMATS]
    if wrong or not formats:
        raise InputError(
            Problem(
                "format", f"'{', '.join(wrong)}' is not a format.", "formats", f"Use: {', '.join(FORMATS)}."
            )
        )
    subject = content.tender(reading.read(answers))
    context = content.context(subject)
    jobs = list(_jobs(subject, context, formats, template))
    files: dict[str, bytes] = {}
    for done, (name, make) in enumerate(jobs, 1):
        files[name] = make()
        if progress and progress(done, len(jobs)) is False:
            break
    return files


def _jobs(
    subject: Tender, context: dict[str, Any], formats: tuple[str, ...], template: bytes | None
) -> Iterator[tuple[str, Callable[[], bytes]]]:
    language = subject.answers.language
    for name in TEXTS:
        words = catalogue.document(name, language)
        for form in ("docx", "md"):
            if form in formats and form in words["formats"]:
                yield f"{words['file']}.{form}", partial(_text, subject, context, words, form, template)
    if "xlsx" in formats:
        from calculators.tender import sheets

        for name in SHEETS:
            words = catalogue.document(name, language)
            yield f"{words['file']}.xlsx", partial(sheets.write, subject, context, words)
    if "json" in formats:
        yield "tender.json", partial(_json, machine(subject))


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _text(
    subject: Tender, context: dict[str, Any], words: dict[str, Any], form: str, template: bytes | None
) -> bytes:
    from calculators.tender import markdown

    body = markdown.render(words["body"], context)
    if form == "md":
        head = (
            ""
            if body.startswith("# " + words["title"])
            else f"# {words['title']}: {markdown.escape(subject.title)}\n\n"
        )
        note = f"> {context['example']}\n\n" if context["example"] and "decision" not in words["id"] else ""
        return (head + note + body).encode()
    from calculators.tender import word

    return word.write(
        markdown.blocks(f"[TOC] {context['words']['contents']}\n\n{body}"),
        fields(subject, context, words["title"]),
        template,
    )


def fields(subject: Tender, context: dict[str, Any], document: str) -> dict[str, str]:
    """Return what the placeholders of a Word template stand for."""
    buyer = subject.answers.buyer
    return {
        "title": subject.title,
        "document": document,
        "buyer": buyer["name"],
        "reference": buyer.get("reference", ""),
        "date": context["date"],
        "data_version": DATA_VERSION,
        "engine_version": __version__,
        "mark": context["example"],
        "short_mark": context["words"]["example_mark"] if context["example"] else "",
        "advice": context["words"]["advice"],
    }


def machine(subject: Tender) -> dict[str, Any]:
    """Return the whole tender for machines: what applies, with values, tests and KPIs, and what does not and why."""
    pack = catalogue.country(subject.answers.country)
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "tender-result",
        "engine_version": __version__,
        "data_version": DATA_VERSION,
        "buyer": subject.answers.buyer,
        "country": pack["id"],
        "answers": {name: list(chosen) for name, chosen in subject.answers.chosen.items()},
        "not_known": sorted(subject.answers.unknown),
        "weights": subject.answers.weights,
        "sites": subject.answers.sites,
        "requirements": [
            {
                "id": clause.id,
                "version": clause.entry["version"],
                "group": clause.entry["group"],
                "title": clause.entry["title"],
                "level": clause.level,
                "by_law": clause.locked,
                "duty": clause.entry["duty"],
                "text": content.plain(subject, clause),
                "parameters": {
                    value.key.split(".", 1)[1]: {
                        "value": value.value,
                        "unit": value.unit,
                        "origin": value.origin,
                        **({"scenario_hash": value.scenario_hash} if value.scenario_hash else {}),
                        **({"engine_version": value.engine_version} if value.engine_version else {}),
                    }
                    for value in clause.values.values()
                },
                "verification": clause.entry["verification"],
                "kpi": clause.entry.get("kpi"),
                "remedy": clause.entry["remedy"],
                "basis": clause.entry["basis"],
                "why": [content.say(subject, reason) for reason in clause.reasons],
            }
            for clause in subject.clauses
        ],
        "left_out": {
            name: content.say(subject, reason) for name, reason in subject.selection.left_out.items()
        },
        "problems": [problem.as_dict() for problem in subject.problems],
        "open_places": [value.key for clause in subject.clauses for value in clause.blanks],
        "regulation_entries": sorted(
            {
                item["register"]
                for clause in subject.clauses
                for item in clause.entry["basis"]
                if item.get("register") in data.read("regulation")
            }
        ),
    }
