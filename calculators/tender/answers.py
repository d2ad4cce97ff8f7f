"""The answers of a buyer: read, checked as a whole, every problem said once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from calculators import DATA_VERSION
from calculators.engine.errors import InputError, Problem
from calculators.tender import catalogue, values
from calculators.tender.values import parameter, wrong_value

__all__ = ["Answers", "languages", "parameter", "read", "read_text", "wrong_value"]

SCHEMA_VERSION = 1
MAX_BYTES = 5_000_000
UNKNOWN = "dont-know"
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
    except (ValueError, RecursionError) as error:
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
    problems += values.texts(content)
    problems += values.parameters(content.get("parameters", {}))
    problems += values.choices(content.get("choices", {}))
    problems += values.weights(content.get("weights", {}))
    problems += [
        item for index, site in enumerate(content.get("sites", [])) for item in values.site(index, site)
    ]
    problems += [
        item for index, run in enumerate(content.get("results", [])) for item in values.result(index, run)
    ]
    if not problems:
        problems = values.taken_over(content.get("parameters", {}), content.get("results", []))
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
            "answers-field",
            f"'{values.short(key)}' is not a field of an answers file.",
            "answers",
            "Remove it.",
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
                f"the file was made with data of {values.short(content['data_version'])}; here they are of {DATA_VERSION}.",
                "answers",
                newer,
            )
        )
    if content.get("language", "en") not in languages():
        found.append(
            Problem(
                "answers-language",
                f"there are no words in '{values.short(content['language'])}'.",
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
            "answers-field",
            f"'{values.short(key)}' is not a field of the buyer.",
            "answers, buyer",
            "Remove it.",
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
            "question",
            f"there is no question '{values.short(key)}'.",
            "answers",
            "Questions run from q01 to q24.",
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
            met = values.short(wrong[0]) if wrong else "nothing"
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
        # in the order of the options, so that the order of ticking changes nothing
        chosen[name] = () if wrong else tuple(option for option in allowed if option in picked)
    return chosen, frozenset(unknown), problems
