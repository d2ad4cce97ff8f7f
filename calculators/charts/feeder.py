"""A network drawn as a tree away from its transformer, cables coloured and thickened by what they carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calculators.charts.marks import axis_title, rounded, spec

# From calm to broken; width grows with the class, so colour is never alone.
CLASSES = ((50.0, "#0072b2", 1.5), (80.0, "#b0820a", 3.0), (100.0, "#d55e00", 4.5), (np.inf, "#a4003c", 6.5))


def draw(declared: Mapping[str, Any], series: Mapping[str, np.ndarray], lang: str) -> dict[str, Any]:
    """Return specification and table of one drawn network.

    `series` holds, under the declared names, for each line its ends (`x_from`, `y_from`, `x_to`, `y_to`), its
    `name` and its `value` [% of rating].
    """
    columns = {key: series[name] for key, name in declared["segments"].items()}
    legend = [declared["classes"][key][lang] for key in ("below_50", "below_80", "below_100", "above_100")]
    order = np.argsort(columns["value"], kind="stable")
    rows = []
    for index in order:
        value = float(columns["value"][index])
        rank = next(number for number, (top, *_) in enumerate(CLASSES) if value <= top)
        rows.append(
            {key: rounded(columns[key][index]) for key in ("x_from", "y_from", "x_to", "y_to")}
            | {"name": str(columns["name"][index]), "value": rounded(value), "class": legend[rank]}
        )
    titles = [axis_title(declared[axis], lang) for axis in ("x", "y")]
    place = {
        "x": {
            "field": "x_from",
            "type": "quantitative",
            "title": titles[0],
            "axis": {"grid": False},
            "scale": {"nice": False},
        },
        "x2": {"field": "x_to"},
        "y": {"field": "y_from", "type": "quantitative", "axis": None},
        "y2": {"field": "y_to"},
        "color": {
            "field": "class",
            "type": "nominal",
            "title": titles[1],
            "scale": {"domain": legend, "range": [colour for _, colour, _ in CLASSES]},
            "legend": {
                "orient": "top",
                "symbolType": "stroke",
                "symbolSize": 500,
                "symbolStrokeWidth": 4,
                "columns": 4,
            },
        },
        "strokeWidth": {
            "field": "class",
            "type": "nominal",
            "scale": {"domain": legend, "range": [width for *_, width in CLASSES]},
            "legend": None,
        },
    }
    layers = [{"mark": {"type": "rule", "strokeCap": "round"}, "encoding": place}]
    table = {
        "columns": [declared["names"][lang], titles[1]],
        "rows": [[str(columns["name"][index]), rounded(columns["value"][index])] for index in order[::-1]],
    }
    return {"spec": spec(layers, rows, declared.get("height", 300)), "table": table}
