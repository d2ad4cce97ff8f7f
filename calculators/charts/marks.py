"""What all charts share: colours, dashes, numbers as a chart can show them, the frame around a specification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

# Okabe and Ito, "Color Universal Design", 2008; each line also has its own dash, so colour is never alone.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b0820a", "#6b7785")
DASHES = ([1, 0], [8, 3], [2, 2], [8, 3, 2, 3], [12, 4], [1, 4])


def rounded(value: float) -> float | None:
    """Five significant digits: what a chart or a table can show, and the same in every runtime."""
    number = float(value)
    return float(f"{number:.5g}") if np.isfinite(number) else None


def axis_title(axis: Mapping[str, Any], lang: str) -> str:
    """Label with its unit in brackets; a share or count has none."""
    label, unit = axis["label"][lang], axis.get("unit", "")
    return f"{label} [{unit}]" if unit else str(label)


def spec(layers: list[dict[str, Any]], rows: list[dict[str, Any]], height: int) -> dict[str, Any]:
    """Return a whole specification around its layers."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": "container",
        "height": height,
        "data": {"values": rows},
        "layer": layers,
        "config": {"view": {"stroke": None}},
    }


def limits(
    declared: list[Mapping[str, Any]], series: Mapping[str, np.ndarray], lang: str, axis: str = "y"
) -> list[dict[str, Any]]:
    """Return a dashed rule and its name for each limit of a chart."""
    layers: list[dict[str, Any]] = []
    for limit in declared:
        value = rounded(series[limit["series"]][0])
        place = {axis: {"field": "at", "type": "quantitative"}}
        data = {"values": [{"at": value, "text": limit["label"][lang]}]}
        rule = {"type": "rule", "strokeDash": [4, 4], "size": 1.5, "color": "currentColor", "opacity": 0.7}
        text: dict[str, Any] = {
            "type": "text",
            "align": "left",
            "baseline": "bottom",
            "color": "currentColor",
        }
        text |= {"x": 4, "dy": -3} if axis == "y" else {"y": 8, "dx": 4}
        layers.append({"data": data, "mark": rule, "encoding": place})
        layers.append({"data": data, "mark": text, "encoding": {**place, "text": {"field": "text"}}})
    return layers
