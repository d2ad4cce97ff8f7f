"""What the catalogue holds, read once from the packaged data: requirements, questions, countries, profiles, words."""

from __future__ import annotations

import fnmatch
import functools
from collections.abc import Iterable
from typing import Any

from calculators import data

Entry = dict[str, Any]
LEVELS = ("must", "should", "bonus")
GROUPS = (
    "governance-contract",
    "location-private-land",
    "electrical-grid-connection",
    "smart-charging",
    "v2g",
    "protocols-interoperability",
    "cybersecurity",
    "metering-billing",
    "data-reporting",
    "user-accessibility",
    "availability-maintenance",
    "energy-sustainability",
    "grid-services",
    "vehicles-v2g-ready",
    "award-criteria-kpis",
    "exit-transition",
)


@functools.cache
def requirements() -> dict[str, Entry]:
    """Return every requirement by id, in the order of the groups."""
    entries: dict[str, Entry] = data.read("requirements")
    return dict(sorted(entries.items(), key=lambda item: (GROUPS.index(item[1]["group"]), item[0])))


def questions() -> dict[str, Entry]:
    """Return the questions of the wizard by id, in their order."""
    found: dict[str, Entry] = data.read("questions")
    return found


def options(question: str) -> dict[str, Entry]:
    """Return the options of a question by id."""
    return {item["id"]: item for item in questions()[question]["options"]}


def country(name: str) -> Entry:
    """Return a country pack."""
    found: Entry = data.read("countries")[name]
    return found


def profiles() -> dict[str, Entry]:
    """Return the profiles by id."""
    found: dict[str, Entry] = data.read("profiles")
    return found


def document(name: str, language: str) -> Entry:
    """Return the words of a document."""
    found: Entry = data.read("documents")[f"{language}-{name}"]
    return found


def words(language: str) -> dict[str, Any]:
    """Return the single words and sentences all documents share."""
    found: dict[str, Any] = document("words", language)["words"]
    return found


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether a requirement id is one of the ids or fits one of the patterns such as `VG-*`."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


@functools.cache
def named(patterns: tuple[str, ...]) -> frozenset[str]:
    """Ids that are one of the ids or fit one of the patterns."""
    return frozenset(name for name in requirements() if matches(name, patterns))


@functools.cache
def conditional() -> frozenset[str]:
    """Ids that some answer switches on: without that answer they stay off."""
    named = [
        pattern
        for entry in questions().values()
        for item in entry["options"]
        for pattern in item.get("on", ())
    ]
    named += [pattern for pack in data.read("countries").values() for pattern in pack.get("on", ())]
    return frozenset(name for name in requirements() if matches(name, named))


def basis_state(item: Entry) -> Entry:
    """Return one legal or standard basis with title, reference and state from the regulation register.

    The register is the place where law is kept; the state written with the requirement is what was known when the
    requirement was last looked at, and is used where the register is not at hand.
    """
    if "register" not in item:
        return {"title": item["title"], "reference": item["title"], "state": item.get("state", ""), **item}
    entry = data.read("regulation").get(item["register"])
    if entry is None:
        return {
            **item,
            "title": item["register"],
            "reference": item["clause"],
            "state": item.get("state", ""),
        }
    return {
        **item,
        "title": entry["title"],
        "reference": entry["act"]["number"],
        "state": f"{entry['status'].replace('-', ' ')}, as known on {entry['state_of_knowledge']}",
    }
