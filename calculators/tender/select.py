"""From answers to the requirements that apply, each with the reason it is on or off. Standard library only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from calculators.engine.errors import InputError, Problem
from calculators.tender import catalogue
from calculators.tender.answers import Answers

Reason = tuple[str, str]
"""A code of `words: reasons` in templates/documents and what fills its gap."""


@dataclass(frozen=True)
class Pick:
    """A requirement that applies.

    Parameters
    ----------
    level : {"must", "should", "bonus"}
    locked : bool
        The law asks for it; no answer can take it away.
    reasons : tuple
        Why it is on and why its level changed.
    """

    level: str
    locked: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Selection:
    """What applies and what does not.

    Parameters
    ----------
    picked, left_out : dict
        By requirement id, in catalogue order: the pick, or the reason it is off.
    sites : tuple
        Kinds of site the answers name.
    """

    picked: dict[str, Pick]
    left_out: dict[str, Reason]
    sites: tuple[str, ...]


@dataclass
class _Effects:
    """What all chosen options ask for, with the option that asks."""

    on: dict[str, str] = field(default_factory=dict)
    off: dict[str, str] = field(default_factory=dict)
    bonus: dict[str, str] = field(default_factory=dict)
    only: frozenset[str] | None = None
    only_by: str = ""
    keep_levels: tuple[str, ...] = catalogue.LEVELS
    levels_by: str = ""


def select(answers: Answers) -> Selection:
    """Return the requirements that apply.

    A requirement applies when it fits a kind of site and no answer takes it away; some apply only when an answer
    asks for them. What the law asks for stays, whatever is answered. Companions of a picked requirement follow it;
    of two that conflict or replace each other one stays.

    Raises
    ------
    InputError
        If a change by hand switches off, or lowers, what the law asks for.
    """
    sites = site_kinds(answers)
    effects = _effects(answers)
    picked: dict[str, Pick] = {}
    left_out: dict[str, Reason] = {}
    for name, entry in catalogue.requirements().items():
        outcome = _first(name, entry, answers, sites, effects)
        if isinstance(outcome, Pick):
            picked[name] = outcome
        else:
            left_out[name] = outcome
    _by_hand(answers, picked, left_out)
    _companions(answers, sites, picked, left_out)
    _replaced(answers, picked, left_out)
    order = catalogue.requirements()
    return Selection(
        {name: picked[name] for name in order if name in picked},
        {name: left_out[name] for name in order if name in left_out},
        sites,
    )


def site_kinds(answers: Answers) -> tuple[str, ...]:
    """Kinds of site the answers name: those of q03, or what q01 puts in their place."""
    kinds: list[str] = []
    for option in _options(answers, "q01"):
        kinds += option.get("sites", [])
    if not any(option.get("replace_sites") for option in _options(answers, "q01")):
        for option in _options(answers, "q03"):
            kinds += option.get("sites", [])
    return tuple(dict.fromkeys(kinds))


def is_public(answers: Answers) -> bool:
    """Whether the public may charge there, at least part of the time."""
    return "private" not in answers.chosen["q05"]


def _options(answers: Answers, question: str) -> Iterator[dict[str, Any]]:
    for name in answers.chosen[question]:
        yield catalogue.options(question)[name]


def _effects(answers: Answers) -> _Effects:
    effects = _Effects()
    for question in catalogue.questions():
        for option in _options(answers, question):
            why, keep = f"{question}.{option['id']}", _names(option, "keep")
            effects.on = dict.fromkeys(_names(option, "on"), why) | effects.on
            effects.off = dict.fromkeys(_names(option, "off") - keep, why) | effects.off
            effects.bonus = dict.fromkeys(_names(option, "bonus") - keep, why) | effects.bonus
            if "only" in option:
                effects.only, effects.only_by = (effects.only or frozenset()) | _names(option, "only"), why
            if "keep_levels" in option:
                effects.keep_levels, effects.levels_by = tuple(option["keep_levels"]), why
    national = _names(catalogue.country(answers.country), "on")
    effects.on = dict.fromkeys(national, f"q22.{answers.country}") | effects.on
    return effects


def _names(entry: dict[str, Any], key: str) -> frozenset[str]:
    return catalogue.named(tuple(entry.get(key, ())))


def _first(
    name: str, entry: dict[str, Any], answers: Answers, sites: tuple[str, ...], effects: _Effects
) -> Pick | Reason:
    """Decide one requirement before companions and replacements."""
    if not set(sites) & set(entry["applies_to"]):
        return ("not-for-sites", ", ".join(sites))
    legal = entry.get("legal_when")
    if legal == "always" or (legal == "public" and is_public(answers)):
        return Pick(entry["level"], True, (("law", legal),))
    if effects.only is not None and name not in effects.only:
        return ("only-law", effects.only_by)
    if name in effects.off:
        return ("off-by", effects.off[name])
    asked = effects.on.get(name)
    if not asked and name in catalogue.conditional():
        return ("not-asked", name)
    if not asked and entry["level"] not in effects.keep_levels:
        return ("level-not-kept", effects.levels_by)
    reasons: list[Reason] = [
        ("asked-by", asked)
        if asked
        else ("fits-sites", ", ".join(k for k in sites if k in entry["applies_to"]))
    ]
    level = entry["level"]
    if name in effects.bonus and level != "bonus":
        level = "bonus"
        reasons.append(("bonus-by", effects.bonus[name]))
    return Pick(level, False, tuple(reasons))


def _by_hand(answers: Answers, picked: dict[str, Pick], left_out: dict[str, Reason]) -> None:
    problems = []
    for name, choice in answers.choices.items():
        pick = picked.get(name)
        if pick and pick.locked and choice not in ("on", pick.level):
            problems.append(
                Problem(
                    "legal-must",
                    f"the law asks for '{catalogue.requirements()[name]['title']}'; it cannot be switched off or lowered.",
                    f"answers, choices, {name}",
                    "Remove this choice.",
                )
            )
        elif choice == "off":
            if pick:
                del picked[name]
            left_out[name] = ("by-hand", name)
        else:
            level = catalogue.requirements()[name]["level"] if choice == "on" else choice
            reasons = pick.reasons if pick else ()
            picked[name] = Pick(level, bool(pick and pick.locked), (*reasons, ("by-hand", name)))
            left_out.pop(name, None)
    if problems:
        raise InputError(problems)


def _companions(
    answers: Answers, sites: tuple[str, ...], picked: dict[str, Pick], left_out: dict[str, Reason]
) -> None:
    """Add what picked requirements need, until nothing is missing; what was switched off by hand stays off."""
    waiting = list(picked)
    while waiting:
        name = waiting.pop()
        for other in catalogue.requirements()[name].get("requires", ()):
            entry = catalogue.requirements()[other]
            if (
                other in picked
                or answers.choices.get(other) == "off"
                or not set(sites) & set(entry["applies_to"])
            ):
                continue
            picked[other] = Pick(entry["level"], False, (("needed-by", name),))
            left_out.pop(other, None)
            waiting.append(other)


def _replaced(answers: Answers, picked: dict[str, Pick], left_out: dict[str, Reason]) -> None:
    """Take away what another replaces, and the weaker of two that conflict."""
    for name in list(picked):
        for other in catalogue.requirements()[name].get("supersedes", ()):
            if (
                name in picked
                and other in picked
                and answers.choices.get(other) not in ("on", *catalogue.LEVELS)
            ):
                del picked[other]
                left_out[other] = ("replaced-by", name)
    for name in sorted(picked, key=lambda item: _strength(picked[item])):
        for other in catalogue.requirements()[name].get("conflicts_with", ()):
            if name in picked and other in picked and not picked[other].locked:
                del picked[other]
                left_out[other] = ("conflicts-with", name)


def _strength(pick: Pick) -> tuple[bool, int]:
    return (not pick.locked, catalogue.LEVELS.index(pick.level))
