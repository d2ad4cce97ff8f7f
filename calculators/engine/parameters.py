"""Reading parameter entries as a calculator's function is given them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def newest(parameters: Mapping[str, Any], name: str) -> Any:
    """Return the newest value of a parameter, whose validity may have ended.

    Parameters
    ----------
    parameters : mapping
        Entries by id, each with `values` in order of date; a null value ends a validity.
    name : str
    """
    return [row["value"] for row in parameters[name]["values"] if row["value"] is not None][-1]
