"""Where elements are: bus rows instead of labels, which ends are closed, what the tap does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calculators.adapters.tables import Table

POWERS = ("load", "asymmetric_load", "sgen", "asymmetric_sgen")


class Topology:
    """Bus rows and closed ends of the elements of a set of tables that a network was built from."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.tables = tables
        self.bus = self.table("bus")
        self.row = {label: row for row, label in enumerate(self.bus.index)}
        self.live_bus = self.bus.flags("in_service")

    def table(self, kind: str) -> Table:
        """Return a table; one without rows where there is none."""
        return self.tables.get(kind, Table([], {}))

    def places(self, table: Table) -> tuple[np.ndarray, np.ndarray]:
        """Return the bus row of each row and whether both are in service, as 0 or 1."""
        rows = np.array([self.row[bus] for bus in table.columns.get("bus", [])], dtype=int)
        return rows, (table.flags("in_service") & self.live_bus[rows]).astype(int)

    def power(self, kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return bus row and power of each row, phases added up, scaled, 0 where out of service. [kW, kvar]"""
        table = self.table(kind)
        rows, live = self.places(table)
        factor = table.numbers("scaling", 1.0) * live * 1e3
        phases = ("_a", "_b", "_c") if kind.startswith("asymmetric") else ("",)
        p, q = (
            np.sum([table.numbers(f"{one}{phase}_{unit}", 0.0) for phase in phases], axis=0) * factor
            for one, unit in (("p", "mw"), ("q", "mvar"))
        )
        return rows, p, q

    def branch_ends(self, kind: str, sides: tuple[str, str]) -> tuple[np.ndarray, np.ndarray]:
        """Return bus rows (2, n) of a branch's ends, and which ends are closed (2, n)."""
        table, switch = self.table(kind), self.table("switch")
        rows = np.array(
            [[self.row[bus] for bus in table.columns.get(side, [])] for side in sides], dtype=int
        ).reshape(2, len(table))
        closed = self.live_bus[rows] & table.flags("in_service")
        place = {label: row for row, label in enumerate(table.index)}
        for at, et in enumerate(switch.columns.get("et", [])):
            element = switch.columns["element"][at]
            if et == kind[0] and element in place and not switch.columns["closed"][at]:
                row = place[element]
                closed[:, row] &= rows[:, row] != self.row[switch.columns["bus"][at]]
        return rows, closed

    def bus_switches(self) -> tuple[list[tuple[int, int]], list[int]]:
        """Return bus rows and position (1 closed) of the switches between two buses."""
        switch = self.table("switch")
        rows, closed = [], []
        for at, et in enumerate(switch.columns.get("et", [])):
            if et == "b":
                one, other = self.row[switch.columns["bus"][at]], self.row[switch.columns["element"][at]]
                rows.append((one, other))
                closed.append(
                    int(bool(switch.columns["closed"][at]) and bool(self.live_bus[[one, other]].all()))
                )
        return rows, closed


@dataclass(frozen=True)
class Tap:
    """Effect of each transformer's tap changer: steps from neutral on one side, 0 where it has none."""

    at_hv: np.ndarray
    position: np.ndarray
    step_percent: np.ndarray


def ratio_tap(trafo: Table) -> Tap:
    """Return whole steps from neutral; a tap between two steps becomes one step of its size.

    As in reading: a tap changer counts when its type is Ratio, or when the table has no such column.
    """
    typed = "tap_changer_type" in trafo.columns
    kinds = trafo.texts("tap_changer_type") if typed else ["Ratio"] * len(trafo)
    sides = trafo.texts("tap_side")
    used = np.array(
        [kind == "Ratio" and side in {"hv", "lv"} for kind, side in zip(kinds, sides, strict=True)]
    )
    steps = np.nan_to_num(trafo.numbers("tap_pos") - trafo.numbers("tap_neutral")) * used.reshape(len(trafo))
    percent = trafo.numbers("tap_step_percent", 0.0)
    odd = (steps != np.round(steps)) | (np.abs(steps) > 100)
    return Tap(
        at_hv=np.array([side != "lv" for side in sides], dtype=bool),
        position=np.where(odd, 1.0, steps),
        step_percent=np.where(odd, steps * percent, percent),
    )
