"""Put the buyer's numbers, the results of calculations and the law's values into the clauses; leave gaps visible."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from calculators.tender import catalogue
from calculators.tender.answers import Answers
from calculators.tender.select import Selection

GAP = re.compile(r"\{\{ (\w+) \}\}")


@dataclass(frozen=True)
class Value:
    """One parameter of a clause.

    Parameters
    ----------
    key : str
        "REQUIREMENT.name".
    label, unit : str
    value : float, str or None
        None when nobody gave one: printed as a highlighted blank, never a silent default.
    shown : str
        As printed, without unit.
    origin : str
        Code: entered, calculated, answered, law or blank.
    suggestion : str
        What the catalogue or the country suggests; printed inside the blank.
    scenario_hash, engine_version : str
        Of the calculation, when it comes from one.
    note : str
        What changed since the value was last taken over; empty when nothing did.
    """

    key: str
    label: str
    unit: str
    value: float | str | None
    shown: str
    origin: str
    suggestion: str = ""
    scenario_hash: str = ""
    engine_version: str = ""
    note: str = ""


@dataclass(frozen=True)
class Clause:
    """A requirement as it stands in this tender.

    Parameters
    ----------
    id : str
    entry : dict
        Its catalogue entry.
    level : str
    locked : bool
    reasons : tuple
        Codes of `select.Reason`.
    parts : tuple
        The text in order: str, or the `Value` that stands there.
    values : dict
        By parameter name.
    """

    id: str
    entry: dict[str, Any]
    level: str
    locked: bool
    reasons: tuple[tuple[str, str], ...]
    parts: tuple[str | Value, ...]
    values: dict[str, Value]

    @property
    def blanks(self) -> list[Value]:
        """Parameters nobody filled in."""
        return [item for item in self.values.values() if item.origin == "blank"]


def fill(answers: Answers, selection: Selection) -> list[Clause]:
    """Return the clauses of a tender in catalogue order."""
    answered, suggested = _from_options(answers)
    currency = catalogue.country(answers.country)["currency"]
    clauses = []
    for name, pick in selection.picked.items():
        entry = catalogue.requirements()[name]
        values = {
            item["name"]: _value(f"{name}.{item['name']}", item, answers, answered, suggested)
            for item in entry["params"]
        }
        clauses.append(
            Clause(
                name,
                entry,
                pick.level,
                pick.locked,
                pick.reasons,
                _parts(entry["text"], values, currency),
                values,
            )
        )
    return clauses


def _parts(text: str, values: dict[str, Value], currency: str) -> tuple[str | Value, ...]:
    pieces = GAP.split(" ".join(text.replace("{{ currency }}", currency).split()))
    return tuple(
        values[piece] if index % 2 else piece for index, piece in enumerate(pieces) if index % 2 or piece
    )


def _from_options(answers: Answers) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values that an answer itself states, and values it suggests."""
    answered: dict[str, Any] = {}
    suggested: dict[str, Any] = {}
    for question, chosen in answers.chosen.items():
        for name in chosen:
            option = catalogue.options(question)[name]
            answered |= option.get("set", {})
            suggested |= option.get("suggest", {})
    total = {"quality": "weight_quality", "price": "weight_price", "sustainability": "weight_sustainability"}
    answered |= {f"AK-01.{total[name]}": value for name, value in answers.weights.items() if name in total}
    return answered, suggested


def _value(
    key: str,
    definition: dict[str, Any],
    answers: Answers,
    answered: dict[str, Any],
    suggested: dict[str, Any],
) -> Value:
    pack = catalogue.country(answers.country)
    national: dict[str, Any] = next(
        (item for item in pack.get("params", ()) if f"{item['requirement']}.{item['name']}" == key), {}
    )
    by_law = national.get("by_law", definition.get("by_law") if pack["eu_law"] == "yes" else None)
    suggestion = suggested.get(
        key, national.get("suggestion", definition.get("suggestion", definition.get("by_law")))
    )
    given = answers.parameters.get(key)
    source = (
        given.get("from", definition.get("from_result"))
        if isinstance(given, dict)
        else definition.get("from_result")
    )
    run = answers.result(source) if source else None
    value: Any
    extra: dict[str, str] = {}
    if given is not None and not isinstance(given, dict):
        value, origin = given, "entered"
        if run and run[0] != given:
            extra["note"] = f"calculated|{number(run[0], pack['decimal'])}|{run[1]['scenario_hash']}"
    elif run:
        value, origin = run[0], "calculated"
        extra = {"scenario_hash": run[1]["scenario_hash"], "engine_version": run[1]["engine_version"]}
        last = given if isinstance(given, dict) else {}
        if last.get("value") not in (None, value):
            extra["note"] = (
                f"changed|{number(last['value'], pack['decimal'])}|{last.get('scenario_hash', '?')}"
            )
    elif isinstance(given, dict) and given.get("value") is not None:
        value, origin = given["value"], "entered"
        extra = {
            "scenario_hash": given.get("scenario_hash", ""),
            "engine_version": given.get("engine_version", ""),
        }
    elif key in answered:
        value, origin = answered[key], "answered"
    elif by_law is not None:
        value, origin = by_law, "law"
    else:
        value, origin = None, "blank"
    shown = "" if value is None else _show(value, definition["kind"], answers)
    hint = "" if suggestion is None else _show(suggestion, definition["kind"], answers)
    unit = definition.get("unit", "").replace("EUR", pack["currency"])
    return Value(key, definition["question"], unit, value, shown, origin, hint, **extra)


def _show(value: Any, kind: str, answers: Answers) -> str:
    """Return a value as it is printed."""
    if kind == "date":
        return date(str(value), answers.language)
    return (
        number(value, catalogue.country(answers.country)["decimal"])
        if isinstance(value, int | float)
        else str(value)
    )


def date(iso: str, language: str) -> str:
    """Return an ISO date in words."""
    year, month, day = iso.split("-")
    return f"{int(day)} {catalogue.words(language)['months'][int(month) - 1]} {year}"


def number(value: Any, decimal: str) -> str:
    """Return a number with the decimal mark of the country, at most four significant decimals."""
    text = f"{float(value):.4f}".rstrip("0").rstrip(".")
    return text.replace(".", decimal)
