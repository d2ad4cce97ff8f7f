"""The answers of a buyer: read, checked as a whole, every problem said once."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

from calculators import DATA_VERSION, __version__
from calculators.engine.errors import InputError, Problem
from calculators.tender import catalogue

SCHEMA_VERSION = 1
MAX_BYTES = 5_000_000
MAX_TEXT = 200
MAX_SITES = 500
MAX_CRITERIA = 8
UNKNOWN = "dont-know"
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
FIELDS: dict[str, type] = {
    "schema_version": int,
    "kind": str,
    "data_version": str,
    "engine_version": str,
    "language": str,
    "buyer": dict,
    "answers": dict,
    "parameters": dict,
    "choices": dict,
    "weights": dict,
    "sites": list,
    "results": list,
}
BUYER: dict[str, type] = {"name": str, "contact": str, "reference": str, "title": str, "example": bool}
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


@dataclass(frozen=True)
class Answers:
    """Checked answers, with what "I don't know" and no answer stand for.

    Parameters
    ----------
    buyer : dict
        `name`, `contact`, `reference`, `title`, `example`.
    chosen : dict
        Option ids by question id, all 24 questions.
    unknown : frozenset
        Questions answered "I don't know" or not at all.
    parameters : dict
        By "REQUIREMENT.name": a value, or `{"from", "value", "scenario_hash", "engine_version"}`.
    choices : dict
        Changes by hand: requirement id to on, off or a level.
    weights : dict
        Main award criteria in percent, empty or 100 in sum.
    sites : list
        Rows of the site list.
    results : list
        Results of calculators as `smartcharge run --format json` writes them.
    """

    buyer: dict[str, Any]
    chosen: dict[str, tuple[str, ...]]
    unknown: frozenset[str] = frozenset()
    parameters: dict[str, Any] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    sites: list[dict[str, Any]] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    language: str = "en"
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def country(self) -> str:
        """Id of the country pack."""
        return self.chosen["q22"][0]

    def result(self, name: str) -> tuple[float, dict[str, Any]] | None:
        """Return the value of "calculator.result" with the run it came from, or None."""
        calculator, _, key = name.partition(".")
        for run in self.results:
            if run["calculator"] == calculator and key in run["results"]:
                return float(run["results"][key]["value"]), run
        return None


def read_text(text: str) -> Answers:
    """Read an answers file.

    Raises
    ------
    InputError
        All problems at once.
    """
    if len(text) > MAX_BYTES:
        raise InputError(Problem("answers-size", "the file is larger than 5 MB.", "answers"))
    try:
        content = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(Problem("answers-json", f"this is not a JSON file ({error}).", "answers")) from error
    return read(content)


def read(content: Any) -> Answers:
    """Check answers and fill in what unanswered questions stand for.

    Parameters
    ----------
    content : dict
        An answers file as in `calculators/schemas/answers.json`.

    Raises
    ------
    InputError
        All problems at once: unknown keys, newer versions, wrong options, values out of range, texts too long.
    """
    if not isinstance(content, dict):
        raise InputError(Problem("answers-json", "the file must hold one JSON object.", "answers"))
    problems = _shape(content)
    if problems:  # the parts cannot be looked at before the whole has the right shape
        raise InputError(problems)
    chosen, unknown, problems = _chosen(content["answers"])
    problems += _texts(content)
    problems += _parameters(content.get("parameters", {}))
    problems += _choices(content.get("choices", {}))
    problems += _weights(content.get("weights", {}))
    problems += [item for index, site in enumerate(content.get("sites", [])) for item in _site(index, site)]
    problems += [item for index, run in enumerate(content.get("results", [])) for item in _result(index, run)]
    if problems:
        raise InputError(problems)
    return Answers(
        buyer=dict(content["buyer"]),
        chosen=chosen,
        unknown=unknown,
        parameters=dict(content.get("parameters", {})),
        choices=dict(content.get("choices", {})),
        weights=dict(content.get("weights", {})),
        sites=list(content.get("sites", [])),
        results=list(content.get("results", [])),
        language=content.get("language", "en"),
        given=content,
    )


def _shape(content: dict[str, Any]) -> list[Problem]:
    found = [
        Problem(
            "answers-field", f"'{_short(key)}' is not a field of an answers file.", "answers", "Remove it."
        )
        for key in content
        if key not in FIELDS
    ]
    for key, kind in FIELDS.items():
        if key in content and (not isinstance(content[key], kind) or isinstance(content[key], bool)):
            found.append(Problem("answers-type", f"'{key}' has the wrong type.", "answers"))
    for key in ("schema_version", "kind", "buyer", "answers"):
        if key not in content:
            found.append(Problem("answers-field", f"the field '{key}' is missing.", "answers"))
    if content.get("kind", "tender") != "tender":
        found.append(Problem("answers-kind", "kind must be 'tender'.", "answers"))
    return found or _versions(content) or _buyer(content["buyer"])


def _versions(content: dict[str, Any]) -> list[Problem]:
    newer = "Open it with a newer version of the site or of the wheel."
    version = content["schema_version"]
    found = []
    if version != SCHEMA_VERSION:
        found.append(
            Problem(
                "answers-newer" if version > SCHEMA_VERSION else "answers-version",
                f"the file has schema version {version}; this engine reads version {SCHEMA_VERSION}.",
                "answers",
                newer if version > SCHEMA_VERSION else "Set schema_version to 1.",
            )
        )
    if content.get("data_version", "") > DATA_VERSION:
        found.append(
            Problem(
                "answers-newer",
                f"the file was made with data of {_short(content['data_version'])}; here they are of {DATA_VERSION}.",
                "answers",
                newer,
            )
        )
    if content.get("language", "en") not in languages():
        found.append(
            Problem(
                "answers-language",
                f"there are no words in '{_short(content['language'])}'.",
                "answers, language",
                f"Use one of: {', '.join(languages())}.",
            )
        )
    return found


def languages() -> list[str]:
    """Languages the documents are written in."""
    from calculators import data

    return sorted({entry["language"] for entry in data.read("documents").values()})


def _buyer(buyer: dict[str, Any]) -> list[Problem]:
    found = [
        Problem(
            "answers-field", f"'{_short(key)}' is not a field of the buyer.", "answers, buyer", "Remove it."
        )
        for key in buyer
        if key not in BUYER
    ]
    for key, kind in BUYER.items():
        if key in buyer and not isinstance(buyer[key], kind):
            found.append(Problem("answers-type", f"'{key}' has the wrong type.", "answers, buyer"))
    if not found and not str(buyer.get("name", "")).strip():
        found.append(Problem("buyer-name", "the name of the buyer is missing.", "answers, buyer"))
    return found


def _chosen(given: dict[str, Any]) -> tuple[dict[str, tuple[str, ...]], frozenset[str], list[Problem]]:
    problems = [
        Problem(
            "question", f"there is no question '{_short(key)}'.", "answers", "Questions run from q01 to q24."
        )
        for key in given
        if key not in catalogue.questions()
    ]
    chosen: dict[str, tuple[str, ...]] = {}
    unknown: set[str] = set()
    for name, question in catalogue.questions().items():
        value = given.get(name, UNKNOWN)
        picked = tuple(value) if isinstance(value, list) else (value,)
        if picked == (UNKNOWN,):
            unknown.add(name)
            picked = tuple(question["unknown"]["as"])
        allowed = catalogue.options(name)
        wrong = [item for item in picked if not isinstance(item, str) or item not in allowed]
        if wrong or not picked:
            met = _short(wrong[0]) if wrong else "nothing"
            problems.append(
                Problem(
                    "option",
                    f"'{met}' is not an answer.",
                    f"answers, {name}",
                    f"Use one of: {', '.join(allowed)}, {UNKNOWN}.",
                )
            )
        elif len(picked) > 1 and not question.get("multiple") and name not in unknown:
            problems.append(Problem("option", "only one answer is possible.", f"answers, {name}"))
        chosen[name] = tuple(dict.fromkeys(picked)) if not wrong else ()
    return chosen, frozenset(unknown), problems


def _texts(content: dict[str, Any]) -> list[Problem]:
    """Every text a buyer wrote: short enough, and without characters a document cannot hold."""
    rows = [(f"buyer, {key}", value) for key, value in content["buyer"].items()]
    rows += [
        (f"sites, row {i + 1}, {_short(k)}", v)
        for i, s in enumerate(content.get("sites", []))
        if isinstance(s, dict)
        for k, v in s.items()
    ]
    rows += [(f"parameters, {_short(key)}", value) for key, value in content.get("parameters", {}).items()]
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


def parameter(key: str) -> dict[str, Any] | None:
    """Return the definition of "REQUIREMENT.name", or None."""
    requirement, _, name = key.partition(".")
    entry = catalogue.requirements().get(requirement)
    return next((item for item in entry["params"] if item["name"] == name), None) if entry else None


def _parameters(given: dict[str, Any]) -> list[Problem]:
    found = []
    for key, value in given.items():
        where = f"answers, parameters, {_short(key)}"
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
    numbers = [share for share in shares if isinstance(share, int | float)]
    if len(numbers) == 3 and abs(sum(numbers) - 100) > 1e-6:
        found.append(
            Problem(
                "shares",
                f"the three shares add up to {sum(numbers):g} %; they must add up to 100 %.",
                "answers, parameters, GS-06",
            )
        )
    return found


def wrong_value(definition: dict[str, Any], value: Any) -> str:
    """Return what is wrong with a value of a parameter; empty when nothing is."""
    if definition["kind"] == "number":
        unit = f" {definition['unit']}" if definition["unit"] else ""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return f"it must be a number{' in' + unit if unit else ''}."
        if not definition["min"] <= value <= definition["max"]:
            return f"it is {value:g}{unit}; allowed is {definition['min']:g} to {definition['max']:g}{unit}."
    elif not isinstance(value, str) or not value.strip():
        return "it must be a text."
    elif definition["kind"] == "choice" and value not in definition["options"]:
        return f"'{_short(value)}' is not one of: {', '.join(definition['options'])}."
    elif definition["kind"] == "date" and not re.fullmatch(
        r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", value
    ):
        return f"'{_short(value)}' is not a date such as 2027-01-01."
    return ""


def _choices(given: dict[str, Any]) -> list[Problem]:
    allowed = ("on", "off", *catalogue.LEVELS)
    return [
        Problem(
            "choice",
            "this is not a requirement with on, off or a level.",
            f"answers, choices, {_short(key)}",
            f"Use one of: {', '.join(allowed)}.",
        )
        for key, value in given.items()
        if key not in catalogue.requirements() or value not in allowed
    ]


def _weights(given: dict[str, Any]) -> list[Problem]:
    where = "answers, weights"
    if not given:
        return []
    if len(given) > MAX_CRITERIA:
        return [
            Problem("weights", f"there are {len(given)} criteria; at most {MAX_CRITERIA} are allowed.", where)
        ]
    numbers = [
        value for value in given.values() if isinstance(value, int | float) and not isinstance(value, bool)
    ]
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


def _site(index: int, site: Any) -> list[Problem]:
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
    for key in ("points", "power_kw", "dso_capacity_kw"):
        value = site.get(key)
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6
        ):
            found.append(Problem("site", f"{key} must be a number of 0 or more.", where))
    return found


def _result(index: int, run: Any) -> list[Problem]:
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
    if not re.fullmatch(r"\d+(\.\d+){1,3}", version):
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
        if not isinstance(item, dict)
        or isinstance(item.get("value"), bool)
        or not isinstance(item.get("value"), int | float)
        or not math.isfinite(item["value"])
    ]
    return [Problem("result", f"'{_short(wrong[0])}' has no finite value.", where)] if wrong else []


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _short(value: Any) -> str:
    text = CONTROL.sub(" ", str(value))
    return text if len(text) <= 40 else text[:37] + "..."
