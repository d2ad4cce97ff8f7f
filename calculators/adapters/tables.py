"""From element tables in pandapower's columns to a `Network`; shared by every way such tables arrive.

Modelled: bus, line, trafo (two windings, ratio tap changer, iron losses), load, asymmetric_load (as its sum),
sgen, switch (bus-bus, line, trafo), one ext_grid. Anything else that carries rows in service is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculators.adapters.topology import join, root, walk
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
        items = self.columns.get(name, [None] * len(self))
        return ["" if item is None or item != item else str(item) for item in items]  # noqa: PLR0124

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
            if abs(self.vn[one] / self.vn[other] - 1) > 1e-9:
                self.problem(
                    "voltage", "switch", switch.index[position],
                    f"it joins {self.vn[one]:g} kV and {self.vn[other]:g} kV.", "Put a transformer between.",
                )  # fmt: skip
            if self.live_bus[one] and self.live_bus[other]:
                join(parent, one, other)
        return np.array([root(parent, row) for row in range(len(parent))], dtype=int)

    def ends(self, kind: str, sides: tuple[str, str]) -> tuple[np.ndarray, np.ndarray]:
        """Bus rows at the two ends of each branch, and which ends are open: by a switch or a dead bus."""
        table, switch = self.table(kind), self.table("switch")
        rows = [[self.row[bus] for bus in table.columns.get(side, [])] for side in sides]
        ends = np.array(rows, dtype=int).reshape(2, len(table))
        opened = ~self.live_bus[ends]
        place = {label: row for row, label in enumerate(table.index)}
        for position, et in enumerate(switch.columns.get("et", [])):
            if et != kind[0]:
                continue
            label, element = switch.index[position], switch.columns["element"][position]
            bus = switch.columns["bus"][position]
            if element not in place:
                self.problem(
                    "element-missing",
                    "switch",
                    label,
                    f"element {element} is not a {kind}.",
                    "Remove the switch.",
                )
            elif self.row[bus] not in ends[:, place[element]]:
                message = f"bus {bus} is not an end of {kind} {element}."
                self.problem("element-missing", "switch", label, message, "Put it at one of the ends.")
            elif not switch.columns["closed"][position]:
                opened[:, place[element]] |= ends[:, place[element]] == self.row[bus]
        return ends, opened

    def lines(self) -> dict[str, np.ndarray]:
        table = self.table("line")
        length, parallel = table.numbers("length_km"), table.numbers("parallel", 1.0)
        r, x = table.numbers("r_ohm_per_km"), table.numbers("x_ohm_per_km")
        live = table.flags("in_service")
        ends, opened = self.ends("line", ("from_bus", "to_bus"))
        live &= ~opened.all(axis=0)
        for row in np.flatnonzero(live & (np.abs(self.vn[ends[0]] / self.vn[ends[1]] - 1) > 1e-9)):
            self.problem(
                "voltage", "line", table.index[row],
                f"it joins {self.vn[ends[0]][row]:g} kV and {self.vn[ends[1]][row]:g} kV.",
                "Both ends of a line must have the same vn_kv; put a transformer between.",
            )  # fmt: skip
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
            return {"live": live, "ends": ends, "open": opened, "z": z_ohm / base, "y": y, "i_max": i_max}

    def trafos(self) -> dict[str, np.ndarray]:
        table = self.table("trafo")
        n = len(table)
        ends, opened = self.ends("trafo", ("hv_bus", "lv_bus"))
        live = table.flags("in_service") & ~opened.all(axis=0)
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
        step = self.tap(table, live)
        side = np.array(table.texts("tap_side"), dtype=object)
        tapped_hv = hv * np.where(side == "hv", 1 + step / 100, 1.0)
        tapped_lv = lv * np.where(side == "lv", 1 + step / 100, 1.0)
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
            "live": live, "ends": ends, "open": opened, "z": z_pi, "y": y_pi, "ratio": ratio,
            "shift": table.numbers("shift_degree", 0.0),
            "s": sn * parallel * table.numbers("df", 1.0) * 1e3, "hv": hv, "lv": lv,
        }  # fmt: skip

    def tap(self, table: Table, live: np.ndarray) -> np.ndarray:
        """Change of the tapped winding's rated voltage in %; refuses every tap changer that is not of type Ratio.

        As pandapower: with a column tap_changer_type an empty type means that the tap has no effect; files of
        versions before 3 have none, and there the tap counts unless it is a phase shifter.
        """
        position, neutral = table.numbers("tap_pos"), table.numbers("tap_neutral")
        typed = "tap_changer_type" in table.columns
        kinds = table.texts("tap_changer_type") if typed else ["Ratio"] * len(table)
        if not typed and "tap_phase_shifter" in table.columns:
            shifter = table.flags("tap_phase_shifter")
            kinds = ["phase shifter" if one else "Ratio" for one in shifter]
        kind = np.array(["" if one == "None" else one for one in kinds], dtype=object)
        off = live & (np.nan_to_num(position - neutral) != 0) & (kind != "")
        degree = table.numbers("tap_step_degree", 0.0)
        position2, neutral2 = table.numbers("tap2_pos"), table.numbers("tap2_neutral")
        by_table = "tap_dependency_table" in table.columns
        faults = (
            (off & (kind != "Ratio"), "its tap changer is of a type that is not modelled and is off neutral"),
            (off & (kind == "Ratio") & (degree != 0), "its tap changer also turns the phase and is off neutral"),
            (live & (np.nan_to_num(position2 - neutral2) != 0), "its second tap changer is off neutral"),
            (live & by_table & table.flags("tap_dependency_table"),
             "tap_dependency_table is true; taps from a characteristic table are not modelled"),
        )  # fmt: skip
        for wrong, what in faults:
            for row in np.flatnonzero(wrong):
                named = f" (type {kind[row]})" if kind[row] not in {"", "Ratio"} else ""
                self.problem(
                    "tap", "trafo", table.index[row], f"{what}{named}.",
                    "Set the tap to neutral or use tap_changer_type 'Ratio' with tap_step_degree 0.",
                )  # fmt: skip
        used = off & (kind == "Ratio")
        return np.where(used, np.nan_to_num(position - neutral) * table.numbers("tap_step_percent", 0.0), 0.0)

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
            phases = ("_a", "_b", "_c") if kind == "asymmetric_load" else ("",)
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
