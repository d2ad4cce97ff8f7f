"""Element tables as the four template tables."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any

import numpy as np

from calculators.adapters import sheets
from calculators.adapters.checked import NetworkTables
from calculators.adapters.columns import is_missing
from calculators.adapters.geometry import point
from calculators.adapters.positions import POWERS, Topology, ratio_tap
from calculators.adapters.tables import Table
from calculators.adapters.template import TEMPLATE


def write(tables: NetworkTables) -> bytes:
    """Return a zip of buses.csv, lines.csv, transformers.csv and loads.csv.

    Notes
    -----
    Scaling and derating are applied. Static generators become negative loads, each phase of an asymmetric load a
    load of its own, switches between buses lines of kind "switch".
    """
    files = {}
    for table, rows in template_rows(tables).items():
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerows(
            ["" if cell is None else int(cell) if isinstance(cell, bool) else cell for cell in row]
            for row in rows
        )
        files[f"{table}.csv"] = out.getvalue().encode()
    return sheets.pack(files)


def template_rows(tables: NetworkTables) -> dict[str, list[list[Any]]]:
    """Return heading and rows of each template table; optional columns without any value are left out."""
    writer = _Writer(tables)
    content = {
        "buses": writer.buses(), "lines": writer.lines(), "transformers": writer.trafos(), "loads": writer.loads(),
    }  # fmt: skip
    found = {}
    for table, columns in content.items():
        plain = {name: [_cell(one) for one in values] for name, values in columns.items()}
        used = [
            column.name for column in TEMPLATE[table]
            if column.required or any(cell is not None for cell in plain.get(column.name, []))
        ]  # fmt: skip
        found[table] = [used, *(list(row) for row in zip(*(plain[name] for name in used), strict=True))]
    return found


class _Writer(Topology):
    def __init__(self, tables: NetworkTables) -> None:
        super().__init__(tables.tables)
        self.bus_name = unique(self.bus.texts("name"), "bus", self.bus.index)

    def buses(self) -> dict[str, Any]:
        grid = self.table("ext_grid")
        supply: list[Any] = [None] * len(self.bus)
        rows, live = self.places(grid)
        for row, vm, on in zip(rows, grid.numbers("vm_pu", 1.0), live, strict=True):
            if on:
                supply[row] = vm
        points = [point(text) for text in self.bus.texts("geo")]
        return {
            "bus": self.bus_name, "vn_kv": self.bus.numbers("vn_kv"), "supply_vm_pu": supply,
            "x": [None if one is None else one[0] for one in points],
            "y": [None if one is None else one[1] for one in points], "in_service": _off(self.live_bus),
        }  # fmt: skip

    def lines(self) -> dict[str, Any]:
        line = self.table("line")
        rows, closed = self.branch_ends("line", ("from_bus", "to_bus"))
        columns: dict[str, Any] = self.targets("lines", line) | {
            "line": unique(line.texts("name"), "line", line.index), "from_bus": [self.bus_name[at] for at in rows[0]],
            "to_bus": [self.bus_name[at] for at in rows[1]],
            "i_max_a": line.numbers("max_i_ka") * line.numbers("df", 1.0) * 1e3,
            "from_closed": _off(closed[0]), "to_closed": _off(closed[1]),
        }  # fmt: skip
        switches, shut = self.bus_switches()
        columns = {name: list(values) + [None] * len(switches) for name, values in columns.items()}
        columns["kind"] = [None] * len(line) + ["switch"] * len(switches)
        taken = set(columns["line"])
        for at, ((one, other), closed_switch) in enumerate(zip(switches, shut, strict=True), len(line)):
            name = f"switch {at - len(line)}"
            while name in taken:
                name += "'"
            columns["line"][at] = name
            columns["from_bus"][at], columns["to_bus"][at] = self.bus_name[one], self.bus_name[other]
            columns["to_closed"][at] = None if closed_switch else False
        return columns

    def trafos(self) -> dict[str, Any]:
        trafo = self.table("trafo")
        rows, closed = self.branch_ends("trafo", ("hv_bus", "lv_bus"))
        df, tap = trafo.numbers("df", 1.0), ratio_tap(trafo)
        moved = tap.position != 0
        columns: dict[str, Any] = self.targets("transformers", trafo) | {
            "transformer": unique(trafo.texts("name"), "transformer", trafo.index),
            "hv_bus": [self.bus_name[at] for at in rows[0]], "lv_bus": [self.bus_name[at] for at in rows[1]],
            "hv_closed": _off(closed[0]), "lv_closed": _off(closed[1]),
            "tap_side": [("hv" if high else "lv") if on else None for high, on in zip(tap.at_hv, moved, strict=True)],
            "tap_pos": np.where(moved, tap.position, np.nan), "tap_neutral": np.where(moved, 0.0, np.nan),
            "tap_step_percent": np.where(moved, tap.step_percent, np.nan),
            "vector_group": [text or None for text in trafo.texts("vector_group")],
        }  # fmt: skip
        columns["s_kva"] = columns["s_kva"] * df  # the same impedance and losses on the derated power
        for name in ("vk_percent", "vkr_percent", "vk0_percent", "vkr0_percent"):
            columns[name] = columns[name] * df
        columns["i0_percent"] = columns["i0_percent"] / df
        return columns

    def targets(self, template: str, table: Table) -> dict[str, Any]:
        """Return the number columns in the template's units."""
        return {
            column.name: table.numbers(column.target) / column.factor
            for column in TEMPLATE[template] if column.target and column.kind == "number"
        }  # fmt: skip

    def loads(self) -> dict[str, Any]:
        rows: list[tuple[Any, ...]] = []
        for kind in POWERS:
            table = self.table(kind)
            at, live = self.places(table)
            kw = table.numbers("scaling", 1.0) * (-1e3 if kind.endswith("sgen") else 1e3)
            delta = ["delta" if text == "delta" else None for text in table.texts("type")]
            for phase in "abc" if kind.startswith("asymmetric") else ("",):
                p, q = (table.numbers(name, 0.0) * kw for name in _power_columns(phase))
                for row, text in enumerate(table.texts("name")):
                    if not phase or p[row] or q[row]:
                        name = f"{text or f'{kind} {table.index[row]}'} {phase}".strip()
                        rows.append(
                            (name, at[row], p[row], q[row], phase or None, delta[row], bool(live[row]))
                        )
        columns = list(zip(*rows, strict=True)) if rows else [()] * 7
        return {
            "load": unique(list(columns[0]), "load", list(range(len(rows)))),
            "bus": [self.bus_name[row] for row in columns[1]], "p_kw": columns[2], "q_kvar": columns[3],
            "phase": columns[4], "connection": columns[5], "in_service": _off(columns[6]),
        }  # fmt: skip


def _power_columns(phase: str) -> tuple[str, str]:
    return (f"p_{phase}_mw", f"q_{phase}_mvar") if phase else ("p_mw", "q_mvar")


def unique(names: list[str], kind: str, index: list[int]) -> list[str]:
    """Return a name for each row that no other row has."""
    plain = [
        " ".join(name.split()).lstrip("#") or f"{kind} {label}"
        for name, label in zip(names, index, strict=True)
    ]
    count = Counter(plain)
    taken = {name for name in plain if count[name] == 1}
    found = []
    for name, label in zip(plain, index, strict=True):
        one = name if count[name] == 1 else f"{name} ({label})"
        while count[name] > 1 and one in taken:
            one += "'"
        taken.add(one)
        found.append(one)
    return found


def _off(flags: Any) -> list[bool | None]:
    """Return False where something is open or off, else nothing: the template's default is closed."""
    return [None if flag else False for flag in flags]


def _cell(value: Any) -> Any:
    plain = value.item() if isinstance(value, np.generic) else value
    if is_missing(plain):
        return None
    return int(plain) if isinstance(plain, float) and plain.is_integer() and abs(plain) < 1e15 else plain
