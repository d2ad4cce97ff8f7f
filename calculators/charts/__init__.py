"""Vega-Lite specifications and tables from named series; no words and no numbers of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calculators.charts import bars, feeder, lines
from calculators.charts.marks import rounded

KINDS = {"lines": lines.draw, "bars": bars.draw, "feeder": feeder.draw}


def draw(
    declared: Mapping[str, Any], series: Mapping[str, np.ndarray], words: Mapping[str, Any], lang: str
) -> dict[str, Any]:
    """Return one chart: id, title, sentence, specification and the table behind it.

    Parameters
    ----------
    declared : mapping
        One entry of a definition's `charts`; `kind` says which of `KINDS` it is.
    series : mapping of str to ndarray, shape (n,)
    words : mapping
        Placeholders of the sentence.
    lang : str
    """
    drawn = KINDS[declared.get("kind", "lines")](declared, series, lang)
    head = {"id": declared["id"], "title": declared["title"][lang]}
    return {**head, "sentence": declared["sentence"][lang].format(**words), **drawn}


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
    return rounded(value)
