"""From element tables in pandapower's columns to a `Network`; shared by every way such tables arrive.

Modelled: bus, line, trafo (two windings, ratio tap changer, iron losses), load, asymmetric_load, sgen,
asymmetric_sgen, switch (bus-bus, line, trafo), one ext_grid. Anything else that carries rows in service is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calculators.adapters import units
from calculators.adapters.branches import Branches, Table
from calculators.adapters.three_phase import ZeroSequence
from calculators.adapters.topology import join, root, walk
from calculators.engine.errors import InputError, Problem
from calculators.engine.grid.network import Network

__all__ = ["MODELLED", "REFUSED", "Table", "build"]

MODELLED = (
    "bus",
    "line",
    "trafo",
    "load",
    "asymmetric_load",
    "sgen",
    "asymmetric_sgen",
    "switch",
    "ext_grid",
)
REFUSED = (
    "trafo3w", "gen", "impedance", "xward", "ward", "shunt", "dcline", "storage", "motor", "svc", "ssc", "tcsc",
    "vsc", "bus_dc", "line_dc", "b2b_vsc", "vsc_stacked", "vsc_bipolar",
)  # fmt: skip


def build(tables: Mapping[str, Table], f_hz: float = 50.0, *, require_supply: bool = False) -> Network:
    """Return the network that the tables describe.

    Parameters
    ----------
    tables : mapping of str to Table
        By pandapower's table names.
    f_hz : float
        Frequency. [Hz]
    require_supply : bool
        Refuse loads without a path to the slack instead of leaving them out with a note.

    Raises
    ------
    InputError
        All problems at once, each naming table, row and name.
    """
    reader = _Reader(tables, f_hz)
    return reader.network(require_supply)


class _Reader(Branches):
    def network(self, require_supply: bool) -> Network:
        self.refuse()
        self.check_bus()
        if self.problems:
            raise InputError(self.problems)
        parent = self.fuse()
        lines, trafos = self.lines(), self.trafos()
        slack_row, slack_vm = self.slack()
        loads, sgens = self.powers()
        if self.problems:
            raise InputError(self.problems)
        self.notes += [str(finding) for finding in units.findings(self.tables)]
        return self.assemble(parent, lines, trafos, slack_row, slack_vm, loads, sgens, require_supply)

    def refuse(self) -> None:
        for name in REFUSED:
            table = self.table(name)
            rows = [label for label, live in zip(table.index, table.flags("in_service"), strict=True) if live]
            if rows:
                self.problem(
                    "unsupported", name, rows[0],
                    f"{len(rows)} element(s) of kind '{name}' are not modelled here.",
                    "Take them out of service or replace them by loads and static generators.",
                )  # fmt: skip
        load = self.table("load")
        for column in ("const_z_percent", "const_i_percent", "const_z_p_percent", "const_i_p_percent",
                       "const_z_q_percent", "const_i_q_percent"):  # fmt: skip
            share = load.numbers(column, 0.0)
            for row in np.flatnonzero(share != 0)[:1]:
                self.problem(
                    "zip-load", "load", load.index[row],
                    f"{column} is {share[row]:g}; only constant power is modelled.", "Set it to 0.",
                )  # fmt: skip

    def check_bus(self) -> None:
        if not len(self.bus):
            self.problem(
                "empty", "bus", None, "the network has no buses.", "Open a file with a network in it."
            )
        for row in np.flatnonzero(~((self.vn >= 1e-3) & (self.vn <= 2e3))):
            self.problem(
                "voltage",
                "bus",
                self.bus.index[row],
                f"vn_kv is {self.vn[row]:g}; it must be 0.001 to 2000 kV.",
                "",
            )
        for name, ends in (("line", ("from_bus", "to_bus")), ("trafo", ("hv_bus", "lv_bus")), ("load", ("bus",)),
                           ("asymmetric_load", ("bus",)), ("sgen", ("bus",)), ("asymmetric_sgen", ("bus",)), ("ext_grid", ("bus",)),
                           ("switch", ("bus",))):  # fmt: skip
            table = self.table(name)
            for end in ends:
                for label, bus in zip(table.index, table.columns.get(end, [None] * len(table)), strict=True):
                    if bus not in self.row:
                        self.problem("bus-missing", name, label, f"{end} is {bus}, which is not a bus.", "")

    def fuse(self) -> np.ndarray:
        """Union of buses over closed bus-bus switches."""
        parent = np.arange(len(self.bus))
        switch = self.table("switch")
        kinds, closed = switch.columns.get("et", []), switch.flags("closed")
        impedance = switch.numbers("z_ohm", 0.0)
        for position, kind in enumerate(kinds):
            if kind != "b":
                continue
            element = switch.columns["element"][position]
            if element not in self.row:
                self.problem(
                    "bus-missing", "switch", switch.index[position], f"element {element} is not a bus.", ""
                )
                continue
            if not closed[position]:
                continue
            if impedance[position] > 0:
                self.problem(
                    "switch-impedance", "switch", switch.index[position],
                    f"z_ohm is {impedance[position]:g}; a bus-bus switch must have none.", "Set it to 0 or use a line.",
                )  # fmt: skip
            one, other = self.row[switch.columns["bus"][position]], self.row[element]
            if abs(self.vn[one] / self.vn[other] - 1) > 1e-9:
                self.problem(
                    "voltage", "switch", switch.index[position],
                    f"it joins {self.vn[one]:g} kV and {self.vn[other]:g} kV.", "Put a transformer between.",
                )  # fmt: skip
            if self.live_bus[one] and self.live_bus[other]:
                join(parent, one, other)
        return np.array([root(parent, row) for row in range(len(parent))], dtype=int)

    def slack(self) -> tuple[int, float]:
        table = self.table("ext_grid")
        rows = [row for row, live in enumerate(table.flags("in_service")) if live]
        if len(rows) != 1:
            self.problem(
                "slack", "ext_grid", None,
                f"{len(rows)} external grids are in service; there must be exactly one.",
                "Add an external grid at the supply point." if not rows else "Take all but one out of service.",
            )  # fmt: skip
            return 0, 1.0
        row, vm = rows[0], float(table.numbers("vm_pu", 1.0)[rows[0]])
        if not 0.5 < vm < 1.5:
            self.problem(
                "slack", "ext_grid", table.index[row], f"vm_pu is {vm:g}; it must be 0.5 to 1.5.", "Use 1.0."
            )
        return self.row[table.columns["bus"][row]], vm

    def powers(self) -> tuple[dict[str, Any], dict[str, Any]]:
        loads: dict[str, Any] = {"rows": [], "p": [], "q": [], "names": []}
        sgens: dict[str, Any] = {"rows": [], "p": [], "q": [], "names": []}
        for kind, table, into in (
            ("load", self.table("load"), loads),
            ("asymmetric_load", self.table("asymmetric_load"), loads),
            ("sgen", self.table("sgen"), sgens),
            ("asymmetric_sgen", self.table("asymmetric_sgen"), sgens),
        ):
            scaling, live, names = (
                table.numbers("scaling", 1.0),
                table.flags("in_service"),
                table.texts("name"),
            )
            phases = ("_a", "_b", "_c") if kind.startswith("asymmetric") else ("",)
            p, q = (
                np.sum(
                    [
                        table.numbers(column, np.nan if column in table.columns else 0.0)
                        for column in (f"{one}{phase}_{unit}" for phase in phases)
                    ],
                    axis=0,
                )
                for one, unit in (("p", "mw"), ("q", "mvar"))
            )  # fmt: skip
            for row, label in enumerate(table.index):
                bus = self.row[table.columns["bus"][row]]
                into["rows"].append(bus if live[row] and self.live_bus[bus] else -1)
                into["names"].append(names[row] or f"{kind} {label}")
                one = complex(p[row], q[row]) * scaling[row] * 1e3
                if not np.isfinite(one):
                    if into["rows"][-1] >= 0:
                        self.problem("power", kind, label, "its power is not a finite number.", "")
                    one = 0j
                into["p"].append(one.real)
                into["q"].append(one.imag)
        return loads, sgens

    def assemble(
        self, parent: np.ndarray, lines: dict[str, np.ndarray], trafos: dict[str, np.ndarray], slack_row: int,
        slack_vm: float, loads: dict[str, Any], sgens: dict[str, Any], require_supply: bool,
    ) -> Network:  # fmt: skip
        line_table = self.table("line")
        ends = np.concatenate([lines["ends"], trafos["ends"]], axis=1)
        opened = np.concatenate([lines["open"], trafos["open"]], axis=1)
        all_live = np.concatenate([lines["live"], trafos["live"]])
        opened &= all_live
        # An open branch still charges from its other end: the open end is a node of its own.
        nodes = parent[ends]
        nodes[opened] = len(self.bus) + np.arange(int(opened.sum()))
        extra_vn = self.vn[ends[opened]]
        all_start, all_stop = nodes
        all_live &= all_start != all_stop
        slack = int(parent[slack_row])
        n_line = len(line_table)
        shift = np.concatenate([np.zeros(n_line), trafos["shift"]])
        drawn = np.flatnonzero(all_live)
        reached, odd = walk(
            len(self.bus) + extra_vn.size, all_start[drawn], all_stop[drawn], shift[drawn], slack
        )
        self.report_shifts([int(drawn[one]) for one in odd], n_line)
        if not self.live_bus[slack_row]:
            reached[:] = False
        all_live &= reached[all_start]
        self.report_islands(parent, reached, loads, require_supply)
        rows = np.flatnonzero(reached)
        used = np.zeros(reached.size, dtype=bool)
        used[parent[self.live_bus]] = True
        used[len(self.bus) :] = True
        rows = rows[used[rows]]
        number = np.full(reached.size, -1)
        number[rows] = np.arange(rows.size)
        branches = np.flatnonzero(all_live)
        position = np.full(all_live.size, -1)
        position[branches] = np.arange(branches.size)
        vn = np.concatenate([self.vn, extra_vn])
        bus_node = np.where(self.live_bus, number[parent], -1)

        def node(found: dict[str, Any]) -> np.ndarray:
            return np.array([bus_node[bus] if bus >= 0 else -1 for bus in found["rows"]], dtype=int)

        ratio = np.concatenate([np.ones(n_line), trafos["ratio"]])
        y = np.concatenate([lines["y"] / 2, trafos["y"]])
        zero = ZeroSequence(self)
        y0 = np.concatenate([zero.lines(lines), zero.trafos(trafos)], axis=1)
        names = self.bus.texts("name")
        return Network(
            bus_names=tuple(
                name or f"bus {label}" for name, label in zip(names, self.bus.index, strict=True)
            ),
            line_names=_named(line_table, "line"),
            trafo_names=_named(self.table("trafo"), "trafo"),
            load_names=tuple(loads["names"]),
            bus_vn_kv=self.vn,
            bus_node=bus_node,
            node_vn_kv=vn[rows],
            slack_node=int(number[slack]),
            slack_vm_pu=slack_vm,
            branch_from=number[all_start[branches]],
            branch_to=number[all_stop[branches]],
            branch_ratio=ratio[branches],
            branch_z_pu=np.concatenate([lines["z"], trafos["z"]])[branches],
            branch_y_from_pu=y[branches],
            branch_y_to_pu=y[branches],
            line_branch=position[:n_line],
            line_i_max_ka=lines["i_max"],
            trafo_branch=position[n_line:],
            trafo_s_kva=trafos["s"],
            trafo_vn_hv_kv=trafos["hv"],
            trafo_vn_lv_kv=trafos["lv"],
            load_node=node(loads),
            p_load_kw=np.array(loads["p"], dtype=float),
            q_load_kvar=np.array(loads["q"], dtype=float),
            sgen_node=node(sgens),
            p_sgen_kw=np.array(sgens["p"], dtype=float),
            q_sgen_kvar=np.array(sgens["q"], dtype=float),
            notes=tuple(self.notes),
            three_phase=zero.three_phase(y0[:, branches], shift[branches]),
        )

    def report_shifts(self, odd: list[int], n_line: int) -> None:
        for branch in odd:
            kind, row = ("line", branch) if branch < n_line else ("trafo", branch - n_line)
            self.problem(
                "phase-shift", kind, self.table(kind).index[row],
                "it closes a loop through transformers whose shift_degree do not add up; their circulating "
                "current is not modelled.",
                "Give parallel transformers the same shift_degree, or open the loop.",
            )  # fmt: skip
        if self.problems:
            raise InputError(self.problems)

    def report_islands(
        self, parent: np.ndarray, reached: np.ndarray, loads: dict[str, Any], require_supply: bool
    ) -> None:
        dark = [name for name, bus in zip(loads["names"], loads["rows"], strict=True)
                if bus >= 0 and not reached[parent[bus]]]  # fmt: skip
        if not dark:
            return
        text = f"{len(dark)} load(s) have no path to the external grid, first {dark[0]}"
        if require_supply:
            raise InputError(
                Problem("island", f"{text}.", "load", "Close the switch or add the line that supplies them.")
            )
        self.notes.append(f"{text}; they are left out.")


def _named(table: Table, kind: str) -> tuple[str, ...]:
    return tuple(
        name or f"{kind} {label}" for name, label in zip(table.texts("name"), table.index, strict=True)
    )
