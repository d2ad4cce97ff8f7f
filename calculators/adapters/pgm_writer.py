"""Tables as an input file of power-grid-model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from calculators.adapters.checked import NetworkTables
from calculators.adapters.equivalents import from_plate, pi_from_t, plate
from calculators.adapters.pgm_json import WINDINGS
from calculators.adapters.positions import Topology, ratio_tap
from calculators.adapters.tables import Table
from calculators.engine.errors import InputError, Problem

SK_VA = 1e20
"""Short-circuit power written for an external grid: ideal, as in the tables."""

Items = list[dict[str, Any]]


def write(tables: NetworkTables) -> str:
    """Return the text of a file that `power_grid_model.utils.json_deserialize` opens.

    Raises
    ------
    InputError
        A phase shift that is no multiple of 30 degrees, which that format cannot hold.

    Notes
    -----
    Rows are numbered anew, buses first, then lines, transformers, and so on in the tables' order. Loads on buses
    that are out of service are off. Derating of transformers is put into their rating.
    """
    writer = _Writer(tables)
    data = {
        "node": writer.nodes(), "line": writer.lines(), "transformer": writer.trafos(), "link": writer.links(),
        "source": writer.sources(), "sym_load": writer.powers("load"), "sym_gen": writer.powers("sgen"),
        "asym_load": writer.uneven("asymmetric_load"),
        "asym_gen": writer.uneven("asymmetric_sgen"),
    }  # fmt: skip
    if writer.problems:
        raise InputError(writer.problems)
    plain = {
        "version": "1.0", "type": "input", "is_batch": False, "attributes": {},
        "data": {kind: items for kind, items in data.items() if items},
    }  # fmt: skip
    return json.dumps(plain, ensure_ascii=False, indent=1)


class _Writer(Topology):
    def __init__(self, tables: NetworkTables) -> None:
        super().__init__(tables.tables)
        self.name, self.f_hz = tables.name, tables.f_hz
        self.problems: list[Problem] = []
        self.next = len(self.bus)

    def items(self, table: Table, columns: Mapping[str, Any]) -> Items:
        """Return one object per row, numbered on; what is not known is left out."""
        plain = {key: np.asarray(value).tolist() for key, value in columns.items()}
        found = []
        for row, name in enumerate(table.texts("name")):
            item = {"id": self.next + row, **{key: value[row] for key, value in plain.items()}}
            item = {key: value for key, value in item.items() if value == value}  # noqa: PLR0124
            found.append(item | ({"name": name} if name else {}))
        self.next += len(table)
        return found

    def nodes(self) -> Items:
        self.next = 0
        return self.items(self.bus, {"u_rated": self.bus.numbers("vn_kv") * 1e3})

    def ends(self, kind: str, sides: tuple[str, str]) -> dict[str, np.ndarray]:
        at, closed = self.branch_ends(kind, sides)
        return {
            "from_node": at[0], "to_node": at[1], "from_status": closed[0].astype(int),
            "to_status": closed[1].astype(int),
        }  # fmt: skip

    def lines(self) -> Items:
        line = self.table("line")
        length, n = line.numbers("length_km"), line.numbers("parallel", 1.0)
        columns = self.ends("line", ("from_bus", "to_bus"))
        for seq, zero in (("1", ""), ("0", "0")):
            if zero and "r0_ohm_per_km" not in line.columns:
                break
            c = line.numbers(f"c{zero}_nf_per_km", 0.0) * 1e-9 * length * n
            g = line.numbers(f"g{zero}_us_per_km", 0.0) * 1e-6 * length * n
            omega_c = 2 * np.pi * self.f_hz * c
            tan = np.divide(g, omega_c, out=np.zeros_like(g), where=omega_c != 0)
            columns[f"r{seq}"] = line.numbers(f"r{zero}_ohm_per_km") * length / n
            columns[f"x{seq}"] = line.numbers(f"x{zero}_ohm_per_km") * length / n
            columns[f"c{seq}"], columns[f"tan{seq}"] = c, tan
        columns["i_n"] = line.numbers("max_i_ka") * n * line.numbers("df", 1.0) * 1e3
        return self.items(line, columns)

    def trafos(self) -> Items:
        trafo = self.table("trafo")
        df, n = trafo.numbers("df", 1.0), trafo.numbers("parallel", 1.0)
        sn = trafo.numbers("sn_mva") * 1e6
        rating = from_plate(
            trafo.numbers("vk_percent") / 100, trafo.numbers("vkr_percent") / 100,
            trafo.numbers("i0_percent", 0.0) / 100, trafo.numbers("pfe_kw", 0.0) * 1e3 / sn,
        )  # fmt: skip
        z, y = pi_from_t(*rating)
        uk, pk, i0, p0 = plate(z * df, y / df)  # per unit of the derated power
        sn = sn * df
        shift = trafo.numbers("shift_degree", 0.0)
        clock = np.round(shift / 30)
        for row in np.flatnonzero(np.abs(shift - clock * 30) > 1e-9):
            message = f"shift_degree is {shift[row]:g}; power-grid-model knows multiples of 30 only."
            where = f"{self.name}, trafo {trafo.index[row]}"
            self.problems.append(
                Problem("clock", message, where, "Use the nearest multiple: magnitudes stay.")
            )
        tap = ratio_tap(trafo)
        u1, u2 = trafo.numbers("vn_hv_kv") * 1e3, trafo.numbers("vn_lv_kv") * 1e3
        u_tap = np.where(tap.at_hv, u1, u2)
        windings = [
            _windings(text, int(one) % 2)
            for text, one in zip(trafo.texts("vector_group"), clock, strict=True)
        ]
        columns = self.ends("trafo", ("hv_bus", "lv_bus")) | {
            "u1": u1, "u2": u2, "sn": sn * n, "uk": uk, "pk": pk * sn * n, "i0": i0, "p0": p0 * sn * n,
            "winding_from": [one for one, _ in windings], "winding_to": [two for _, two in windings],
            "clock": clock.astype(int) % 12, "tap_side": np.where(tap.at_hv, 0, 1),
            "tap_pos": tap.position.astype(int), "tap_nom": np.zeros(len(trafo), dtype=int),
            "tap_min": np.minimum(tap.position, -1).astype(int), "tap_max": np.maximum(tap.position, 1).astype(int),
            "tap_size": tap.step_percent / 100 * u_tap, "r_grounding_to": trafo.numbers("rn_ohm"),
            "x_grounding_to": trafo.numbers("xn_ohm"),
        }  # fmt: skip
        return self.items(trafo, columns)

    def links(self) -> Items:
        ends, closed = self.bus_switches()
        found = [
            {"id": self.next + at, "from_node": one, "to_node": other, "from_status": shut, "to_status": shut}
            for at, ((one, other), shut) in enumerate(zip(ends, closed, strict=True))
        ]
        self.next += len(found)
        return found

    def sources(self) -> Items:
        grid = self.table("ext_grid")
        rows, live = self.places(grid)
        columns = {
            "node": rows, "status": live, "u_ref": grid.numbers("vm_pu", 1.0), "sk": np.full(len(grid), SK_VA),
        }  # fmt: skip
        return self.items(grid, columns)

    def powers(self, kind: str) -> Items:
        table = self.table(kind)
        rows, live = self.places(table)
        watt = table.numbers("scaling", 1.0) * 1e6
        columns = {
            "node": rows, "status": live, "type": np.zeros(len(table), dtype=int),
            "p_specified": table.numbers("p_mw") * watt, "q_specified": table.numbers("q_mvar") * watt,
        }  # fmt: skip
        return self.items(table, columns)

    def uneven(self, kind: str) -> Items:
        table = self.table(kind)
        for row, text in enumerate(table.texts("type")):
            if text == "delta":
                message = "it is connected between phases; power-grid-model knows star only."
                where = f"{self.name}, {kind} {table.index[row]}"
                self.problems.append(
                    Problem("delta", message, where, "Use another format, or set type to wye.")
                )
        rows, live = self.places(table)
        watt = table.numbers("scaling", 1.0) * 1e6
        p, q = (
            np.array([table.numbers(f"{one}_{phase}_{unit}", 0.0) * watt for phase in "abc"]).T
            for one, unit in (("p", "mw"), ("q", "mvar"))
        )
        columns = {
            "node": rows, "status": live, "type": np.zeros(len(table), dtype=int), "p_specified": p, "q_specified": q,
        }  # fmt: skip
        return self.items(table, columns)


def _windings(group: str, odd: int) -> tuple[int, int]:
    """Return both windings of a vector group; Dyn or YNyn by the clock where it is not known or contradicts it."""
    text = group.strip().rstrip("0123456789")
    high = next((one for one in ("YN", "ZN", "D", "Y", "Z") if text.startswith(one)), "")
    low = text[len(high) :].upper()
    if high and low in WINDINGS:
        one, other = WINDINGS.index(high), WINDINGS.index(low)
        turned = (one in (0, 1)) != (other in (0, 1))  # a star against a delta or zigzag: odd clock
        if turned == bool(odd):
            return one, other
    return (2, 1) if odd else (1, 1)
