"""Horizontal bars, one group per case, with the band as a whisker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calculators.charts.marks import COLOURS, axis_title, limits, rounded, spec

ROW_HEIGHT = 34


def draw(declared: Mapping[str, Any], series: Mapping[str, np.ndarray], lang: str) -> dict[str, Any]:
    """Return specification and table of one chart of bars."""
    names = declared["x"].get("labels", {})
    cases = [names[code][lang] if code in names else str(code) for code in series[declared["x"]["series"]]]
    labels = [line["label"][lang] for line in declared["lines"]]
    rows: list[dict[str, Any]] = []
    columns: list[str] = [declared["x"]["label"][lang]]
    table_columns: list[list[Any]] = [list(cases)]
    unit = declared["y"].get("unit", "")
    for line, label in zip(declared["lines"], labels, strict=True):
        ends = [series[line[key]] if key in line else None for key in ("series", "low", "high")]
        for index, case in enumerate(cases):
            row = {"case": case, "line": label, "value": rounded(_at(ends[0], index))}
            if ends[1] is not None:
                row |= {"low": rounded(_at(ends[1], index)), "high": rounded(_at(ends[2], index))}
            rows.append(row)
        for key, values in zip(("", "8 in 10, from", "to"), ends, strict=True):
            if values is not None:
                name = f"{label}, {key}" if key else label
                columns.append(f"{name} [{unit}]" if unit else name)
                table_columns.append([rounded(value) for value in values])
    several = len(labels) > 1
    y = {"field": "case", "type": "nominal", "sort": cases, "title": None, "axis": {"labelLimit": 220}}
    offset = {"yOffset": {"field": "line", "sort": labels}} if several else {}
    x = {
        "field": "value",
        "type": "quantitative",
        "title": axis_title(declared["y"], lang),
        "scale": {"zero": True},
    }
    colour = {
        "field": "line",
        "type": "nominal",
        "title": None,
        "scale": {"domain": labels, "range": list(COLOURS[: len(labels)])},
        "legend": {"orient": "top", "labelLimit": 320, "symbolSize": 120} if several else None,
    }
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "height": {"band": 0.7}},
            "encoding": {"y": y, "x": x, "color": colour} | offset,
        }
    ]
    if any("low" in line for line in declared["lines"]):
        whisker = {"y": y, "x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}} | offset
        layers.append({"mark": {"type": "rule", "size": 2, "color": "currentColor"}, "encoding": whisker})
    layers += limits(declared.get("limits", []), series, lang, axis="x")
    height = ROW_HEIGHT * len(cases) * (len(labels) if several else 1) + 10
    table = {"columns": columns, "rows": [list(row) for row in zip(*table_columns, strict=True)]}
    return {"spec": spec(layers, rows, height), "table": table}


def _at(values: np.ndarray | None, index: int) -> float:
    return float("nan") if values is None else float(values[index])
