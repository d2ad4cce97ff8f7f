"""The case studies as data: what a schema cannot check, how strong the evidence is, and how to find one."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from calculators.engine.errors import InputError, Problem
from calculators.knowledge.cases_effects import EFFECTS
from calculators.knowledge.cases_words import COUNTRIES, QUALIFIERS, THEMES

Case = Mapping[str, Any]

EVIDENCE = ("measured", "reported", "estimated", "none")
PROSE = ("approach", "went_wrong", "elsewhere")
MARK = re.compile(r"\[(\d+)\]")
# Years, V2G and the number of a legal act are no figures of the case.
NO_FIGURE = re.compile(r"\(EU\) \d{4}/\d+|\bV2[A-Z]\b|\b(?:19|20)\d\d\b")


def evidence(case: Case) -> str:
    """Return the strongest kind among a case's figures.

    Parameters
    ----------
    case : mapping
        One entry of `case_studies`.

    Returns
    -------
    str
        One of `EVIDENCE`; `none` when the case shows no figure.
    """
    kinds = {kpi["kind"] for kpi in case["kpis"] if kpi["value"] is not None}
    return next((kind for kind in EVIDENCE if kind in kinds), "none")


def amount(figure: Case) -> str:
    """Return a figure's value with its unit, such as `at least 12 hours` or `40 to 60 % of cost`.

    Parameters
    ----------
    figure : mapping
        One entry of a case's `kpis` or `scale`.
    """
    if figure["value"] is None:
        return f"not known ({figure['reason']})"
    number = _number(figure["value"])
    if "value_high" in figure:
        number += f" to {_number(figure['value_high'])}"
    return f"{QUALIFIERS.get(figure.get('qualifier', ''), '')} {number} {figure['unit']}".strip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4f}".rstrip("0")


def find(
    cases: Mapping[str, Case],
    need: int | None = None,
    *,
    country: str | None = None,
    theme: str | None = None,
) -> dict[str, Case]:
    """Return the cases that match every condition given, in the order of the folder.

    Raises
    ------
    InputError
        All conditions that name nothing known, with what is allowed.
    """
    problems = []
    if need is not None and need not in range(1, 8):
        problems.append(Problem("need", f"there is no need {need}.", "--need", "Use a number from 1 to 7."))
    known = sorted({case["place"]["country"] for case in cases.values()})
    if country is not None and country.upper() not in known:
        problems.append(
            Problem(
                "country", f"no case comes from '{country}'.", "--country", f"Use one of: {', '.join(known)}."
            )
        )
    if theme is not None and theme not in THEMES:
        problems.append(
            Problem("theme", f"there is no theme '{theme}'.", "--theme", f"Use one of: {', '.join(THEMES)}.")
        )
    if problems:
        raise InputError(problems)
    return {
        key: case
        for key, case in cases.items()
        if (need is None or need in case["needs"])
        and (country is None or case["place"]["country"] == country.upper())
        and (theme is None or theme in case["themes"])
    }


def problems(cases: Mapping[str, Case]) -> list[Problem]:
    """Return everything that is wrong with the cases beyond their schema, one problem per fault."""
    found = [problem for key, case in cases.items() for problem in _of_one(f"{key}.yaml", case)]
    return [*found, *_twice(cases)]


def _of_one(where: str, case: Case) -> Iterator[Problem]:
    yield from _sources(where, case)
    yield from _unknown(where, case)
    for field in PROSE:
        for sentence in re.split(r"(?<=[.!?])\s+", case[field] or ""):
            if re.search(r"\d", NO_FIGURE.sub("", MARK.sub("", sentence))) and not MARK.search(sentence):
                yield Problem(
                    "unsourced",
                    f"the sentence '{sentence}' holds a figure without a source.",
                    f"{where}, {field}",
                    "Add the number of the source in square brackets.",
                )
    for index, kpi in enumerate(case["kpis"]):
        effect = kpi.get("effect")
        if effect and kpi["unit"] not in EFFECTS[effect].units:
            yield Problem(
                "effect-unit",
                f"the unit '{kpi['unit']}' cannot be compared under '{effect}'.",
                f"{where}, kpis.{index}.unit",
                f"Use one of: {', '.join(EFFECTS[effect].units)}.",
            )
    if case["place"]["country"] not in COUNTRIES:
        yield Problem("country", f"'{case['place']['country']}' has no name yet.", f"{where}, place.country")
    if case["review_by"] <= case["last_reviewed"]:
        yield Problem("review", "review_by must lie after last_reviewed.", f"{where}, review_by")


def _sources(where: str, case: Case) -> Iterator[Problem]:
    count, used = len(case["sources"]), set()
    marks = [(field, int(n)) for field in PROSE for n in MARK.findall(case[field] or "")]
    marks += [
        (f"{part}.{i}.source", item["source"])
        for part in ("scale", "kpis")
        for i, item in enumerate(case[part])
    ]
    for field, number in marks:
        used.add(number)
        if not 1 <= number <= count:
            yield Problem(
                "source",
                f"there is no source {number}; the case has {count}.",
                f"{where}, {field}",
                "Correct the number.",
            )
    # A case without any figure may rest on one source as a whole.
    for number in range(1, count + 1):
        if number not in used and marks:
            yield Problem(
                "source-unused",
                f"source {number} is not used.",
                f"{where}, sources",
                "Refer to it or remove it.",
            )
    for number, source in enumerate(case["sources"], 1):
        if source["checked_on"] > case["last_reviewed"]:
            yield Problem(
                "checked", f"source {number} was checked after the last review.", f"{where}, last_reviewed"
            )


def _unknown(where: str, case: Case) -> Iterator[Problem]:
    values = {
        "went_wrong": case["went_wrong"],
        "ownership": case["ownership"],
        "years.start": case["years"]["start"],
        "years.end": case["years"]["end"],
    }
    reasons = case.get("unknown", {})
    going_on = case["status"] in ("running", "planned")
    for field, value in values.items():
        if value is None and field not in reasons and not (field == "years.end" and going_on):
            yield Problem(
                "unknown", f"{field} is null without a reason.", where, f"Add it under unknown: {field}."
            )
        if value is not None and field in reasons:
            yield Problem(
                "known", f"{field} has a value and a reason why it has none.", where, "Keep one of the two."
            )


def _twice(cases: Mapping[str, Case]) -> Iterator[Problem]:
    """Two entries that rest on the same sources most likely tell the same project."""
    for (one, a), (two, b) in itertools.combinations(cases.items(), 2):
        first, second = ({source["url"] for source in case["sources"]} for case in (a, b))
        if 2 * len(first & second) > min(len(first), len(second)):
            yield Problem(
                "twice", f"shares most of its sources with {two}.yaml.", f"{one}.yaml", "Merge the two."
            )
        if a["title"].casefold() == b["title"].casefold():
            yield Problem("title", f"has the title of {two}.yaml.", f"{one}.yaml", "Give it its own title.")
