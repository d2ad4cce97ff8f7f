"""Answer sets the tender tests share."""

import itertools
import json
import random
from collections.abc import Iterator
from typing import Any

from calculators.runtime.data import TEMPLATES
from calculators.tender import catalogue

EXAMPLES = ("dutch-city-concession", "spanish-public-contract", "bus-depot-v2g")


def file(answers: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return an answers file."""
    return {
        "schema_version": 1,
        "kind": "tender",
        "buyer": {"name": "Town"},
        "answers": answers or {},
        **more,
    }


def example(name: str) -> dict[str, Any]:
    """Return one of the example buyers."""
    return json.loads((TEMPLATES / "examples" / f"{name}.json").read_text("utf-8"))


def profiles() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every contract form with every kind of site, the vehicle profiles, and the stages of V2G on top."""
    entries = catalogue.profiles()
    kinds = {
        kind: [e for e in entries.values() if e["kind"] == kind]
        for kind in ("contract", "site", "vehicles", "staging")
    }
    for contract, site in itertools.product(kinds["contract"], kinds["site"]):
        yield f"{contract['id']}+{site['id']}", {**contract["answers"], **site["answers"]}
    for entry in kinds["vehicles"]:
        yield entry["id"], entry["answers"]
    for stage, site in itertools.product(kinds["staging"], kinds["site"]):
        yield f"{stage['id']}+{site['id']}", {**site["answers"], **stage["answers"]}


def pairwise(seed: int = 7) -> list[dict[str, Any]]:
    """Answer sets in which every two answers to two questions occur together at least once."""
    rng = random.Random(seed)
    values = {name: [*catalogue.options(name), "dont-know"] for name in catalogue.questions()}
    names = list(values)
    left = {
        ((a, x), (b, y)) for a, b in itertools.combinations(names, 2) for x in values[a] for y in values[b]
    }
    found = []
    while left:
        (a, x), (b, y) = min(left)
        best: dict[str, Any] = {}
        gain = -1
        for _ in range(12):
            trial = {name: rng.choice(options) for name, options in values.items()} | {a: x, b: y}
            pairs = {((p, trial[p]), (q, trial[q])) for p, q in itertools.combinations(names, 2)} & left
            if len(pairs) > gain:
                best, gain, covered = trial, len(pairs), pairs
        left -= covered
        found.append(best)
    return found
