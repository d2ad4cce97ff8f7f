"""Lines over time or another quantity, as steps or straight; each may carry the band it lies in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calculators.charts.marks import COLOURS, DASHES, axis_title, limits, rounded, spec


def draw(declared: Mapping[str, Any], series: Mapping[str, np.ndarray], lang: str) -> dict[str, Any]:
    """Return specification and table of one chart of lines."""
    x = series[declared["x"]["series"]]
    labels = [line["label"][lang] for line in declared["lines"]]
    arrays = [series[line["series"]] for line in declared["lines"]]
    rows = [
        {"x": rounded(x[step]), "y": rounded(array[step]), "line": label}
        for label, array in zip(labels, arrays, strict=True)
        for step in range(x.size)
    ]
    titles = [axis_title(declared[axis], lang) for axis in ("x", "y")]
    straight = declared.get("interpolate") == "linear"
    x_axis = {
        "field": "x",
        "type": "quantitative",
        "title": titles[0],
        "axis": {"tickMinStep": declared["x"].get("tick", 1), "grid": False},
        "scale": {"nice": False, "zero": False},
    }
    colour = _nominal(labels, list(COLOURS[: len(labels)]))
    colour["legend"] = {"orient": "top", "symbolType": "stroke", "labelLimit": 320, "columns": 2}
    encoding = {
        "x": x_axis,
        "y": {
            "field": "y",
            "type": "quantitative",
            "title": titles[1],
            "scale": {"zero": declared["y"]["zero"]},
        },
        "color": colour,
        "strokeDash": _nominal(labels, list(DASHES[: len(labels)])),
    }
    interpolate = "linear" if straight else "step-after"
    layers = [
        *_bands(declared, series, x, labels, interpolate),
        {
            "mark": {"type": "line", "interpolate": interpolate, "strokeWidth": 2, "point": straight},
            "encoding": encoding,
        },
        *limits(declared.get("limits", []), series, lang),
    ]
    unit = declared["y"].get("unit", "")
    columns = [titles[0], *[f"{label} [{unit}]" if unit else label for label in labels]]
    table_rows = [[rounded(x[step]), *[rounded(array[step]) for array in arrays]] for step in range(x.size)]
    return {"spec": spec(layers, rows, 260), "table": {"columns": columns, "rows": table_rows}}


def _nominal(labels: list[str], values: list[Any]) -> dict[str, Any]:
    return {
        "field": "line",
        "type": "nominal",
        "title": None,
        "scale": {"domain": labels, "range": values},
    }


def _bands(
    declared: Mapping[str, Any],
    series: Mapping[str, np.ndarray],
    x: np.ndarray,
    labels: list[str],
    interpolate: str,
) -> list[dict[str, Any]]:
    """Return one shaded area per line that declares `low` and `high`."""
    layers = []
    for index, (line, label) in enumerate(zip(declared["lines"], labels, strict=True)):
        if "low" not in line:
            continue
        low, high = series[line["low"]], series[line["high"]]
        values = [
            {"x": rounded(x[step]), "low": rounded(low[step]), "high": rounded(high[step]), "line": label}
            for step in range(x.size)
        ]
        layers.append(
            {
                "data": {"values": values},
                "mark": {
                    "type": "area",
                    "opacity": 0.18,
                    "color": COLOURS[index],
                    "interpolate": interpolate,
                },
                "encoding": {
                    "x": {"field": "x", "type": "quantitative"},
                    "y": {"field": "low", "type": "quantitative"},
                    "y2": {"field": "high"},
                },
            }
        )
    return layers
