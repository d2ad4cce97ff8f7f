"""One definition + one function = one calculator; the same `run` serves browser, terminal and notebooks."""

from __future__ import annotations

import hashlib
import importlib
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from calculators import DATA_VERSION, __version__, charts, data, unknowns
from calculators.adapters import networks
from calculators.engine.errors import InputError, Problem
from calculators.engine.outcome import Outcome, Progress
from calculators.inputs import check_inputs
from calculators.scenario import Scenario


def list_definitions() -> dict[str, dict[str, Any]]:
    """Return every calculator's definition by id."""
    definitions: dict[str, dict[str, Any]] = data.read("definitions")
    return definitions


def definition(calculator: str) -> dict[str, Any]:
    """Return one calculator's definition.

    Raises
    ------
    InputError
        If there is no such calculator; names those there are.
    """
    known = list_definitions()
    if calculator not in known:
        raise InputError(
            Problem(
                "unknown-calculator",
                f"there is no calculator '{calculator}'.",
                "",
                f"Use: {', '.join(known)}.",
            )
        )
    return known[calculator]


def run(
    calculator: str,
    inputs: Mapping[str, Any] | None = None,
    *,
    seed: int = 1,
    lang: str = "en",
    progress: Progress | None = None,
    files: Mapping[str, bytes] | None = None,
) -> dict[str, Any]:
    """Run a calculator and return its result as plain JSON types.

    Parameters
    ----------
    calculator : str
        Calculator id.
    inputs : mapping, optional
        Values by input name; what is left out takes its default.
    seed : int
        Seed of every random draw, 0 or more.
    lang : str
        Language of sentences and labels.
    progress : callable, optional
        `progress(done, total) -> bool`; False stops the run and keeps what was finished.
    files : mapping of str to bytes, optional
        Content of each file given, by input name.

    Returns
    -------
    dict
        calculator, engine_version, data_version, seed, inputs, changed_inputs, headline, results, drivers,
        charts, tables, warnings, explain, partial, scenario_hash.

    Raises
    ------
    InputError
        Every unusable input at once.
    SolveError
        If the network cannot carry the load at all.
    """
    declared = definition(calculator)
    values = check_inputs(declared, inputs or {}, files or {}, lang)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(Problem("seed", f"seed is {seed}; it must be a whole number, 0 or more.", "seed"))
    changed = {
        item["name"]: values[item["name"]]
        for item in declared["inputs"]
        if values[item["name"]] != item["default"]
    }
    function = _function(declared["function"])
    arguments = arguments_of(declared, values, files or {})

    def compute(chosen: Mapping[str, Any], report: Progress | None) -> Outcome:
        rng = np.random.default_rng(seed)
        found: Outcome = function(**{**arguments, **chosen}, rng=rng, progress=report)
        return found

    outcome, widened = unknowns.run(declared, values, compute, seed=seed, progress=progress)
    for name, content in (files or {}).items():
        if name in changed:
            changed[name] = {"name": values[name], "sha256": hashlib.sha256(content).hexdigest()}
    return {**_present(declared, outcome, values, changed, seed, lang), "unknown": widened}


def arguments_of(
    declared: Mapping[str, Any], values: Mapping[str, Any], files: Mapping[str, bytes]
) -> dict[str, Any]:
    """Return what the calculator's function takes: checked inputs, networks read, parameters by id."""
    arguments = dict(values)
    for item in declared["inputs"]:
        if item["kind"] == "network":
            arguments[item["name"]] = _network(values[item["name"]], files, item["name"])
    parameters = data.read("parameters")
    return {**arguments, "parameters": {name: parameters[name] for name in declared["parameters"]}}


def _function(path: str) -> Any:
    module, name = path.split(":")
    return getattr(importlib.import_module(module), name)


def _network(chosen: str, files: Mapping[str, bytes], name: str) -> Any:
    if name in files:
        from calculators.adapters.files import read_network

        return read_network(chosen, files[name])
    return networks.load(chosen)


def _present(
    declared: Mapping[str, Any],
    outcome: Outcome,
    values: Mapping[str, Any],
    changed: Mapping[str, Any],
    seed: int,
    lang: str,
) -> dict[str, Any]:
    words = _words(declared, outcome, values, lang)
    results = {}
    for item in declared["results"]:
        estimate = outcome.values[item["name"]]
        results[item["name"]] = {
            "label": item["label"][lang],
            "unit": item["unit"],
            "decimals": item["decimals"],
            "value": _number(estimate.value),
            "p10": _number(estimate.p10),
            "p90": _number(estimate.p90),
        }
    drawn = [charts.draw(chart, outcome.series, words, lang) for chart in declared["charts"]]
    return {
        "calculator": declared["id"],
        "engine_version": __version__,
        "data_version": DATA_VERSION,
        "seed": seed,
        "inputs": dict(values),
        "changed_inputs": list(changed),
        "headline": declared["verdicts"][outcome.verdict][lang].format(**words),
        "verdict": outcome.verdict,
        "results": results,
        "drivers": [
            {
                "name": driver.name,
                "label": declared["drivers"][driver.name][lang],
                "low": _number(driver.low),
                "high": _number(driver.high),
            }
            for driver in outcome.drivers
        ],
        "charts": [chart for chart in drawn if chart],
        "tables": [
            found
            for item in declared["tables"]
            if (found := charts.table(item, outcome.series, lang))["rows"]
        ],
        "warnings": [
            {
                "code": warning.code,
                "message": declared["warnings"][warning.code]["message"][lang].format(
                    **words, **warning.values
                ),
                "smallest_fix": declared["warnings"][warning.code]["fix"][lang].format(
                    **words, **warning.values
                ),
            }
            for warning in outcome.warnings
        ],
        "explain": {
            item["name"]: {
                "formula": item["formula"][lang],
                "inputs": item["from"],
                "source": item["source"],
            }
            for item in declared["results"]
        },
        "partial": outcome.partial,
        "scenario_hash": Scenario(declared["id"], dict(changed), seed).hash,
    }


def _words(
    declared: Mapping[str, Any], outcome: Outcome, values: Mapping[str, Any], lang: str
) -> dict[str, str | float]:
    words: dict[str, str | float] = {}
    for item in declared["inputs"]:
        value = values[item["name"]]
        options = {option["id"]: option["label"][lang] for option in item.get("options", [])}
        words[item["name"]] = options.get(value, value) if isinstance(value, str) else f"{value:g}"
    for item in declared["results"]:
        estimate, digits = outcome.values[item["name"]], item["decimals"]
        words[item["name"]] = f"{estimate.value:,.{digits}f}"
        for end in ("p10", "p90"):
            bound = getattr(estimate, end)
            words[f"{item['name']}_{end}"] = "" if bound is None else f"{bound:,.{digits}f}"
    return {**words, **outcome.words}


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def to_json(result: Mapping[str, Any]) -> str:
    """Return a result as JSON text; the same text in browser and terminal."""
    return json.dumps(result, ensure_ascii=False, allow_nan=False)
