"""The project's data as the running engine sees it: JSON inside the package, read once.

`make data` writes it from the YAML folders. The same files travel in the wheel and to the browser.
"""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any

from calculators.engine.errors import DataError, InputError, Problem


@functools.cache
def read(name: str) -> Any:
    """Return the content of `_data/<name>.json`; callers must not change it.

    Raises
    ------
    DataError
        If the file was not generated or not shipped.
    """
    path = resources.files("calculators") / "_data" / f"{name}.json"
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise DataError(
            Problem(
                "data-missing", f"the data file {name}.json is missing.", "calculators", "Run `make data`."
            )
        ) from error


def parameter(name: str, on_date: str) -> float:
    """Return the value of a parameter valid on a day.

    Parameters
    ----------
    name : str
        Id of a file in `calculators/parameters`.
    on_date : str
        ISO date.

    Raises
    ------
    InputError
        If the day lies before the first or after the last validity: no silent last value.
    """
    entry = read("parameters")[name]
    valid = [row for row in entry["values"] if row["from"] <= on_date]
    if not valid or valid[-1]["value"] is None:
        raise InputError(
            Problem("parameter-date", f"no value is known for {on_date}.", name, "Choose a day it covers.")
        )
    return float(valid[-1]["value"])
