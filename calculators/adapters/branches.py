"""Element tables and the per-unit values of lines and transformers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculators.engine.errors import Problem
from calculators.engine.grid.network import S_BASE_KVA

S_BASE_MVA = S_BASE_KVA / 1e3


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


class Branches:
    """Reads lines and transformers of a set of tables; collects problems and notes."""

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

    def problem(self, code: str, table: str, label: int | None, message: str, fix: str) -> None:
        name = ""
        few = len(self.problems) < 100  # looking up names of thousands of problems takes minutes
        if few and label is not None and label in self.table(table).index:
            name = self.table(table).texts("name")[self.table(table).index.index(label)]
        where = table if label is None else f"{table} {label}" + (f" ({name})" if name else "")
        self.problems.append(Problem(code, message, where, fix))

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
        self.check_multiples("line", table, live)
        parallel = np.where(parallel >= 1, parallel, 1.0)  # a wrong one is one problem, not three
        with np.errstate(all="ignore"):
            z_ohm = (r + 1j * x) * length / parallel
        for row in np.flatnonzero(
            live & ~((np.abs(z_ohm) >= 1e-9) & (np.abs(z_ohm) <= 1e9) & (r >= 0) & (length > 0))
        ):
            self.problem(
                "impedance", "line", table.index[row],
                f"r is {r[row]:g} ohm/km, x {x[row]:g} ohm/km and the length {length[row]:g} km; the impedance must "
                "be 1e-9 to 1e9 ohm.",
                "Give r_ohm_per_km, x_ohm_per_km and length_km, or use a closed bus-bus switch for a joint.",
            )  # fmt: skip
        i_max = table.numbers("max_i_ka") * parallel * table.numbers("df", 1.0)
        for row in np.flatnonzero(live & ~((i_max >= 1e-6) & (i_max <= 1e6))):
            self.problem(
                "rating", "line", table.index[row], f"max_i_ka is {i_max[row]:g} kA; it must be 1e-6 to 1e6 kA.",
                "Give the rated current, or loading cannot be judged.",
            )  # fmt: skip
        base = self.vn[ends[0]] ** 2 / S_BASE_MVA
        y = (
            (table.numbers("g_us_per_km", 0.0) * 1e-6 + 2j * np.pi * self.f_hz * table.numbers("c_nf_per_km", 0.0) * 1e-9)
            * length * parallel * base
        )  # fmt: skip
        for row in np.flatnonzero(live & ~(np.abs(y) <= 1e9)):
            self.problem(
                "charging", "line", table.index[row], "c_nf_per_km or g_us_per_km is far too large.", "Use 0."
            )
        with np.errstate(all="ignore"):
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
            live & ~((sn >= 1e-6) & (sn <= 1e5) & (vk >= 1e-3) & (vk <= 100) & (vkr >= 0) & (vkr <= vk))
        ):
            self.problem(
                "impedance", "trafo", table.index[row],
                f"sn_mva is {sn[row]:g} MVA, vk_percent {vk[row]:g} and vkr_percent {vkr[row]:g}; all must be numbers, "
                "sn 1e-6 to 1e5 MVA, vk 0.001 to 100 %, vkr between 0 and vk.",
                "Read them from the transformer's plate.",
            )  # fmt: skip
        self.check_multiples("trafo", table, live)
        step = self.tap(table, live)
        side = np.array(table.texts("tap_side"), dtype=object)
        tapped_hv = hv * np.where(side == "hv", 1 + step / 100, 1.0)
        tapped_lv = lv * np.where(side == "lv", 1 + step / 100, 1.0)
        bus_hv, bus_lv = self.vn[ends[0]], self.vn[ends[1]]
        for row in np.flatnonzero(live & ~((hv >= 1e-3) & (hv <= 2e3) & (lv >= 1e-3) & (lv <= 2e3))):
            self.problem(
                "voltage", "trafo", table.index[row],
                f"vn_hv_kv is {hv[row]:g} and vn_lv_kv {lv[row]:g}; both must be 0.001 to 2000 kV.", "",
            )  # fmt: skip
        for row in np.flatnonzero(live & ~(np.abs(step) < 50)):
            self.problem(
                "tap",
                "trafo",
                table.index[row],
                f"the tap changes the voltage by {step[row]:g} %.",
                "Check tap_pos.",
            )
        with np.errstate(all="ignore"):
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
        iron_kva = np.hypot(iron_mw, i0) * 1e3
        for row in np.flatnonzero(live & ~((iron_mw >= 0) & (i0 >= 0) & (iron_kva <= sn * 1e3))):
            self.problem(
                "iron", "trafo", table.index[row],
                f"pfe_kw is {iron_mw[row] * 1e3:g} and i0_percent {i0[row] / sn[row] * 100:g}; they must be at least 0 "
                "and below the rated power.",
                "Use 0 if they are not known.",
            )  # fmt: skip
        return {
            "live": live, "ends": ends, "open": opened, "z": z_pi, "y": y_pi, "ratio": ratio,
            "shift": table.numbers("shift_degree", 0.0), "tapped_lv": tapped_lv,
            "s": sn * parallel * table.numbers("df", 1.0) * 1e3, "hv": hv, "lv": lv,
        }  # fmt: skip

    def check_multiples(self, kind: str, table: Table, live: np.ndarray) -> None:
        """Check the number of parallel systems and the derating factor."""
        for name, low, high in (("parallel", 1, 1000), ("df", 0.01, 10)):
            value = table.numbers(name, 1.0)
            for row in np.flatnonzero(live & ~((value >= low) & (value <= high))):
                message = f"{name} is {value[row]:g}; it must be {low} to {high}."
                self.problem("multiple", kind, table.index[row], message, "Use 1.")

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
