"""Zero-sequence data and phases from the same tables; says what it assumed where a table is silent."""

from __future__ import annotations

import math

import numpy as np

from calculators.adapters.branches import S_BASE_MVA, Branches, Table
from calculators.engine.grid.phases import PHASES, ThreePhase


def numbers(table: Table, name: str) -> np.ndarray:
    """Return a column as float, NaN where there is no number."""
    found = np.full(len(table), np.nan)
    for row, item in enumerate(table.columns.get(name, [])):
        if isinstance(item, int | float) and not isinstance(item, bool):
            found[row] = item
    return found


class ZeroSequence:
    """Reads what `Branches` leaves out; `notes` collects the assumptions."""

    def __init__(self, reader: Branches) -> None:
        self.reader = reader
        self.notes: list[str] = []

    def lines(self, lines: dict[str, np.ndarray]) -> np.ndarray:
        """Return the admittances (4, n_line) of lines."""
        table = self.reader.table("line")
        scale = numbers(table, "length_km") / table.numbers("parallel", 1.0)
        base = self.reader.vn[lines["ends"][0]] ** 2 / S_BASE_MVA
        with np.errstate(all="ignore"):
            z0 = (numbers(table, "r0_ohm_per_km") + 1j * numbers(table, "x0_ohm_per_km")) * scale / base
        silent = lines["live"] & ~(np.abs(z0) > 0)
        if silent.any():
            z0[silent] = 4 * lines["z"][silent]
            self.notes.append(
                f"{int(silent.sum())} line(s) have no r0_ohm_per_km and x0_ohm_per_km: assumed four times the positive "
                "sequence, as of a neutral like a phase conductor and no return through earth."
            )
        c0 = numbers(table, "c0_nf_per_km")
        length = numbers(table, "length_km") * table.numbers("parallel", 1.0)
        charging = 2j * math.pi * self.reader.f_hz * c0 * 1e-9 * length * base
        charging = np.where(np.isfinite(charging), charging, 1j * lines["y"].imag)
        with np.errstate(all="ignore"):
            series = 1.0 / z0
        return np.stack([series + charging / 2, -series, -series, series + charging / 2])

    def trafos(self, trafos: dict[str, np.ndarray]) -> np.ndarray:
        """Return the admittances (4, n_trafo) of transformers by their vector group."""
        table = self.reader.table("trafo")
        groups = self.vector_groups(table, trafos)
        y0 = np.zeros((4, len(table)), dtype=complex)
        assumed = 0
        for row in np.flatnonzero(trafos["live"]):
            z1, z2, z3, missing = self.tee(table, trafos, int(row))
            assumed += missing
            ratio, group = trafos["ratio"][row], groups[row]
            high, low = "yn" in group[:2] or "zn" in group[:2], group.endswith(("yn", "zn"))
            if group in ("yzn", "dzn"):
                y0[3, row] = 1 / (z1 + z2)
            elif group == "ynyn":
                total = z1 * z2 + (z1 + z2) * z3 if np.isfinite(z3) else math.inf
                across = z3 / total if np.isfinite(z3) else 1 / (z1 + z2)
                up, down = (z2 / total, z1 / total) if np.isfinite(z3) else (0.0, 0.0)
                y0[:, row] = (across + up) / ratio**2, -across / ratio, -across / ratio, across + down
            elif low:
                y0[3, row] = 1 / (z2 + _parallel(z1 if group == "dyn" else math.inf, z3))
            elif high:
                y0[0, row] = 1 / (z1 + _parallel(z2 if group == "ynd" else math.inf, z3)) / ratio**2
        if assumed:
            self.notes.append(
                f"{assumed} transformer(s) have no zero-sequence data: assumed the positive-sequence short-circuit "
                "impedance and no magnetising current."
            )
        return y0

    def vector_groups(self, table: Table, trafos: dict[str, np.ndarray]) -> list[str]:
        """Return the groups in lower case without clock number."""
        found = [text.lower().rstrip("0123456789") for text in table.texts("vector_group")]
        known = {"dyn", "ynyn", "yyn", "yny", "ynd", "yzn", "dzn", "yy", "dd", "yd", "dy"}
        odd = [row for row, group in enumerate(found) if group not in known and trafos["live"][row]]
        for row in odd:
            found[row] = "dyn" if trafos["lv"][row] <= 1.0 else "ynyn"
        if odd:
            self.notes.append(
                f"{len(odd)} transformer(s) have no vector group that is known: assumed Dyn to low voltage, else YNyn."
            )
        return found

    def tee(
        self, table: Table, trafos: dict[str, np.ndarray], row: int
    ) -> tuple[complex, complex, complex, bool]:
        """Two legs and the magnetising branch of the T model, per unit of the low-voltage side."""
        vk, vkr = numbers(table, "vk0_percent")[row], numbers(table, "vkr0_percent")[row]
        missing = not (vk > 1e-8 and abs(vkr) <= vk)
        if missing:
            vk, vkr = table.numbers("vk_percent")[row], table.numbers("vkr_percent")[row]
        bus_lv = self.reader.vn[trafos["ends"][1, row]]
        base = (trafos["tapped_lv"][row] / bus_lv) ** 2 * S_BASE_MVA / table.numbers("sn_mva")[row]
        parallel = table.numbers("parallel", 1.0)[row]
        z = (vkr + 1j * math.sqrt(max(vk**2 - vkr**2, 0.0))) / 100 * base / parallel
        mag, rx = numbers(table, "mag0_percent")[row], numbers(table, "mag0_rx")[row]
        z3: complex = complex(math.inf)
        if mag > 0 and not missing:
            rx = rx if math.isfinite(rx) else 0.0
            z3 = abs(z) * mag / 100 * (rx + 1j) / math.hypot(rx, 1.0)
        earth = np.nan_to_num(numbers(table, "rn_ohm")[row]) + 1j * np.nan_to_num(
            numbers(table, "xn_ohm")[row]
        )
        part = numbers(table, "si0_hv_partial")[row]
        part = part if 0 <= part <= 1 else 0.5
        return part * z, (1 - part) * z + 3 * earth / (bus_lv**2 / S_BASE_MVA), z3, missing

    def source(self) -> tuple[complex, complex]:
        """Zero and negative-sequence impedance of the external grid; 0 where its strength is not given."""
        table = self.reader.table("ext_grid")
        row = next((row for row, live in enumerate(table.flags("in_service")) if live), None)
        power = math.nan if row is None else numbers(table, "s_sc_max_mva")[row]
        if row is None or not power > 0:
            self.notes.append("the external grid has no s_sc_max_mva: its voltages are assumed symmetrical.")
            return 0j, 0j
        rx, x0x, r0x0 = (
            np.nan_to_num(numbers(table, name)[row]) for name in ("rx_max", "x0x_max", "r0x0_max")
        )
        x = 1.1 * S_BASE_MVA / power / math.hypot(rx, 1.0)
        if not x0x > 0:
            self.notes.append(
                "the external grid has no x0x_max: its zero sequence is taken as the positive one."
            )
            return complex(rx * x, x), complex(rx * x, x)
        return complex(r0x0 * x0x * x, x0x * x), complex(rx * x, x)

    def powers(self, kinds: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Which rows lie between phases, and their own power by phase. [kW, kvar]"""
        delta: list[bool] = []
        p: list[np.ndarray] = []
        q: list[np.ndarray] = []
        for kind in kinds:
            table = self.reader.table(kind)
            scaling = table.numbers("scaling", 1.0)
            delta += [text == "delta" for text in table.texts("type")]
            for unit, into in (("p_mw", p), ("q_mvar", q)):
                if kind.startswith("asymmetric"):
                    name, what = unit.split("_")
                    by_phase = [table.numbers(f"{name}_{phase}_{what}", 0.0) for phase in PHASES]
                else:
                    by_phase = [table.numbers(unit, 0.0) / 3] * 3
                into.append(np.stack(by_phase, axis=1) * scaling[:, None] * 1e3)
        empty = np.zeros((0, 3))
        return (
            np.array(delta, dtype=bool), np.nan_to_num(np.concatenate([empty, *p])),
            np.nan_to_num(np.concatenate([empty, *q])),
        )  # fmt: skip

    def three_phase(self, y0: np.ndarray, shift: np.ndarray) -> ThreePhase:
        """Put everything together; columns are those of the branches in service."""
        load, sgen = self.powers(("load", "asymmetric_load")), self.powers(("sgen", "asymmetric_sgen"))
        z0, z2 = self.source()
        return ThreePhase(y0, shift, z0, z2, *load, *sgen, notes=tuple(self.notes))


def _parallel(one: complex, other: complex) -> complex:
    if not np.isfinite(one):
        return other
    return one if not np.isfinite(other) else one * other / (one + other)
