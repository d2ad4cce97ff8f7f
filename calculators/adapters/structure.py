"""How a network hangs together: areas of one voltage, what feeds them, islands, twins and dead ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from calculators.adapters.positions import POWERS, Topology
from calculators.adapters.tables import Table
from calculators.adapters.topology import join, root


class Structure(Topology):
    """Connections that are closed, as the power flow sees them.

    Attributes
    ----------
    load_kw, load_kvar : ndarray, shape (n_bus,)
        Loads less generation in service at each bus.
    area : ndarray of int, shape (n_bus,)
        Buses joined by lines and switches share a number.
    supplied : ndarray of bool, shape (n_bus,)
        Path to an external grid in service.
    """

    def __init__(self, tables: Mapping[str, Table]) -> None:
        super().__init__(tables)
        self.line_ends, self.line_closed = self.branch_ends("line", ("from_bus", "to_bus"))
        self.trafo_ends, self.trafo_closed = self.branch_ends("trafo", ("hv_bus", "lv_bus"))
        switches, shut = self.bus_switches()
        self.switch_ends = np.array(
            [pair for pair, one in zip(switches, shut, strict=True) if one], dtype=int
        )
        self.switch_ends = self.switch_ends.reshape(-1, 2).T
        lines = self.line_ends[:, self.line_closed.all(axis=0)]
        self.live_lines = np.concatenate([lines, self.switch_ends], axis=1)
        self.area = self._joined(self.live_lines)
        self.trafo_on = self.trafo_closed.all(axis=0)
        whole = self._joined(np.concatenate([self.live_lines, self.trafo_ends[:, self.trafo_on]], axis=1))
        rows, live = self.places(self.table("ext_grid"))
        self.fed_bus = rows[live != 0]
        self.supplied = self.live_bus & np.isin(whole, whole[self.fed_bus])
        self.whole = whole
        self.load_kw, self.load_kvar = self._load()

    def _joined(self, ends: np.ndarray) -> np.ndarray:
        parent = np.arange(len(self.bus))
        for one, other in ends.T.tolist():
            join(parent, one, other)
        return np.array([root(parent, row) for row in range(len(parent))], dtype=int)

    def _load(self) -> tuple[np.ndarray, np.ndarray]:
        kw, kvar = np.zeros(len(self.bus)), np.zeros(len(self.bus))
        for kind in POWERS:
            sign = -1.0 if kind.endswith("sgen") else 1.0
            rows, p, q = self.power(kind)
            np.add.at(kw, rows, sign * p)
            np.add.at(kvar, rows, sign * q)
        return kw, kvar

    def islands(self) -> int:
        """Return the number of separate parts without supply that hold a bus in service."""
        return len(set(self.whole[self.live_bus & ~self.supplied].tolist()))

    def fed_areas(self) -> list[tuple[list[int], float, float]]:
        """Return, for each area fed through transformers: their rows, the load behind them and their rating. [kVA]

        The load behind includes the areas fed from this one.
        """
        area: list[int] = self.area.tolist()
        ends: list[list[int]] = self.trafo_ends.tolist()
        above: dict[int, list[int]] = defaultdict(list)
        for row in np.flatnonzero(self.trafo_on).tolist():
            above[area[ends[0][row]]].append(row)
        order: list[int] = []
        feeders: dict[int, list[int]] = {}
        seen = {area[row] for row in self.fed_bus.tolist()}
        queue = list(seen)
        parent: dict[int, int] = {}
        while queue:
            here = queue.pop(0)
            order.append(here)
            for row in above[here]:
                below = area[ends[1][row]]
                if below not in seen:
                    seen.add(below)
                    queue.append(below)
                    parent[below] = here
                    feeders[below] = []
                if below in feeders:
                    feeders[below].append(row)
        power = np.zeros(len(self.bus), dtype=complex)
        np.add.at(power, self.area, self.load_kw + 1j * self.load_kvar)
        for below in reversed(order):
            if below in parent:
                power[parent[below]] += power[below]
        trafo = self.table("trafo")
        rating = trafo.numbers("sn_mva") * trafo.numbers("parallel", 1.0) * trafo.numbers("df", 1.0) * 1e3
        return [
            (rows, float(abs(power[below])), float(rating[rows].sum())) for below, rows in feeders.items()
        ]

    def twins(self) -> tuple[list[int], list[int]]:
        """Return rows of lines that repeat another one exactly, and of those that run beside another one."""
        line = self.table("line")
        values = np.array(
            [line.numbers(name) for name in ("length_km", "r_ohm_per_km", "x_ohm_per_km", "max_i_ka")]
        )
        first: dict[tuple[int, int], list[int]] = defaultdict(list)
        copies, beside = [], []
        for row in np.flatnonzero(self.line_closed.all(axis=0)):
            one, other = sorted(self.line_ends[:, row].tolist())
            earlier = first[one, other]
            if any(np.array_equal(values[:, row], values[:, same]) for same in earlier):
                copies.append(int(row))
            elif earlier:
                beside.append(int(row))
            earlier.append(int(row))
        return copies, beside

    def dead_ends(self) -> list[int]:
        """Return supplied buses with one connection and neither load, generation nor switch."""
        degree = np.zeros(len(self.bus), dtype=int)
        for ends in (self.live_lines, self.trafo_ends[:, self.trafo_on]):
            np.add.at(degree, ends.ravel(), 1)
        busy = np.zeros(len(self.bus), dtype=bool)
        busy[self.fed_bus] = True
        for kind in POWERS:
            busy[self.places(self.table(kind))[0]] = True
        for bus in self.table("switch").columns.get("bus", []):
            busy[self.row[bus]] = True
        return [int(row) for row in np.flatnonzero(self.supplied & (degree == 1) & ~busy)]
