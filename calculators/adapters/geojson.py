"""Buses, lines and transformers with coordinates as GeoJSON, for maps; results as properties when given."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from calculators.adapters.checked import NetworkTables
from calculators.adapters.geometry import path, point
from calculators.adapters.positions import Topology
from calculators.adapters.tables import Table
from calculators.engine.errors import InputError, Problem
from calculators.engine.grid import Solution

Pair = tuple[float, float]
HOW = "Fill the columns x and y of buses.csv, or bus.geo in pandapower, with longitude and latitude."


def write(tables: NetworkTables, solution: Solution | None = None) -> str:
    """Return a feature collection: buses as points, lines as line strings, transformers as points.

    Parameters
    ----------
    tables : NetworkTables
    solution : Solution, optional
        Of one step or more: the lowest voltage and the highest loading become properties.

    Raises
    ------
    InputError
        No bus has coordinates.
    """
    writer = _Writer(tables, solution)
    features = [*writer.buses(), *writer.lines(), *writer.trafos()]
    if not any(one is not None for one in writer.points):
        raise InputError(Problem("coordinates", "no bus has coordinates.", tables.name, HOW))
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)


def in_degrees(tables: NetworkTables) -> bool:
    """Return whether all coordinates can be longitude and latitude, as GeoJSON wants them."""
    points = [point(text) for text in tables.tables.get("bus", Table([], {})).texts("geo")]
    return all(one is None or (abs(one[0]) <= 180 and abs(one[1]) <= 90) for one in points)


class _Writer(Topology):
    def __init__(self, tables: NetworkTables, solution: Solution | None) -> None:
        super().__init__(tables.tables)
        self.solution = solution
        self.points = [point(text) for text in self.bus.texts("geo")]

    def buses(self) -> list[dict[str, Any]]:
        load_kw = np.zeros(len(self.bus))
        for kind in ("load", "asymmetric_load"):
            rows, kw, _ = self.power(kind)
            np.add.at(load_kw, rows, kw)
        columns = {"vn_kv": self.bus.numbers("vn_kv"), "load_kw": load_kw}
        if self.solution:
            columns["vm_pu"] = self.solution.vm_min_pu
        return [
            _feature("Point", place, {"kind": "bus", **self.named(self.bus, row), **_row(columns, row)})
            for row, place in enumerate(self.points) if place is not None
        ]  # fmt: skip

    def lines(self) -> list[dict[str, Any]]:
        line = self.table("line")
        ends, closed = self.branch_ends("line", ("from_bus", "to_bus"))
        columns = {"length_km": line.numbers("length_km"), "max_i_ka": line.numbers("max_i_ka")}
        if self.solution:
            columns["loading_percent"] = self.solution.line_max_percent
        found = []
        for row, text in enumerate(line.texts("geo")):
            corners = path(text) or self.between(*ends[:, row])
            if corners:
                state = {"closed": bool(closed[:, row].all())}
                found.append(
                    _feature(
                        "LineString",
                        corners,
                        {"kind": "line", **self.named(line, row), **state, **_row(columns, row)},
                    )
                )
        return found

    def between(self, one: int, other: int) -> list[Pair] | None:
        start, stop = self.points[one], self.points[other]
        return [start, stop] if start is not None and stop is not None else None

    def trafos(self) -> list[dict[str, Any]]:
        trafo = self.table("trafo")
        ends, _ = self.branch_ends("trafo", ("hv_bus", "lv_bus"))
        columns = {"s_kva": trafo.numbers("sn_mva") * trafo.numbers("parallel", 1.0) * 1e3}
        if self.solution:
            columns["loading_percent"] = self.solution.trafo_max_percent
        places = [self.points[low] or self.points[high] for high, low in ends.T]
        return [
            _feature("Point", place, {"kind": "trafo", **self.named(trafo, row), **_row(columns, row)})
            for row, place in enumerate(places) if place is not None
        ]  # fmt: skip

    def named(self, table: Table, row: int) -> dict[str, Any]:
        return {"index": table.index[row], "name": table.texts("name")[row]}


def _row(columns: dict[str, np.ndarray], row: int) -> dict[str, float | None]:
    """Return one row's numbers; NaN, as of a bus without supply, is null."""
    return {
        name: float(values[row]) if np.isfinite(values[row]) else None for name, values in columns.items()
    }


def _feature(kind: str, place: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": place}, "properties": properties}
