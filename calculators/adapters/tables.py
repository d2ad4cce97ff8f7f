"""From element tables in pandapower's columns to a `Network`; shared by every way such tables arrive.

Modelled: bus, line, trafo (two windings, ratio tap changer, iron losses), load, asymmetric_load (as its sum),
sgen, switch (bus-bus, line, trafo), one ext_grid. Anything else that carries rows in service is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculators.engine.errors import InputError, Problem
from calculators.engine.grid.network import S_BASE_KVA, Network

S_BASE_MVA = S_BASE_KVA / 1e3
MODELLED = ("bus", "line", "trafo", "load", "asymmetric_load", "sgen", "switch", "ext_grid")
REFUSED = (
    "trafo3w", "gen", "impedance", "xward", "ward", "shunt", "dcline", "storage", "motor", "svc", "ssc", "tcsc",
    "vsc", "bus_dc", "line_dc", "asymmetric_sgen", "b2b_vsc",
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """One element table: row labels and columns of equal length."""

    index: list[int]
    columns: Mapping[str, list[Any]]

    def numbers(self, name: str, default: float = np.nan) -> np.ndarray:
        """Return a column as float; None and an absent column become the default."""
        if name not in self.columns:
            return np.full(len(self.index), default)
        values = [default if item is None else item for item in self.columns[name]]
        array = np.array(values, dtype=float)
        return np.where(np.isnan(array), default, array)

    def flags(self, name: str) -> np.ndarray:
        """Return a column of truth values; an absent column is all true."""
        if name not in self.columns:
            return np.ones(len(self.index), dtype=bool)
        return np.array([bool(item) for item in self.columns[name]], dtype=bool)

    def texts(self, name: str) -> list[str]:
        """Return a column as text; empty where there is none."""
        return [
            "" if item is None or item != item else str(item)
            for item in self.columns.get(name, [None] * len(self))
        ]  # noqa: PLR0124

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.index)


EMPTY = Table([], {})


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


class _Reader:
    def __init__(self, tables: Mapping[str, Table], f_hz: float) -> None:
        self.tables = tables
        self.f_hz = f_hz
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.bus = self.table("bus")
        self.row = {label: row for row, label in enumerate(self.bus.index)}
        self.live_bus = self.bus.flags("in_service")
        self.vn = self.bus.numbers("vn_kv")

    def table(self, name: str) -> Table:
        return self.tables.get(name, EMPTY)

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
        for row in np.flatnonzero(~(self.vn > 0)):
            self.problem(
                "voltage",
                "bus",
                self.bus.index[row],
                f"vn_kv is {self.vn[row]:g}; it must be above 0 kV.",
                "",
            )
        for name, ends in (("line", ("from_bus", "to_bus")), ("trafo", ("hv_bus", "lv_bus")), ("load", ("bus",)),
                           ("asymmetric_load", ("bus",)), ("sgen", ("bus",)), ("ext_grid", ("bus",)),
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
            if self.live_bus[one] and self.live_bus[other]:
                parent[_root(parent, other)] = _root(parent, one)
        return np.array([_root(parent, row) for row in range(len(parent))], dtype=int)

    def open_ends(self, kind: str) -> dict[tuple[int, int], bool]:
        switch = self.table("switch")
        found = {}
        for position, et in enumerate(switch.columns.get("et", [])):
            if et == kind and not switch.columns["closed"][position]:
                found[int(switch.columns["element"][position]), int(switch.columns["bus"][position])] = True
        return found

    def lines(self) -> dict[str, np.ndarray]:
        table = self.table("line")
        n = len(table)
        length, parallel = table.numbers("length_km"), table.numbers("parallel", 1.0)
        r, x = table.numbers("r_ohm_per_km"), table.numbers("x_ohm_per_km")
        live = table.flags("in_service")
        ends = np.array(
            [[self.row[bus] for bus in table.columns.get(end, [])] for end in ("from_bus", "to_bus")]
        )
        ends = ends.reshape(2, n).astype(int)
        live = live & self.live_bus[ends[0]] & self.live_bus[ends[1]]
        z_ohm = (r + 1j * x) * length / parallel
        for row in np.flatnonzero(
            live & (~np.isfinite(z_ohm) | (np.abs(z_ohm) <= 0) | (r < 0) | (length <= 0))
        ):
            self.problem(
                "impedance", "line", table.index[row],
                f"r is {r[row]:g} ohm/km, x {x[row]:g} ohm/km and the length {length[row]:g} km; the impedance must "
                "be a number above 0.",
                "Give r_ohm_per_km, x_ohm_per_km and length_km, or use a closed bus-bus switch for a joint.",
            )  # fmt: skip
        i_max = table.numbers("max_i_ka") * parallel * table.numbers("df", 1.0)
        for row in np.flatnonzero(live & ~(i_max > 0)):
            self.problem(
                "rating", "line", table.index[row], f"max_i_ka is {i_max[row]:g}; it must be above 0 kA.",
                "Give the rated current, or loading cannot be judged.",
            )  # fmt: skip
        for row in np.flatnonzero(live & (length > 100)):
            self.notes.append(
                f"line {table.index[row]} is {length[row]:g} km long: if that is in metres, divide length_km by 1000."
            )
        base = self.vn[ends[0]] ** 2 / S_BASE_MVA
        y = (
            (table.numbers("g_us_per_km", 0.0) * 1e-6 + 2j * np.pi * self.f_hz * table.numbers("c_nf_per_km", 0.0) * 1e-9)
            * length * parallel * base
        )  # fmt: skip
        with np.errstate(invalid="ignore"):
            return {"live": live, "ends": ends, "z": z_ohm / base, "y": y, "i_max": i_max}

    def trafos(self) -> dict[str, np.ndarray]:
        table = self.table("trafo")
        n = len(table)
        ends = np.array(
            [[self.row[bus] for bus in table.columns.get(end, [])] for end in ("hv_bus", "lv_bus")]
        )
        ends = ends.reshape(2, n).astype(int)
        live = table.flags("in_service") & self.live_bus[ends[0]] & self.live_bus[ends[1]]
        opened = {element for element, _ in self.open_ends("t")}
        live &= np.array([label not in opened for label in table.index], dtype=bool)
        sn, vk, vkr = table.numbers("sn_mva"), table.numbers("vk_percent"), table.numbers("vkr_percent")
        hv, lv = table.numbers("vn_hv_kv"), table.numbers("vn_lv_kv")
        parallel = table.numbers("parallel", 1.0)
        for row in np.flatnonzero(
            live & ~((sn > 0) & (vk > 0) & (vkr >= 0) & (vkr <= vk) & (hv > 0) & (lv > 0))
        ):
            self.problem(
                "impedance", "trafo", table.index[row],
                f"sn_mva is {sn[row]:g}, vk_percent {vk[row]:g} and vkr_percent {vkr[row]:g}; all must be numbers, "
                "sn and vk above 0, vkr between 0 and vk.",
                "Read them from the transformer's plate.",
            )  # fmt: skip
        step = (table.numbers("tap_pos", 0.0) - table.numbers("tap_neutral", 0.0)) * table.numbers(
            "tap_step_percent", 0.0
        )
        degree = table.numbers("tap_step_degree", 0.0)
        for row in np.flatnonzero(
            live & (degree != 0) & (table.numbers("tap_pos", 0.0) != table.numbers("tap_neutral", 0.0))
        ):
            self.problem(
                "tap", "trafo", table.index[row], "an off-neutral phase-shifting tap is not modelled.", ""
            )
        side = table.texts("tap_side")
        tapped_hv = hv * np.array(
            [1 + s / 100 if which == "hv" else 1.0 for s, which in zip(step, side, strict=True)]
        )
        tapped_lv = lv * np.array(
            [1 + s / 100 if which == "lv" else 1.0 for s, which in zip(step, side, strict=True)]
        )
        bus_hv, bus_lv = self.vn[ends[0]], self.vn[ends[1]]
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = tapped_hv / tapped_lv * bus_lv / bus_hv
            to_base = (tapped_lv / bus_lv) ** 2 * S_BASE_MVA / sn
            z_abs, r = vk / 100 * to_base, vkr / 100 * to_base
            z = (r + 1j * np.sqrt(np.maximum(z_abs**2 - r**2, 0))) / parallel
            iron_mw, i0 = table.numbers("pfe_kw", 0.0) / 1e3, table.numbers("i0_percent", 0.0) / 100 * sn
            magnetising = np.sqrt(np.maximum(i0**2 - iron_mw**2, 0))
            y = (iron_mw - 1j * magnetising) / S_BASE_MVA * (bus_lv / tapped_lv) ** 2 * parallel
        # T model, leakage split evenly, as its equivalent pi.
        z_pi, y_pi = z.copy(), np.zeros(n, dtype=complex)
        core = y != 0
        z_m = 1 / y[core]
        total = z[core] ** 2 / 4 + z[core] * z_m
        z_pi[core], y_pi[core] = total / z_m, (z[core] / 2) / total
        for row in np.flatnonzero(live & (sn > 100)):
            self.notes.append(
                f"trafo {table.index[row]} has {sn[row]:g} MVA: if that is in kVA, divide sn_mva by 1000."
            )
        return {
            "live": live, "ends": ends, "z": z_pi, "y": y_pi, "ratio": ratio,
            "s": sn * parallel * table.numbers("df", 1.0) * 1e3, "hv": hv, "lv": lv,
        }  # fmt: skip

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
        load, uneven, sgen = self.table("load"), self.table("asymmetric_load"), self.table("sgen")
        loads: dict[str, Any] = {"rows": [], "p": [], "q": [], "names": []}
        sgens: dict[str, Any] = {"rows": [], "p": [], "q": [], "names": []}
        for kind, table, into in (
            ("load", load, loads),
            ("asymmetric_load", uneven, loads),
            ("sgen", sgen, sgens),
        ):
            scaling, live, names = (
                table.numbers("scaling", 1.0),
                table.flags("in_service"),
                table.texts("name"),
            )
            p, q = (
                (table.numbers(f"{one}_mw" if one == "p" else f"{one}_mvar", 0.0) if kind != "asymmetric_load"
                 else sum(table.numbers(f"{one}_{phase}_{'mw' if one == 'p' else 'mvar'}", 0.0) for phase in "abc"))
                for one in ("p", "q")
            )  # fmt: skip
            for row, label in enumerate(table.index):
                bus = self.row[table.columns["bus"][row]]
                into["rows"].append(bus if live[row] and self.live_bus[bus] else -1)
                into["p"].append(float(p[row] * scaling[row]) * 1e3)
                into["q"].append(float(q[row] * scaling[row]) * 1e3)
                into["names"].append(names[row] or f"{kind} {label}")
                if live[row] and not np.isfinite(into["p"][-1] + into["q"][-1]):
                    self.problem("power", kind, label, "its power is not a finite number.", "")
        big = [name for name, p, bus in zip(loads["names"], loads["p"], loads["rows"], strict=True)
               if bus >= 0 and self.vn[bus] <= 1.0 and abs(p) > 2000]  # fmt: skip
        if big:
            self.notes.append(
                f"{len(big)} low-voltage load(s) are above 2 MW, first {big[0]}: check for kW given as MW."
            )
        return loads, sgens

    def assemble(
        self, parent: np.ndarray, lines: dict[str, np.ndarray], trafos: dict[str, np.ndarray], slack_row: int,
        slack_vm: float, loads: dict[str, Any], sgens: dict[str, Any], require_supply: bool,
    ) -> Network:  # fmt: skip
        line_table = self.table("line")
        extra_vn: list[float] = []
        start, stop = parent[lines["ends"][0]].copy(), parent[lines["ends"][1]].copy()
        live = lines["live"].copy()
        opened = self.open_ends("l")
        for row, label in enumerate(line_table.index):
            at = [(label, line_table.columns[end][row]) in opened for end in ("from_bus", "to_bus")]
            if all(at):
                live[row] = False
            elif any(at) and live[row]:  # the charging of the open line still loads the other end
                dangling = len(self.bus) + len(extra_vn)
                extra_vn.append(float(self.vn[lines["ends"][0][row]]))
                (start if at[0] else stop)[row] = dangling
        t_start, t_stop = parent[trafos["ends"][0]], parent[trafos["ends"][1]]
        all_start = np.concatenate([start, t_start])
        all_stop = np.concatenate([stop, t_stop])
        all_live = np.concatenate([live, trafos["live"]]) & (all_start != all_stop)
        slack = int(parent[slack_row])
        reached = _reach(len(self.bus) + len(extra_vn), all_start[all_live], all_stop[all_live], slack)
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
        n_line = len(line_table)
        vn = np.concatenate([self.vn, np.array(extra_vn)])
        bus_node = np.where(self.live_bus, number[parent], -1)

        def node(found: dict[str, Any]) -> np.ndarray:
            return np.array([bus_node[bus] if bus >= 0 else -1 for bus in found["rows"]], dtype=int)

        ratio = np.concatenate([np.ones(n_line), trafos["ratio"]])
        y = np.concatenate([lines["y"] / 2, trafos["y"]])
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
        )

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

    def problem(self, code: str, table: str, label: int | None, message: str, fix: str) -> None:
        name = ""
        if label is not None and label in self.table(table).index:
            name = self.table(table).texts("name")[self.table(table).index.index(label)]
        where = table if label is None else f"{table} {label}" + (f" ({name})" if name else "")
        self.problems.append(Problem(code, message, where, fix))


def _named(table: Table, kind: str) -> tuple[str, ...]:
    return tuple(
        name or f"{kind} {label}" for name, label in zip(table.texts("name"), table.index, strict=True)
    )


def _root(parent: np.ndarray, row: int) -> int:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = int(parent[row])
    return row


def _reach(n: int, start: np.ndarray, stop: np.ndarray, slack: int) -> np.ndarray:
    """Nodes with a path to the slack."""
    neighbours: list[list[int]] = [[] for _ in range(n)]
    for one, other in zip(start.tolist(), stop.tolist(), strict=True):
        neighbours[one].append(other)
        neighbours[other].append(one)
    reached = np.zeros(n, dtype=bool)
    reached[slack] = True
    stack = [slack]
    while stack:
        for there in neighbours[stack.pop()]:
            if not reached[there]:
                reached[there] = True
                stack.append(there)
    return reached
