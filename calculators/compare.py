"""Up to four results of one calculator side by side: a table with the differences, and one chart with one axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from calculators import charts, data
from calculators.charts.marks import rounded
from calculators.engine.errors import InputError, Problem

MAX_RESULTS = 4


def compare(results: Sequence[Mapping[str, Any]], names: Sequence[str], lang: str = "en") -> dict[str, Any]:
    """Return what differs between results of the same calculator.

    Parameters
    ----------
    results : sequence of mapping
        Two to four results of `registry.run`; the first is the one the others are measured against.
    names : sequence of str
        What each is called.
    lang : str

    Returns
    -------
    dict
        `table` of all results with a difference column for each but the first, `inputs` that differ, and
        `charts`: one per unit, value and band of each result.

    Raises
    ------
    InputError
        Fewer than two or more than four results, or results of different calculators.
    """
    calculators = {result["calculator"] for result in results}
    if not 2 <= len(results) <= MAX_RESULTS or len(names) != len(results):
        raise InputError(Problem("compare", f"there are {len(results)} results; 2 to 4 can be compared."))
    if len(calculators) != 1:
        raise InputError(
            Problem("compare", f"results of {', '.join(sorted(calculators))} cannot be compared.")
        )
    words = data.read("words")[lang]
    first, others = results[0], results[1:]
    columns = [words["result"]]
    for index, name in enumerate(names):
        columns += [name] + ([words["difference"].format(name=names[0])] if index else [])
    rows = []
    for key, item in first["results"].items():
        row: list[Any] = [f"{item['label']} [{item['unit']}]" if item["unit"] else item["label"]]
        row.append(_text(item, item["value"]))
        for other in others:
            value = other["results"][key]["value"]
            known = value is not None and item["value"] is not None
            row += [_text(item, value), _text(item, value - item["value"], sign=True) if known else "–"]
        rows.append(row)
    return {
        "table": {"title": words["compared"], "columns": columns, "rows": rows},
        "inputs": _inputs(results, names, words),
        "charts": [_chart(key, results, names, words, lang) for key in list(first["results"])[:2]],
    }


def _text(item: Mapping[str, Any], value: float | None, sign: bool = False) -> str:
    return "–" if value is None else f"{value:{'+' if sign else ''},.{item['decimals']}f}"


def _inputs(
    results: Sequence[Mapping[str, Any]], names: Sequence[str], words: Mapping[str, str]
) -> dict[str, Any]:
    declared = {item["name"]: item for item in data.read("definitions")[results[0]["calculator"]]["inputs"]}
    rows = []
    for name in results[0]["inputs"]:
        values = [result["inputs"][name] for result in results]
        if any(value != values[0] for value in values[1:]):
            unit = declared[name].get("unit", "")
            label = declared[name]["label"]["en"]
            rows.append([f"{label} [{unit}]" if unit else label, *map(_plain, values)])
    return {"title": words["comparedInputs"], "columns": [words["input"], *names], "rows": rows}


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _chart(
    key: str,
    results: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    words: Mapping[str, str],
    lang: str,
) -> dict[str, Any]:
    items = [result["results"][key] for result in results]
    ends = {
        end: np.array([_number(item[end] if item[end] is not None else item["value"]) for item in items])
        for end in ("value", "p10", "p90")
    }
    label = items[0]["label"]
    declared = {
        "id": f"compare-{key}",
        "kind": "bars",
        "title": {lang: label},
        "sentence": {lang: words["comparedSentence"]},
        "x": {"series": "name", "label": {lang: words["scenario"]}},
        "y": {"label": {lang: label}, "unit": items[0]["unit"]},
        "lines": [{"series": "value", "low": "p10", "high": "p90", "label": {lang: label}}],
    }
    low, high = int(np.nanargmin(ends["value"])), int(np.nanargmax(ends["value"]))
    told = {
        "label": label,
        "low": names[low],
        "low_value": _text(items[low], rounded(ends["value"][low])),
        "high": names[high],
        "high_value": _text(items[high], rounded(ends["value"][high])),
        "unit": items[0]["unit"],
    }
    return charts.draw(declared, {"name": np.array(names), **ends}, told, lang)


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
