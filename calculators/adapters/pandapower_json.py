"""pandapower files, read with the standard library: no pandapower, no pandas, nothing in the file is run."""

from __future__ import annotations

import json
from typing import Any

from calculators.adapters import frames, plain_json
from calculators.adapters.checked import Checker, NetworkTables, Raw, frequency
from calculators.adapters.tables import MODELLED, REFUSED
from calculators.engine.errors import InputError, Problem
from calculators.engine.grid import Network

HOW = 'Write one in Python with pandapower.to_json(net, "net.json").'


def read_network(text: str, name: str) -> Network:
    """Turn the text of a pandapower file into a `Network`.

    Parameters
    ----------
    text : str
        What `pandapower.to_json` of version 2 or 3 wrote.
    name : str
        The file's name, for messages.

    Returns
    -------
    Network
        As `from_pandapower` of the same network.

    Raises
    ------
    InputError
        The file is not such a network, is too large, or holds what is not modelled or impossible; all problems
        of the first stage that has any. Loads without supply are refused.
    """
    return read_tables(plain_json.parse(text, name, HOW), name).network()


def is_pandapower(plain: Any) -> bool:
    """Return whether parsed JSON says that it is a pandapower network."""
    return isinstance(plain, dict) and plain.get("_class") == "pandapowerNet"


def read_tables(plain: Any, name: str) -> NetworkTables:
    """Return the checked tables of parsed JSON.

    Raises
    ------
    InputError
        As `read_network`, without what only the electrical model finds.
    """
    stored = plain.get("_object") if is_pandapower(plain) else None
    if isinstance(stored, str):
        stored = plain_json.parse(stored, name, HOW)
    if not isinstance(stored, dict):
        raise InputError(Problem("not-pandapower", "this is JSON, but not a pandapower network.", name, HOW))
    checker = Checker(name, HOW)
    raw: dict[str, Raw | None] = {}
    for kind in (*MODELLED, *REFUSED):
        if stored.get(kind) is not None:
            raw[kind] = _raw(checker, stored[kind], f"{name}, {kind}")
    for kind in ("bus", "line"):
        if raw.get(kind) is not None and f"{kind}_geodata" in stored:
            raw[kind] = _placed(raw[kind], _split(stored[f"{kind}_geodata"], name))
    tables = checker.tables(raw)
    return NetworkTables(name, tables, frequency(stored.get("f_hz", 50.0), name))


def write(tables: NetworkTables) -> str:
    """Return the text of a file that `pandapower.from_json` opens; without results."""
    content: dict[str, Any] = {}
    for kind, frame in frames.all_frames(tables.tables).items():
        data = {"columns": list(frame.dtypes), "index": frame.index, "data": frame.rows}
        content[kind] = {
            "_module": "pandas.core.frame", "_class": "DataFrame",
            "_object": json.dumps(data, ensure_ascii=False, separators=(",", ":")),
            "orient": "split", "dtype": frame.dtypes, "is_multiindex": False, "is_multicolumn": False,
        }  # fmt: skip
    content |= frames.parameters(tables.name, tables.f_hz)
    net = {"_module": "pandapower.auxiliary", "_class": "pandapowerNet", "_object": content}
    return json.dumps(net, ensure_ascii=False, indent=1)


def _raw(checker: Checker, stored: Any, where: str) -> Raw | None:
    """Return one stored table, or None and a problem."""
    try:
        content = _split(stored, where)
    except InputError as error:
        checker.problems += error.problems
        return None
    if content is None:
        checker.problem("table", "this is not a table as pandapower 2 or 3 writes it.", where, HOW)
    return content


def _split(stored: Any, where: str) -> Raw | None:
    """Return labels, column names and rows of a stored table of any orientation; None where it is none."""
    if not isinstance(stored, dict) or stored.get("_class") != "DataFrame":
        return None
    inner = stored.get("_object")
    if isinstance(inner, str):
        inner = plain_json.parse(inner, where, HOW)
    if isinstance(inner, list):  # records carry no labels
        if not all(isinstance(row, dict) for row in inner):
            return None
        names = list(dict.fromkeys(name for row in inner for name in row))
        return Raw(list(range(len(inner))), names, [[row.get(name) for name in names] for row in inner])
    if not isinstance(inner, dict):
        return None
    if {"columns", "index", "data"} <= set(inner):
        labels, names, rows = inner["index"], inner["columns"], inner["data"]
        sound = isinstance(labels, list) and isinstance(names, list) and isinstance(rows, list)
        if not sound or not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
            return None
        return Raw(labels, names, rows)
    if not all(isinstance(column, dict) for column in inner.values()):
        return None
    outer = list(inner)
    within = list(dict.fromkeys(key for part in inner.values() for key in part))
    if stored.get("orient") == "index":
        return Raw(outer, within, [[inner[label].get(name) for name in within] for label in outer])
    return Raw(within, outer, [[inner[name].get(label) for name in outer] for label in within])


def _placed(raw: Raw | None, geodata: Raw | None) -> Raw | None:
    """Return a table with the coordinates that pandapower 2 keeps in a table of their own."""
    if raw is None or geodata is None or "geo" in raw.names:
        return raw
    place = {}
    for label, row in zip(geodata.labels, geodata.rows, strict=False):
        cell = dict(zip(geodata.names, row, strict=False)) if isinstance(row, list) else {}
        if cell.get("coords"):
            place[label] = json.dumps({"type": "LineString", "coordinates": cell["coords"]})
        elif cell.get("x") is not None and cell.get("y") is not None:
            place[label] = json.dumps({"type": "Point", "coordinates": [cell["x"], cell["y"]]})
    rows = [
        [*row, place.get(label)] if isinstance(row, list) else row
        for label, row in zip(raw.labels, raw.rows, strict=False)
    ]
    return Raw(raw.labels, [*raw.names, "geo"], rows)
