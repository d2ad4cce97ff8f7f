"""pandapower's XLSX workbooks: one sheet per table, row labels in the first column."""

from __future__ import annotations

import json
from collections.abc import Mapping

from calculators.adapters import frames, sheets
from calculators.adapters.checked import Checker, NetworkTables, Raw, frequency
from calculators.adapters.tables import MODELLED, REFUSED

HOW = 'Write one in Python with pandapower.to_excel(net, "net.xlsx").'
SHEETS = frozenset({*MODELLED, *REFUSED, "parameters", "bus_geodata", "dtypes"})


def read_tables(found: Mapping[str, sheets.Sheet], name: str) -> NetworkTables:
    """Return the checked tables of a workbook's sheets.

    Raises
    ------
    InputError
        Tables or columns are missing; cells are of another kind; cells in use hold formulas.
    """
    checker = Checker(name, HOW)
    raw: dict[str, Raw | None] = {
        kind: _raw(sheet) for kind, sheet in found.items() if kind not in {"parameters"}
    }
    tables = checker.tables(raw)
    settings = _raw(found.get("parameters", []))
    first = dict(zip(settings.names, settings.rows[0], strict=False)) if settings.rows else {}
    return NetworkTables(name, tables, frequency(first.get("f_hz", 50.0), name))


def write(tables: NetworkTables) -> bytes:
    """Return a workbook that `pandapower.from_excel` opens; without results."""
    book: dict[str, sheets.Sheet] = {}
    types: sheets.Sheet = [[None, "element", "column", "dtype"]]
    for kind, frame in frames.all_frames(tables.tables).items():
        if not frame.rows:
            continue
        names = list(frame.dtypes)
        book[kind] = [[None, *names]]
        for label, row in zip(frame.index, frame.rows, strict=True):
            cells = [
                json.dumps(cell) if name == "geo" and cell else cell
                for name, cell in zip(names, row, strict=True)
            ]
            book[kind].append([label, *cells])
        types += [
            [len(types) - 1 + at, kind, name, dtype] for at, (name, dtype) in enumerate(frame.dtypes.items())
        ]
    settings = frames.parameters(tables.name, tables.f_hz)
    book["dtypes"] = types
    book["parameters"] = [[None, *settings], [0, *settings.values()]]
    return sheets.write(book)


def _raw(sheet: sheets.Sheet) -> Raw:
    """Return a sheet's labels, columns and rows; rows without any cell are left out."""
    if not sheet:
        return Raw([], [], [])
    at = [place for place, cell in enumerate(sheet[0]) if place and cell is not None]
    names = [str(sheet[0][place]).strip() for place in at]
    body = [row for row in sheet[1:] if any(cell is not None for cell in row)]
    columns = [[row[place] if place < len(row) else None for place in at] for row in body]
    if "geo" in names:
        geo = names.index("geo")
        for row in columns:
            row[geo] = _geo(row[geo])
    return Raw([row[0] for row in body], names, columns)


def _geo(cell: object) -> object:
    """Undo the second quoting that pandapower gives coordinates in a workbook."""
    if isinstance(cell, str) and cell.startswith('"') and len(cell) < 100_000:
        try:
            return json.loads(cell)
        except ValueError:
            return None
    return None if cell == "null" else cell
