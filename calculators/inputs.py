"""The inputs of a run, checked against the definition: every problem at once, each with the nearest fix."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from calculators.engine.errors import InputError, Problem

LANGUAGES = ("en",)
UNKNOWN = "unknown"
"""What a user gives for an input they do not know; allowed where the definition states the range it may lie in."""


def check_inputs(
    declared: Mapping[str, Any], given: Mapping[str, Any], files: Mapping[str, bytes], lang: str = "en"
) -> dict[str, Any]:
    """Return every input's value, checked against the definition.

    Raises
    ------
    InputError
        All problems at once: unknown name, text for a number, NaN, out of range, unknown choice.
    """
    if lang not in LANGUAGES:
        raise InputError(Problem("language", f"'{lang}' is not a language here.", "lang", "Use en."))
    names = [item["name"] for item in declared["inputs"]]
    problems = [
        Problem("unknown-input", f"there is no input '{name}'.", str(name), f"Use: {', '.join(names)}.")
        for name in given
        if name not in names
    ]
    values: dict[str, Any] = {}
    for item in declared["inputs"]:
        value = given.get(item["name"], item["default"])
        problem = _problem(item, value, files, lang)
        if problem:
            problems.append(problem)
        elif value == UNKNOWN:
            pass
        elif item["kind"] == "number":
            value = float(value)
        elif item["kind"] == "integer":
            value = int(value)
        values[item["name"]] = value
    if problems:
        raise InputError(problems)
    return values


def _problem(item: Mapping[str, Any], value: Any, files: Mapping[str, bytes], lang: str) -> Problem | None:
    name, label = item["name"], item["label"][lang]
    if value == UNKNOWN and "unknown" in item:
        return None
    if item["kind"] in ("choice", "network"):
        options = [option["id"] for option in item["options"]]
        if value in options or (item["kind"] == "network" and name in files):
            return None
        return Problem("choice", f"{label} is '{value}'.", name, f"Choose one of: {', '.join(options)}.")
    unit, low, high = item["unit"], item["min"], item["max"]
    allowed = f"it must be between {low:g} and {high:g} {unit}".rstrip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Problem(
            "not-a-number", f"{label} is '{value}'; it must be a number.", name, f"{allowed}.".capitalize()
        )
    if not math.isfinite(value):
        return Problem(
            "not-finite", f"{label} is not a finite number; {allowed}.", name, f"Use {item['default']:g}."
        )
    if not low <= value <= high:
        nearest = f"{min(max(value, low), high):g} {unit}".rstrip()
        return Problem(
            "range", f"{label} is {value:g} {unit}; {allowed}.", name, f"The nearest value is {nearest}."
        )
    if item["kind"] == "integer" and value != int(value):
        return Problem(
            "whole", f"{label} is {value:g}; it must be a whole number.", name, f"Use {round(value)}."
        )
    return None
