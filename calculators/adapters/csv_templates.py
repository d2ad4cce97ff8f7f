"""The four template tables, from CSV files or from the sheets of a workbook, to element tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from calculators.adapters import columns as cells
from calculators.adapters import delimited
from calculators.adapters.checked import Checker, NetworkTables, Raw
from calculators.adapters.template import OPTIONAL_TABLES, TEMPLATE, Column
from calculators.engine.errors import InputError, Problem

HOW = "Use the template: buses.csv, lines.csv, transformers.csv and loads.csv, together in one zip."
MAX_PROBLEMS = 200
FLAGS = {"1": True, "0": False, "true": True, "false": False, "yes": True, "no": False}

HEADINGS = {
    column.target: column.name for columns in TEMPLATE.values() for column in columns
    if column.kind == "number" and column.target not in {"", column.name}
}  # fmt: skip

Rows = Sequence[tuple[int, Sequence[Any]]]


def stem(path: str) -> str:
    """Return the template table that a path names, or nothing."""
    name = PurePosixPath(path.replace("\\", "/")).name.lower()
    table, _, ending = name.rpartition(".")
    return table if ending in {"csv", "txt"} and table in TEMPLATE else ""


def read_files(files: Mapping[str, bytes], name: str) -> NetworkTables:
    """Return the checked tables of CSV files.

    Parameters
    ----------
    files : mapping of str to bytes
        By path; those not named as a template are left alone.
    name : str
        Name of the archive or folder, for messages.

    Raises
    ------
    InputError
        Files, columns, cells or buses are missing or wrong, each by file, row and column.
    """
    found: dict[str, tuple[Rows, delimited.Numbers]] = {}
    problems = []
    for path, data in files.items():
        table = stem(path)
        if not table:
            continue
        if table in found:
            problems.append(
                Problem("template", f"there are two files {table}.csv.", name, "Keep one of them.")
            )
            continue
        try:
            rows, separator = delimited.rows(
                delimited.decode(data, f"{name}, {table}.csv"), f"{name}, {table}.csv"
            )
            found[table] = rows, delimited.Numbers(separator)
        except InputError as error:
            problems += error.problems
            found[table] = [], delimited.Numbers(",")
    if problems:
        raise InputError(problems)
    return _tables(found, name, ".csv")


def read_sheets(found: Mapping[str, Sequence[Sequence[Any]]], name: str) -> NetworkTables:
    """Return the checked tables of a workbook that has the template's sheets."""
    numbered = {
        table: ([(at, row) for at, row in enumerate(sheet, 1) if any(one is not None for one in row)],
                delimited.Numbers(";"))
        for table, sheet in found.items() if table in TEMPLATE
    }  # fmt: skip
    return _tables(numbered, name, "")


def _tables(found: Mapping[str, tuple[Rows, delimited.Numbers]], name: str, ending: str) -> NetworkTables:
    reader = _Reader(name, ending)
    for table in TEMPLATE:
        if table in found and found[table][0]:
            reader.parts[table] = _Part(reader, table, *found[table])
        elif table in found or table not in OPTIONAL_TABLES:
            state = "is empty" if table in found else "is missing"
            reader.problem("template", f"{table}{ending} {state}.", name, HOW)
    reader.stop()
    raw = reader.raw()
    reader.stop()
    checker = Checker(name, HOW)
    return NetworkTables(name, checker.tables(raw), 50.0, tuple(reader.notes), HEADINGS)


CONNECTION = {"": "wye", "star": "wye", "delta": "delta"}


class _Part:
    """One template table: its cells by heading."""

    def __init__(self, reader: _Reader, table: str, rows: Rows, numbers: delimited.Numbers) -> None:
        self.reader, self.table, self.style = reader, table, numbers
        self.where = f"{reader.name}, {table}{reader.ending}"
        headings = [str(cell or "").strip().lower() for cell in rows[0][1]]
        self.known = {column.name: column for column in TEMPLATE[table]}
        self.rows = [number for number, _ in rows[1:]]
        for one in sorted({one for one in headings if one and headings.count(one) > 1}):
            reader.problem("template", f"column {one} occurs twice.", self.where, "Keep one of them.")
        for column in TEMPLATE[table]:
            if column.required and column.name not in headings:
                reader.problem("template", f"column {column.name} is missing.", self.where, HOW)
        unknown = [one for one in headings if one and one not in self.known]
        if unknown:
            reader.notes.append(
                f"{table}{reader.ending}: unknown columns left out: {', '.join(unknown[:10])}."
            )
        self.columns: dict[str, list[Any]] = {one: [] for one in headings}
        for number, cells_there in rows[1:]:
            row = list(cells_there)
            while len(row) > len(headings) and row[-1] in ("", None):  # spreadsheets leave empty cells behind
                row.pop()
            if reader.ending and len(row) != len(headings):
                self.odd_row(number, len(row), len(headings))
            padded = [*row, *[None] * (len(headings) - len(row))]
            for heading, cell in zip(headings, padded, strict=False):
                self.columns[heading].append(cell)

    def odd_row(self, number: int, has: int, wanted: int) -> None:
        """Say that a row has too few or too many cells, once per table."""
        message = f"it has {has} cells; the first row has {wanted}."
        fix = "Fill or cut it."
        if has > wanted and not self.style.comma_allowed:
            fix = "If its numbers have a decimal comma, save the file with ; between the cells."
        if not any(one.code == "cells" and one.where.startswith(self.where) for one in self.reader.problems):
            self.reader.problem("cells", message, f"{self.where}, row {number}", fix)

    def column(self, name: str, needed: Sequence[bool] | None = None) -> list[Any]:
        """Return the values of one column, None where a cell is empty; problems name the first bad row."""
        column = self.known[name]
        stored = self.columns.get(name, [None] * len(self.rows))
        found: list[Any] = []
        bad = []
        for at, cell in enumerate(stored):
            if cell is None or cell == "" or cells.is_missing(cell):
                found.append(None)
                if column.required and (needed is None or needed[at]):
                    bad.append((at, "is empty", f"Enter the {column.meaning}."))
                continue
            value, fix = self.value(column, cell)
            found.append(value)
            if value is None:
                bad.append((at, f"is {cells.short(cell)}", fix))
        if bad:
            at, what, fix = bad[0]
            more = f" ({len(bad)} rows like it)" if len(bad) > 1 else ""
            allowed = {"number": "a number", "flag": "1 or 0", "bus": "a bus of the table buses"}
            wanted = allowed.get(column.kind, "text")
            where = f"{self.where}, row {self.rows[at]}, column {name}"
            self.reader.problem("cell", f"it {what}{more}; it must be {wanted}.", where, fix)
        return found

    def value(self, column: Column, cell: Any) -> tuple[Any, str]:
        """Return a cell in the column's type and the table's unit, or None and what to do."""
        if isinstance(cell, cells.Formula):
            return None, "Paste it as a value: formulas are not worked out."
        if column.kind == "number":
            if isinstance(cell, str):
                number, fix = self.style.read(cell)
            else:
                number, fix = cells.number(cell), ""
            return (None if number is None else number * column.factor), fix
        text = _text(cell)
        if column.kind == "flag":
            return FLAGS.get(text.lower()), ""
        if column.kind == "bus":
            return self.reader.bus_row.get(text), "Name it exactly as in the table buses."
        return text, ""

    def ids(self, name: str) -> list[str]:
        """Return the names of the rows, each once."""
        found = [one or "" for one in self.column(name)]
        seen: set[str] = set()
        for at, one in enumerate(found):
            if one and one in seen:
                where = f"{self.where}, row {self.rows[at]}, column {name}"
                self.reader.problem(
                    "twice", f"'{one}' occurs more than once.", where, "Give each its own name."
                )
                break
            seen.add(one)
        return found

    def flags(self, name: str) -> list[bool]:
        return [True if one is None else one for one in self.column(name)]

    def choice(self, name: str, allowed: tuple[str, ...]) -> list[str]:
        """Return a text column in lower case, empty cells as nothing."""
        found = [(one or "").lower() for one in self.column(name)]
        for at, one in enumerate(found):
            if one and one not in allowed:
                where = f"{self.where}, row {self.rows[at]}, column {name}"
                message = f"it is '{one[:40]}'; it must be {' or '.join(allowed)}."
                self.reader.problem("cell", message, where, "")
                break
        return found

    def targets(self, needed: Sequence[bool] | None = None) -> dict[str, list[Any]]:
        """Return every column that goes into the element table as it is; the absent optional ones not."""
        return {
            column.target: self.column(column.name, needed) for column in TEMPLATE[self.table]
            if column.target and column.kind in {"number", "bus"} and (column.required or column.name in self.columns)
        }  # fmt: skip


class _Reader:
    def __init__(self, name: str, ending: str) -> None:
        self.name, self.ending = name, ending
        self.parts: dict[str, _Part] = {}
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.bus_row: dict[str, int] = {}
        self.switches: list[list[Any]] = []

    def problem(self, code: str, message: str, where: str, fix: str) -> None:
        self.problems.append(Problem(code, message, where, fix))

    def stop(self) -> None:
        if self.problems:
            raise InputError(self.problems[:MAX_PROBLEMS])

    def raw(self) -> dict[str, Raw | None]:
        """Return all tables in pandapower's columns."""
        buses, grids = self.buses()
        found: dict[str, Raw | None] = {"bus": buses, "ext_grid": grids, "line": self.lines()}
        if "transformers" in self.parts:
            found["trafo"] = self.trafos()
        if "loads" in self.parts:
            found["load"], found["asymmetric_load"] = self.loads()
        found["switch"] = Raw(
            list(range(len(self.switches))), ["bus", "element", "et", "closed", "name"], self.switches
        )
        return found

    def buses(self) -> tuple[Raw, Raw]:
        part = self.parts["buses"]
        names = part.ids("bus")
        self.bus_row = {name: row for row, name in enumerate(names)}
        supply = part.column("supply_vm_pu")
        fed = [row for row, vm in enumerate(supply) if vm is not None]
        if len(fed) != 1:
            message = f"{len(fed)} buses have a value; exactly one must be fed by the upstream grid."
            fix = "Enter 1.0 at the bus the upstream grid feeds, and nothing elsewhere."
            self.problem("slack", message, f"{part.where}, column supply_vm_pu", fix)
        place = [
            None if x is None or y is None else json.dumps({"type": "Point", "coordinates": [x, y]})
            for x, y in zip(part.column("x"), part.column("y"), strict=True)
        ]
        buses = _raw(name=names, **part.targets(), in_service=part.flags("in_service"), geo=place)
        return buses, _raw(bus=fed, vm_pu=[supply[row] for row in fed], in_service=[True] * len(fed))

    def lines(self) -> Raw:
        part = self.parts["lines"]
        names = part.ids("line")
        real = [kind != "switch" for kind in part.choice("kind", ("line", "switch"))]
        targets = part.targets(real)
        ends = list(zip(targets["from_bus"], targets["to_bus"], strict=True))
        closed = list(zip(part.flags("from_closed"), part.flags("to_closed"), strict=True))
        for at, (one, other) in enumerate(ends):
            if not real[at]:
                self.switches.append([one, other, "b", all(closed[at]), names[at]])
        keep = [at for at, one in enumerate(real) if one]
        live = self.open_ends(
            "l", [names[at] for at in keep], [ends[at] for at in keep], [closed[at] for at in keep]
        )
        return _raw(
            name=[names[at] for at in keep],
            **{target: [values[at] for at in keep] for target, values in targets.items()},
            in_service=live,
        )

    def trafos(self) -> Raw:
        part = self.parts["transformers"]
        names, targets = part.ids("transformer"), part.targets()
        ends = list(zip(targets["hv_bus"], targets["lv_bus"], strict=True))
        live = self.open_ends(
            "t", names, ends, list(zip(part.flags("hv_closed"), part.flags("lv_closed"), strict=True))
        )
        side = part.choice("tap_side", ("hv", "lv"))
        texts: dict[str, list[Any]] = (
            {"vector_group": part.column("vector_group")} if "vector_group" in part.columns else {}
        )
        taps: dict[str, list[Any]] = {
            "tap_side": side,
            "tap_changer_type": ["Ratio" if one else None for one in side],
        }
        return _raw(name=names, **targets, **taps, **texts, in_service=live)

    def open_ends(
        self, kind: str, names: list[str], ends: list[Any], closed: list[tuple[bool, bool]]
    ) -> list[bool]:
        """Return which branches are in service; one open end becomes a switch."""
        for row, ((one, other), (first, second)) in enumerate(zip(ends, closed, strict=True)):
            if first != second:
                self.switches.append([other if first else one, row, kind, False, f"open end of {names[row]}"])
        return [first or second for first, second in closed]

    def loads(self) -> tuple[Raw, Raw]:
        part = self.parts["loads"]
        names, targets, live = part.ids("load"), part.targets(), part.flags("in_service")
        phases = part.choice("phase", ("a", "b", "c"))
        kinds = [CONNECTION[one] for one in part.choice("connection", ("star", "delta"))]
        whole = [at for at, phase in enumerate(phases) if not phase]
        single = [at for at, phase in enumerate(phases) if phase]
        values = {
            f"{one}_{phase}_{unit}": [targets[f"{one}_{unit}"][at] if phases[at] == phase else 0.0 for at in single]
            for one, unit in (("p", "mw"), ("q", "mvar")) for phase in "abc"
        }  # fmt: skip
        return (
            _raw(
                name=[names[at] for at in whole], type=[kinds[at] for at in whole], in_service=[live[at] for at in whole],
                **{key: [column[at] for at in whole] for key, column in targets.items()},
            ),
            _raw(
                name=[names[at] for at in single], type=[kinds[at] for at in single],
                in_service=[live[at] for at in single], bus=[targets["bus"][at] for at in single], **values,
            ),
        )  # fmt: skip


def _text(cell: Any) -> str:
    """Return a cell as text; 12.0 of a workbook is the name 12."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _raw(**columns: list[Any]) -> Raw:
    n = len(next(iter(columns.values())))
    return Raw(list(range(n)), list(columns), [list(row) for row in zip(*columns.values(), strict=True)])
