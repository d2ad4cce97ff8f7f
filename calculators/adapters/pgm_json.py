"""power-grid-model input files, read with the standard library and brought to pandapower's columns.

A source's short-circuit impedance becomes a bus and a line of its own; open ends and links become switches.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from calculators.adapters import columns as cells
from calculators.adapters.checked import Checker, NetworkTables, Raw
from calculators.adapters.equivalents import from_plate, plate, t_from_pi
from calculators.engine.errors import InputError, Problem

HOW = 'Write one in Python with power_grid_model.utils.json_serialize_to_file("net.json", input_data).'
F_HZ = 50.0
"""The file has no frequency; 50 Hz is also power-grid-model's default."""

REGULATOR = "transformer_tap_regulator"
IGNORED = (REGULATOR, "sym_voltage_sensor", "asym_voltage_sensor", "sym_power_sensor", "asym_power_sensor",
           "sym_current_sensor", "asym_current_sensor", "fault")  # fmt: skip
READ = ("node", "line", "link", "transformer", "source", "sym_load", "asym_load", "sym_gen", "asym_gen")
WINDINGS = ("Y", "YN", "D", "Z", "ZN")
HEADINGS = {
    "vn_kv": "u_rated", "r_ohm_per_km": "r1", "x_ohm_per_km": "x1", "c_nf_per_km": "c1", "max_i_ka": "i_n",
    "r0_ohm_per_km": "r0", "x0_ohm_per_km": "x0", "c0_nf_per_km": "c0", "sn_mva": "sn", "vk_percent": "uk",
    "vkr_percent": "pk", "pfe_kw": "p0", "i0_percent": "i0", "vm_pu": "u_ref", "shift_degree": "clock",
    "p_mw": "p_specified", "q_mvar": "q_specified",
}  # fmt: skip

IDEAL_SK_VA = 1e13
"""From here on a source counts as ideal: 1 MVA changes the voltage by less than 1e-7 pu."""


def is_pgm(plain: Any) -> bool:
    """Return whether parsed JSON looks like a dataset of power-grid-model."""
    return isinstance(plain, dict) and {"version", "type", "is_batch", "data"} <= set(plain)


def read_tables(plain: Any, name: str) -> NetworkTables:
    """Return the checked tables of parsed JSON.

    Raises
    ------
    InputError
        Not one input dataset; components that are not modelled, by their name; wrong values; too many buses.
    """
    if (
        not is_pgm(plain)
        or plain["type"] != "input"
        or plain["is_batch"]
        or not isinstance(plain["data"], dict)
    ):
        message = "this is a power-grid-model file, but not one input dataset."
        raise InputError(Problem("not-pgm", message, name, HOW))
    reader = _Reader(plain, name)
    raw = reader.raw()
    if reader.checker.problems:
        raise InputError(reader.checker.problems)
    return NetworkTables(name, reader.checker.tables(raw), F_HZ, tuple(reader.notes), HEADINGS)


class _Component:
    """All items of one component as columns."""

    def __init__(self, kind: str, items: list[dict[str, Any]], checker: Checker) -> None:
        self.kind, self.items, self.checker = kind, items, checker
        self.ids = [item.get("id") for item in items]

    def __len__(self) -> int:
        return len(self.items)

    def numbers(self, key: str, default: float | None = np.nan) -> np.ndarray:
        """Return one attribute; None as default makes it required."""
        return np.array([self.number(item.get(key), key, default, item) for item in self.items], dtype=float)

    def number(self, value: Any, key: str, default: float | None, item: dict[str, Any]) -> float:
        if cells.is_missing(value) and default is not None:
            return default
        found = np.inf if value in ("inf", "+inf") else cells.number(value)
        if found is None:
            where = f"{self.checker.name}, {self.kind} {item.get('id')}"
            self.checker.problem("value", f"{key} is {cells.short(value)}; it must be a number.", where, "")
            return np.nan
        return found

    def phases(self, key: str) -> np.ndarray:
        """Return an attribute given for three phases, shape (3, n)."""
        rows = []
        for item in self.items:
            value = item.get(key)
            three = value if isinstance(value, list) and len(value) == 3 else [value] * 3
            rows.append([self.number(one, key, None, item) for one in three])
        return np.array(rows, dtype=float).reshape(-1, 3).T

    def flags(self, key: str) -> np.ndarray:
        found: np.ndarray = self.numbers(key, 1.0) != 0
        return found

    def names(self) -> list[Any]:
        return [item.get("name") if isinstance(item.get("name"), str) else None for item in self.items]


class _Reader:
    def __init__(self, plain: dict[str, Any], name: str) -> None:
        self.checker = Checker(name, HOW)
        self.notes: list[str] = []
        self.switches: list[list[Any]] = []
        self.data = plain["data"]
        self.attributes = plain.get("attributes")
        for kind, items in self.data.items():
            if kind in IGNORED and items:
                what = "taps stay at tap_pos" if kind == REGULATOR else "no part of a power flow"
                self.notes.append(f"{len(items)} {kind} left out: {what}.")
            elif kind not in READ and items:
                message = f"components of kind '{kind}' are not modelled here."
                fix = "Replace them by loads and generators, or leave them out."
                self.checker.problem("unsupported", message, f"{name}, {kind}", fix)

    def component(self, kind: str) -> _Component:
        """Return a component's items, each as a dictionary."""
        stored = self.data.get(kind, [])
        listed = self.attributes.get(kind) if isinstance(self.attributes, dict) else None
        items = []
        for item in stored if isinstance(stored, list) else [stored]:
            if isinstance(item, list) and isinstance(listed, list) and len(item) == len(listed):
                items.append(dict(zip(map(str, listed), item, strict=True)))
            elif isinstance(item, dict):
                items.append(item)
            else:
                where = f"{self.checker.name}, {kind}"
                message = "an item is neither an object nor a list as long as the attributes."
                self.checker.problem("table", message, where, HOW)
                break
        return _Component(kind, items, self.checker)

    def raw(self) -> dict[str, Raw | None]:
        """Return all tables in pandapower's columns."""
        node = self.component("node")
        vn = node.numbers("u_rated", None) / 1e3
        self.vn = dict(zip(node.ids, vn.tolist(), strict=True)) if _hashable(node.ids) else {}
        buses = _rows(node.ids, name=node.names(), vn_kv=vn, in_service=np.ones(len(node), dtype=bool))
        lines, trafos = self.lines(), self.trafos()
        self.links()
        grids = self.sources(buses, lines)
        switches = Raw(
            list(range(len(self.switches))), ["bus", "element", "et", "closed", "name"], self.switches
        )
        return {
            "bus": buses, "line": lines, "trafo": trafos, "switch": switches, "ext_grid": grids,
            "load": self.power("sym_load"), "sgen": self.power("sym_gen"),
            "asymmetric_load": self.uneven("asym_load"), "asymmetric_sgen": self.uneven("asym_gen"),
        }  # fmt: skip

    def ends(self, branch: _Component, kind: str) -> tuple[list[Any], list[Any], np.ndarray]:
        """Return both nodes and the service of branches; a single open end becomes a switch."""
        one, other = branch.flags("from_status"), branch.flags("to_status")
        start = [item.get("from_node") for item in branch.items]
        stop = [item.get("to_node") for item in branch.items]
        for row in np.flatnonzero(one != other):
            self.switches.append(
                [
                    stop[row] if one[row] else start[row],
                    branch.ids[row],
                    kind,
                    False,
                    f"open end of {branch.kind} {branch.ids[row]}",
                ]
            )
        return start, stop, one | other

    def lines(self) -> Raw:
        line = self.component("line")
        start, stop, live = self.ends(line, "l")
        omega = 2 * np.pi * F_HZ
        c1, c0 = line.numbers("c1", 0.0), line.numbers("c0")
        i_n = line.numbers("i_n")
        columns: dict[str, Any] = {
            "name": line.names(), "from_bus": start, "to_bus": stop, "length_km": np.ones(len(line)), "length_assumed": np.ones(len(line)),
            "r_ohm_per_km": line.numbers("r1", None), "x_ohm_per_km": line.numbers("x1", None),
            "c_nf_per_km": c1 * 1e9, "g_us_per_km": omega * c1 * line.numbers("tan1", 0.0) * 1e6,
            "max_i_ka": np.where(np.isfinite(i_n), i_n / 1e3, np.nan), "in_service": live,
            "r0_ohm_per_km": line.numbers("r0"), "x0_ohm_per_km": line.numbers("x0"), "c0_nf_per_km": c0 * 1e9,
            "g0_us_per_km": omega * c0 * line.numbers("tan0", 0.0) * 1e6,
        }  # fmt: skip
        return _rows(line.ids, **columns)

    def trafos(self) -> Raw:
        """Return transformers with the higher voltage first, as pandapower wants it."""
        trafo = self.component("transformer")
        start, stop, live = self.ends(trafo, "t")
        u1, u2, sn = trafo.numbers("u1", None), trafo.numbers("u2", None), trafo.numbers("sn", None)
        uk, pk = trafo.numbers("uk", None), trafo.numbers("pk", None)
        i0, p0 = trafo.numbers("i0", 0.0), trafo.numbers("p0", 0.0)
        with np.errstate(all="ignore"):
            vk, vkr, iron, loss = plate(*t_from_pi(*from_plate(uk, pk / sn, i0, p0 / sn)))
        flip = u1 < u2
        clock = trafo.numbers("clock", 0.0)
        nominal = trafo.numbers("tap_nom", 0.0)
        lowest, highest = trafo.numbers("tap_min", 0.0), trafo.numbers("tap_max", 0.0)
        position = trafo.numbers("tap_pos")
        position = np.where(np.isnan(position), nominal, position)
        position = np.clip(position, np.minimum(lowest, highest), np.maximum(lowest, highest))
        at_from = trafo.numbers("tap_side", 0.0) == 0
        size = np.where(highest > lowest, 1, -1) * trafo.numbers("tap_size", 0.0)
        with np.errstate(all="ignore"):
            step = size / np.where(at_from, u1, u2) * 100
        self.refuse_moving_impedance(trafo, position != nominal)
        windings = [
            [WINDINGS[int(one)] if one in range(5) else "" for one in trafo.numbers(key)]
            for key in ("winding_from", "winding_to")
        ]
        groups = [
            (b + a.lower() if turn else a + b.lower()) for a, b, turn in zip(*windings, flip, strict=True)
        ]
        earth = {
            unit: np.where(
                flip, trafo.numbers(f"{one}_grounding_from", 0.0), trafo.numbers(f"{one}_grounding_to", 0.0)
            )
            for one, unit in (("r", "rn_ohm"), ("x", "xn_ohm"))
        }
        columns: dict[str, Any] = {
            "name": trafo.names(), **earth,
            "hv_bus": [b if turn else a for a, b, turn in zip(start, stop, flip, strict=True)],
            "lv_bus": [a if turn else b for a, b, turn in zip(start, stop, flip, strict=True)],
            "sn_mva": sn / 1e6, "vn_hv_kv": np.maximum(u1, u2) / 1e3, "vn_lv_kv": np.minimum(u1, u2) / 1e3,
            "vk_percent": vk * 100, "vkr_percent": vkr * 100, "pfe_kw": np.maximum(loss, 0) * sn / 1e3,
            "i0_percent": iron * 100, "shift_degree": np.where(flip, -clock, clock) * 30 % 360, "in_service": live,
            "tap_side": np.where(at_from != flip, "hv", "lv"), "tap_pos": position, "tap_neutral": nominal,
            "tap_step_percent": step, "tap_changer_type": ["Ratio"] * len(trafo), "vector_group": groups,
            "vk0_percent": vk * 100, "vkr0_percent": vkr * 100,
        }  # fmt: skip
        return _rows(trafo.ids, **columns)

    def refuse_moving_impedance(self, trafo: _Component, off: np.ndarray) -> None:
        for key, end in (("uk", "uk_min"), ("uk", "uk_max"), ("pk", "pk_min"), ("pk", "pk_max")):
            given = ~np.isnan(trafo.numbers(end))
            for row in np.flatnonzero(off & given & (trafo.numbers(end) != trafo.numbers(key))):
                message = f"{end} differs from {key} and the tap is off nominal; that is not modelled."
                where = f"{self.checker.name}, transformer {trafo.ids[row]}"
                self.checker.problem("tap", message, where, f"Leave {end} out or set the tap to nominal.")

    def links(self) -> None:
        link = self.component("link")
        closed = link.flags("from_status") & link.flags("to_status")
        for item, shut in zip(link.items, closed.tolist(), strict=True):
            self.switches.append(
                [item.get("from_node"), item.get("to_node"), "b", shut, f"link {item.get('id')}"]
            )

    def sources(self, buses: Raw, lines: Raw) -> Raw:
        """Return the external grids; each impedance of a source that matters is a bus and a line more."""
        source = self.component("source")
        live, sk, rx = source.flags("status"), source.numbers("sk", 1e10), source.numbers("rx_ratio", 0.1)
        ratio = source.numbers("z01_ratio", 1.0)
        at = [item.get("node") for item in source.items]
        for row in np.flatnonzero(live & (sk < IDEAL_SK_VA)):
            label = (
                max((one for one in [*buses.labels, *lines.labels] if isinstance(one, int)), default=0) + 1
            )
            u_kv = self.vn.get(at[row], 1.0) if _hashable([at[row]]) else 1.0
            z = (u_kv * 1e3) ** 2 / sk[row] / np.hypot(1, rx[row]) * np.array([rx[row], 1.0])
            title = f"impedance of source {source.ids[row]}"
            buses.labels.append(label)
            buses.rows.append(_row(buses, name=title, vn_kv=u_kv, in_service=True))
            lines.labels.append(label)
            line = _row(
                lines, name=title, from_bus=label, to_bus=at[row], length_km=1.0, r_ohm_per_km=float(z[0]),
                x_ohm_per_km=float(z[1]), max_i_ka=float(sk[row] / (np.sqrt(3) * u_kv * 1e6)), in_service=True,
                r0_ohm_per_km=float(z[0] * ratio[row]), x0_ohm_per_km=float(z[1] * ratio[row]), c0_nf_per_km=0.0,
            )  # fmt: skip
            lines.rows.append(line)
            at[row] = label
            self.notes.append(
                f"source {source.ids[row]} has {sk[row] / 1e6:g} MVA short-circuit power, added as a line."
            )
        return _rows(
            source.ids, name=source.names(), bus=at, vm_pu=source.numbers("u_ref", None), in_service=live
        )

    def power(self, kind: str) -> Raw:
        part = self.component(kind)
        p, q = part.numbers("p_specified", None) / 1e6, part.numbers("q_specified", None) / 1e6
        return _rows(part.ids, name=part.names(), **self.places(part), p_mw=p, q_mvar=q)

    def uneven(self, kind: str) -> Raw:
        part = self.component(kind)
        p, q = part.phases("p_specified") / 1e6, part.phases("q_specified") / 1e6
        phases = dict(zip(cells.PHASES, [*p, *q], strict=True))
        return _rows(part.ids, name=part.names(), **self.places(part), **phases)

    def places(self, part: _Component) -> dict[str, Any]:
        kinds = part.numbers("type", 0.0)
        for row in np.flatnonzero(kinds != 0)[:1]:
            message = f"type is {kinds[row]:g}; only constant power (0) is modelled."
            where = f"{self.checker.name}, {part.kind} {part.ids[row]}"
            self.checker.problem("zip-load", message, where, "Set it to 0.")
        return {"bus": [item.get("node") for item in part.items], "in_service": part.flags("status")}


def _hashable(values: list[Any]) -> bool:
    return all(isinstance(value, int | float | str) for value in values)


def _rows(labels: list[Any], **columns: Any) -> Raw:
    """Return a raw table of columns."""
    plain = [value.tolist() if isinstance(value, np.ndarray) else value for value in columns.values()]
    return Raw(list(labels), list(columns), [list(row) for row in zip(*plain, strict=True)])


def _row(raw: Raw, **values: Any) -> list[Any]:
    return [values.get(name) for name in raw.names]
