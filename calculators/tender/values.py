"""Parts of an answers file, each checked for itself: texts, numbers, choices, weights, sites, results."""

from __future__ import annotations

import re
from typing import Any, TypeGuard

from calculators import __version__
from calculators.engine.errors import Problem
from calculators.tender import catalogue

MAX_TEXT, MAX_SITES, MAX_CRITERIA = 200, 500, 8
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
SITE = {"name", "kind", "points", "power_kw", "dso_capacity_kw", "dso_date", "note"}
SITE_KINDS = (
    "kerbside-ac",
    "semi-public",
    "private-land-public-access",
    "depot",
    "fast-dc",
    "hub",
    "v2g-site",
    "vehicle",
)


def texts(content: dict[str, Any]) -> list[Problem]:
    """Every text a buyer wrote: short enough, and without characters a document cannot hold."""
    rows = [(f"buyer, {key}", value) for key, value in content["buyer"].items()]
    rows += [
        (f"sites, row {i + 1}, {short(k)}", v)
        for i, s in enumerate(content.get("sites", []))
        if isinstance(s, dict)
        for k, v in s.items()
    ]
    rows += [(f"parameters, {short(key)}", value) for key, value in content.get("parameters", {}).items()]
    rows += [("weights", key) for key in content.get("weights", {})]
    found = []
    for where, value in rows:
        if not isinstance(value, str):
            continue
        if len(value) > MAX_TEXT:
            found.append(
                Problem(
                    "text-length",
                    f"the text has {len(value)} characters; at most {MAX_TEXT} are allowed.",
                    f"answers, {where}",
                    "Shorten it.",
                )
            )
        elif CONTROL.search(value):
            found.append(
                Problem(
                    "text-characters",
                    "the text holds a line break or control character.",
                    f"answers, {where}",
                    "Write it on one line.",
                )
            )
    return found


def is_number(value: Any) -> TypeGuard[float]:
    """Whether a value is a finite number of a size that means something; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e15 < value < 1e15


def parameter(key: str) -> dict[str, Any] | None:
    """Return the definition of "REQUIREMENT.name", or None."""
    requirement, _, name = key.partition(".")
    entry = catalogue.requirements().get(requirement)
    return next((item for item in entry["params"] if item["name"] == name), None) if entry else None


def parameters(given: dict[str, Any]) -> list[Problem]:
    found = []
    for key, value in given.items():
        where = f"answers, parameters, {short(key)}"
        definition = parameter(key)
        if definition is None:
            found.append(
                Problem("parameter", "there is no such parameter.", where, "Write it as SC-04.min_power_kw.")
            )
            continue
        if isinstance(value, dict):
            extra = set(value) - {"from", "value", "scenario_hash", "engine_version"}
            if extra or not isinstance(value.get("from", definition.get("from_result")), str):
                found.append(
                    Problem("parameter", 'it must name a result: {"from": "calculator.result"}.', where)
                )
                continue
            value = value.get("value")  # noqa: PLW2901
            if value is None:
                continue
        message = wrong_value(definition, value)
        if message:
            found.append(Problem("parameter-value", message, where))
    shares = [given.get(f"GS-06.{name}") for name in ("share_user", "share_buyer", "share_operator")]
    numbers = [share for share in shares if is_number(share)]
    if len(numbers) == 3 and abs(sum(numbers) - 100) > 1e-6:
        found.append(
            Problem(
                "shares",
                f"the three shares add up to {sum(numbers):g} %; they must add up to 100 %.",
                "answers, parameters, GS-06",
            )
        )
    return found


def taken_over(parameters: dict[str, Any], results: list[dict[str, Any]]) -> list[Problem]:
    """Numbers that calculations fill: the unit and the range have to fit."""
    found = []
    for requirement, entry in catalogue.requirements().items():
        for definition in entry["params"]:
            key = f"{requirement}.{definition['name']}"
            given = parameters.get(key)
            name = given.get("from", "") if isinstance(given, dict) else definition.get("from_result", "")
            calculator, _, result = name.partition(".")
            for run in results:
                item = run["results"].get(result) if run["calculator"] == calculator else None
                if item is None or (given is not None and not isinstance(given, dict)):
                    continue
                where = f"answers, parameters, {key}"
                unit = definition.get("unit", "")
                if definition["kind"] != "number" or item.get("unit", unit) != unit:
                    found.append(
                        Problem(
                            "result-unit",
                            f"{name} is in '{item.get('unit', '')}'; this needs '{unit}'.",
                            where,
                        )
                    )
                elif message := wrong_value(definition, item["value"]):
                    found.append(Problem("result-value", f"{name}: {message}", where))
    return found


def wrong_value(definition: dict[str, Any], value: Any) -> str:
    """Return what is wrong with a value of a parameter; empty when nothing is."""
    if definition["kind"] == "number":
        unit = f" {definition['unit']}" if definition["unit"] else ""
        if not is_number(value):
            return f"it must be a number{' in' + unit if unit else ''}."
        if not definition["min"] <= value <= definition["max"]:
            return f"it is {value:g}{unit}; allowed is {definition['min']:g} to {definition['max']:g}{unit}."
    elif not isinstance(value, str) or not value.strip():
        return "it must be a text."
    elif definition["kind"] == "choice" and value not in definition["options"]:
        return f"'{short(value)}' is not one of: {', '.join(definition['options'])}."
    elif definition["kind"] == "date" and not re.fullmatch(
        r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", value
    ):
        return f"'{short(value)}' is not a date such as 2027-01-01."
    return ""


def choices(given: dict[str, Any]) -> list[Problem]:
    allowed = ("on", "off", *catalogue.LEVELS)
    return [
        Problem(
            "choice",
            "this is not a requirement with on, off or a level.",
            f"answers, choices, {short(key)}",
            f"Use one of: {', '.join(allowed)}.",
        )
        for key, value in given.items()
        if key not in catalogue.requirements() or value not in allowed
    ]


def weights(given: dict[str, Any]) -> list[Problem]:
    where = "answers, weights"
    if not given:
        return []
    if len(given) > MAX_CRITERIA:
        return [
            Problem("weights", f"there are {len(given)} criteria; at most {MAX_CRITERIA} are allowed.", where)
        ]
    numbers = [value for value in given.values() if is_number(value)]
    if len(numbers) < len(given) or not all(0 <= value <= 100 for value in numbers):
        return [Problem("weights", "each weight must be a number from 0 to 100 %.", where)]
    total = sum(numbers)
    if abs(total - 100) > 1e-6:
        word = "Raise" if total < 100 else "Lower"
        return [
            Problem(
                "weights",
                f"the weights add up to {total:g} %; they must add up to 100 %.",
                where,
                f"{word} one by {abs(100 - total):g} %.",
            )
        ]
    return []


def site(index: int, site: Any) -> list[Problem]:
    where = f"answers, sites, row {index + 1}"
    if index >= MAX_SITES:
        return (
            [Problem("sites", f"at most {MAX_SITES} sites are allowed.", where)] if index == MAX_SITES else []
        )
    if not isinstance(site, dict) or set(site) - SITE or not isinstance(site.get("name"), str):
        return [
            Problem("site", f"a site has a name and a kind, and may have: {', '.join(sorted(SITE))}.", where)
        ]
    found = []
    if site.get("kind") not in SITE_KINDS:
        found.append(Problem("site", f"kind must be one of: {', '.join(SITE_KINDS)}.", where))
    for key in ("dso_date", "note"):
        if not isinstance(site.get(key, ""), str):
            found.append(Problem("site", f"{key} must be a text.", where))
    for key in ("points", "power_kw", "dso_capacity_kw"):
        value = site.get(key)
        if value is not None and (not is_number(value) or not 0 <= value < 1e6):
            found.append(Problem("site", f"{key} must be a number of 0 or more.", where))
    return found


def result(index: int, run: Any) -> list[Problem]:
    where = f"answers, results, {index + 1}"
    if (
        not isinstance(run, dict)
        or not isinstance(run.get("calculator"), str)
        or not isinstance(run.get("results"), dict)
    ):
        return [
            Problem(
                "result", "this is not a result.", where, "Make it with: smartcharge run ID --format json."
            )
        ]
    if not isinstance(run.get("scenario_hash"), str) or not re.fullmatch(
        r"[0-9a-f]{16}", run["scenario_hash"]
    ):
        return [Problem("result", "the scenario hash is missing or is not 16 hex digits.", where)]
    version = str(run.get("engine_version", ""))
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6}){1,3}", version):
        return [Problem("result", "the engine version is missing.", where)]
    if _order(version) > _order(__version__):
        return [
            Problem(
                "result-newer",
                f"it was computed by engine {version}; this is engine {__version__}.",
                where,
                "Open it with a newer version, or run the calculation again here.",
            )
        ]
    wrong = [
        name
        for name, item in run["results"].items()
        if not isinstance(item, dict) or not is_number(item.get("value"))
    ]
    return [Problem("result", f"'{short(wrong[0])}' has no finite value.", where)] if wrong else []


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def short(value: Any) -> str:
    text = CONTROL.sub(" ", str(value))
    return text if len(text) <= 40 else text[:37] + "..."
