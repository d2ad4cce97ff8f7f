"""Scenario files: all that is needed to run a calculation again, years later, with no account or server."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any

from calculators import DATA_VERSION, __version__
from calculators.engine.errors import InputError, Problem

SCHEMA_VERSION = 1
KINDS = ("calculator", "plan", "tender")
MAX_BYTES = 5_000_000


@dataclass(frozen=True)
class Scenario:
    """One calculation, plan or tender, schema version 1.

    Parameters
    ----------
    calculator : str
        Calculator id.
    inputs : dict
        Only what differs from the defaults. A file goes in as `{"name", "sha256"}`, never its content.
    seed : int
        Seed of every random draw, 0 or more.
    kind : {"calculator", "plan", "tender"}
    area, year, owner : str, int or None
        What the scenario is about and who owns it (`city`, `dso`, `tso`).
    assumptions : list of dict
        `{"id", "value", "unit", "source"}` each.
    results : dict
        What it gave when saved: `{name: {"value", "p10", "p90"}}`; not part of the hash.
    engine_version, data_version : str
        What computed it; not part of the hash.
    """

    calculator: str
    inputs: dict[str, Any] = field(default_factory=dict)
    seed: int = 1
    kind: str = "calculator"
    area: str = ""
    year: int | None = None
    owner: str = ""
    assumptions: list[dict[str, Any]] = field(default_factory=list)
    results: dict[str, Any] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION
    engine_version: str = __version__
    data_version: str = DATA_VERSION

    @property
    def hash(self) -> str:
        """First 16 hex digits of the SHA-256 of the canonical form, versions left out."""
        content = asdict(self)
        for name in ("engine_version", "data_version", "results"):
            del content[name]
        return hashlib.sha256(canonical(content).encode("utf-8")).hexdigest()[:16]

    def to_json(self) -> str:
        """Return the scenario as a readable JSON file."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def canonical(content: Any) -> str:
    """Return sorted-key JSON without spaces; whole floats are written as Python writes them.

    Raises
    ------
    InputError
        If a number is not finite.
    """
    try:
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise InputError(Problem("not-finite", "a number is NaN or infinite.", "scenario")) from error


def from_json(text: str) -> Scenario:
    """Read a scenario file.

    Raises
    ------
    InputError
        All problems at once: not JSON, too large, unknown or missing fields, wrong types, newer schema.
    """
    if len(text.encode("utf-8")) > MAX_BYTES:
        raise InputError(Problem("scenario-size", "the file is larger than 5 MB.", "scenario"))
    try:
        content = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(
            Problem(
                "scenario-json", f"this is not a JSON file ({error}).", "scenario", "Open a file saved here."
            )
        ) from error
    if not isinstance(content, dict):
        raise InputError(Problem("scenario-json", "the file must hold one JSON object.", "scenario"))
    problems = list(_problems(content))
    if problems:
        raise InputError(problems)
    return Scenario(**content)


def _problems(content: dict[str, Any]) -> list[Problem]:
    types: dict[str, tuple[type, ...]] = {
        "calculator": (str,),
        "inputs": (dict,),
        "seed": (int,),
        "kind": (str,),
        "area": (str,),
        "year": (int, type(None)),
        "owner": (str,),
        "assumptions": (list,),
        "results": (dict,),
        "schema_version": (int,),
        "engine_version": (str,),
        "data_version": (str,),
    }
    found = [
        Problem("scenario-field", f"'{key}' is not a field of a scenario.", "scenario", "Remove it.")
        for key in content
        if key not in types
    ]
    for key, allowed in types.items():
        if key in content and (not isinstance(content[key], allowed) or isinstance(content[key], bool)):
            found.append(Problem("scenario-type", f"'{key}' has the wrong type.", "scenario"))
    if "calculator" not in content:
        found.append(Problem("scenario-field", "the field 'calculator' is missing.", "scenario"))
    version = content.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        found.append(
            Problem(
                "scenario-newer",
                f"the file has schema version {version}; this engine reads up to {SCHEMA_VERSION}.",
                "scenario",
                "Open it with a newer version of the site or of the wheel.",
            )
        )
    if isinstance(content.get("seed"), int) and content["seed"] < 0:
        found.append(
            Problem("scenario-seed", f"seed is {content['seed']}; it must be 0 or more.", "scenario")
        )
    if content.get("kind", "calculator") not in KINDS:
        found.append(Problem("scenario-kind", f"kind must be one of {', '.join(KINDS)}.", "scenario"))
    if not all(map(_finite, _numbers(content))):
        found.append(Problem("not-finite", "a number is NaN or infinite.", "scenario"))
    return found


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for item in value.values() for number in _numbers(item)]
    if isinstance(value, list):
        return [number for item in value for number in _numbers(item)]
    return [value] if isinstance(value, float) else []


def _finite(value: float) -> bool:
    return math.isfinite(value)
