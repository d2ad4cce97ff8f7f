"""Vega-Lite specifications and tables from named series; no words and no numbers of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

# Okabe and Ito, "Color Universal Design", 2008; each line also has its own dash, so colour is never alone.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
DASHES = ([1, 0], [8, 3], [2, 2], [8, 3, 2, 3])


def draw(
    declared: Mapping[str, Any], series: Mapping[str, np.ndarray], words: Mapping[str, Any], lang: str
) -> dict[str, Any]:
    """Return one chart: title, sentence, specification and the table behind it.

    Parameters
    ----------
    declared : mapping
        `{id, title, sentence, x: {series, label, unit}, y: {label, unit}, lines: [{series, label}], limits}`.
    series : mapping of str to ndarray, shape (n,)
    words : mapping
        Placeholders of the sentence.
    lang : str
    """
    x = series[declared["x"]["series"]]
    labels = [line["label"][lang] for line in declared["lines"]]
    arrays = [series[line["series"]] for line in declared["lines"]]
    rows = [
        {"x": _round(x[step]), "y": _round(array[step]), "line": label}
        for label, array in zip(labels, arrays, strict=True)
        for step in range(x.size)
    ]
    x_title, y_title = (f"{declared[axis]['label'][lang]} [{declared[axis]['unit']}]" for axis in ("x", "y"))
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
            "encoding": {
                "x": {
                    "field": "x",
                    "type": "quantitative",
                    "title": x_title,
                    "axis": {"tickMinStep": declared["x"].get("tick", 1), "grid": False},
                    "scale": {"nice": False},
                },
                "y": {
                    "field": "y",
                    "type": "quantitative",
                    "title": y_title,
                    "scale": {"zero": declared["y"]["zero"]},
                },
                "color": {
                    "field": "line",
                    "type": "nominal",
                    "title": None,
                    "scale": {"domain": labels, "range": list(COLOURS[: len(labels)])},
                    "legend": {"orient": "top", "symbolType": "stroke", "labelLimit": 320, "columns": 2},
                },
                "strokeDash": {
                    "field": "line",
                    "type": "nominal",
                    "title": None,
                    "scale": {"domain": labels, "range": list(DASHES[: len(labels)])},
                },
            },
        }
    ]
    for limit in declared.get("limits", []):
        value = float(series[limit["series"]][0])
        layers.append(
            {
                "data": {"values": [{"y": value}]},
                "mark": {"type": "rule", "strokeDash": [4, 4], "size": 1.5, "color": "#767676"},
                "encoding": {"y": {"field": "y", "type": "quantitative"}},
            }
        )
        layers.append(
            {
                "data": {"values": [{"y": value, "text": limit["label"][lang]}]},
                "mark": {
                    "type": "text",
                    "align": "left",
                    "baseline": "bottom",
                    "x": 4,
                    "dy": -3,
                    "color": "#767676",
                },
                "encoding": {
                    "y": {"field": "y", "type": "quantitative"},
                    "text": {"field": "text", "type": "nominal"},
                },
            }
        )
    return {
        "id": declared["id"],
        "title": declared["title"][lang],
        "sentence": declared["sentence"][lang].format(**words),
        "spec": {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "width": "container",
            "height": 260,
            "data": {"values": rows},
            "layer": layers,
            "config": {"view": {"stroke": None}},
        },
        "table": {
            "columns": [x_title, *[f"{label} [{declared['y']['unit']}]" for label in labels]],
            "rows": [[_round(x[step]), *[_round(array[step]) for array in arrays]] for step in range(x.size)],
        },
    }


def table(declared: Mapping[str, Any], series: Mapping[str, np.ndarray], lang: str) -> dict[str, Any]:
    """Return a table whose columns are series; the first column may be translated row labels."""
    columns = [series[column["series"]] for column in declared["columns"]]
    rows = [[_cell(column[row], declared, lang) for column in columns] for row in range(len(columns[0]))]
    return {
        "id": declared["id"],
        "title": declared["title"][lang],
        "columns": [column["label"][lang] for column in declared["columns"]],
        "rows": rows,
    }


def _cell(value: Any, declared: Mapping[str, Any], lang: str) -> Any:
    if isinstance(value, str):
        return declared["labels"][value][lang] if value in declared.get("labels", {}) else str(value)
    return _round(value)


def _round(value: float) -> float | None:
    """Five significant digits: what a chart or a table can show, and the same in every runtime."""
    number = float(value)
    return float(f"{number:.5g}") if np.isfinite(number) else None
