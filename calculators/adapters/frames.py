"""Tables as pandapower stores them: all its columns with their types, missing cells filled by its defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from calculators.adapters import columns as cells
from calculators.adapters.tables import MODELLED, Table

VERSION = {"version": "3.5.6", "format_version": "3.3.0"}
"""Of the pandapower whose columns these are; a newer one converts them when it opens the file."""

TYPES: dict[str, dict[str, tuple[str, Any]]] = {
    "bus": {"name": ("object", None), "vn_kv": ("float64", None), "type": ("object", "b"), "zone": ("object", None),
            "in_service": ("bool", True), "geo": ("object", None)},
    "line": {"name": ("object", None), "std_type": ("object", None), "from_bus": ("uint32", None),
             "to_bus": ("uint32", None), "length_km": ("float64", None), "r_ohm_per_km": ("float64", None),
             "x_ohm_per_km": ("float64", None), "c_nf_per_km": ("float64", 0.0), "g_us_per_km": ("float64", 0.0),
             "max_i_ka": ("float64", None), "df": ("float64", 1.0), "parallel": ("uint32", 1),
             "type": ("object", None), "in_service": ("bool", True), "geo": ("object", None)},
    "trafo": {"name": ("object", None), "std_type": ("object", None), "hv_bus": ("uint32", None),
              "lv_bus": ("uint32", None), "sn_mva": ("float64", None), "vn_hv_kv": ("float64", None),
              "vn_lv_kv": ("float64", None), "vk_percent": ("float64", None), "vkr_percent": ("float64", None),
              "pfe_kw": ("float64", 0.0), "i0_percent": ("float64", 0.0), "shift_degree": ("float64", 0.0),
              "tap_side": ("object", None), "tap_neutral": ("float64", None), "tap_min": ("float64", None),
              "tap_max": ("float64", None), "tap_step_percent": ("float64", None),
              "tap_step_degree": ("float64", 0.0), "tap_pos": ("float64", None),
              "tap_changer_type": ("object", None), "id_characteristic_table": ("Int64", None),
              "tap_dependency_table": ("bool", False), "parallel": ("uint32", 1), "df": ("float64", 1.0),
              "in_service": ("bool", True)},
    "load": {"name": ("object", None), "bus": ("uint32", None), "p_mw": ("float64", None),
             "q_mvar": ("float64", None), "const_z_p_percent": ("float64", 0.0),
             "const_i_p_percent": ("float64", 0.0), "const_z_q_percent": ("float64", 0.0),
             "const_i_q_percent": ("float64", 0.0), "sn_mva": ("float64", None), "scaling": ("float64", 1.0),
             "in_service": ("bool", True), "type": ("object", "wye")},
    "asymmetric_load": {"name": ("object", None), "bus": ("uint32", None),
                        **dict.fromkeys(cells.PHASES, ("float64", 0.0)), "sn_mva": ("float64", None),
                        "scaling": ("float64", 1.0), "in_service": ("bool", True), "type": ("object", "wye")},
    "sgen": {"name": ("object", None), "bus": ("int64", None), "p_mw": ("float64", None),
             "q_mvar": ("float64", None), "sn_mva": ("float64", None), "scaling": ("float64", 1.0),
             "in_service": ("bool", True), "type": ("object", "wye"), "current_source": ("bool", True)},
    "asymmetric_sgen": {"name": ("object", None), "bus": ("int64", None),
                        **dict.fromkeys(cells.PHASES, ("float64", 0.0)), "sn_mva": ("float64", None),
                        "scaling": ("float64", 1.0), "in_service": ("bool", True), "type": ("object", "wye"),
                        "current_source": ("bool", True)},
    "switch": {"bus": ("int64", None), "element": ("int64", None), "et": ("object", None),
               "type": ("object", None), "closed": ("bool", True), "name": ("object", None),
               "z_ohm": ("float64", 0.0), "in_ka": ("float64", None)},
    "ext_grid": {"name": ("object", None), "bus": ("uint32", None), "vm_pu": ("float64", 1.0),
                 "va_degree": ("float64", 0.0), "slack_weight": ("float64", 1.0), "in_service": ("bool", True),
                 "controllable": ("bool", False)},
}  # fmt: skip

EXTRA = {
    "line": ("r0_ohm_per_km", "x0_ohm_per_km", "c0_nf_per_km", "g0_us_per_km"),
    "trafo": (
        "vk0_percent",
        "vkr0_percent",
        "mag0_percent",
        "mag0_rx",
        "si0_hv_partial",
        "rn_ohm",
        "xn_ohm",
        "vector_group",
    ),
    "ext_grid": ("s_sc_max_mva", "rx_max", "x0x_max", "r0x0_max"),
}
"""Written only where the network has them: data of the zero sequence."""


@dataclass(frozen=True)
class Frame:
    """One table with pandas' column types."""

    dtypes: dict[str, str]
    index: list[int]
    rows: list[list[Any]]


def all_frames(tables: Mapping[str, Table]) -> dict[str, Frame]:
    """Return every modelled table, the empty ones too: pandapower looks at all of them."""
    return {kind: frame(kind, tables.get(kind, Table([], {}))) for kind in MODELLED}


def frame(kind: str, table: Table) -> Frame:
    """Return one table with all of pandapower's columns."""
    types = dict(TYPES[kind])
    for name in EXTRA.get(kind, ()):
        if name in table.columns:
            types[name] = ("object" if name == "vector_group" else "float64", None)
    columns = [
        column(table.columns.get(name, [None] * len(table)), *kind_of) for name, kind_of in types.items()
    ]
    if kind == "trafo" and "tap_changer_type" not in table.columns:
        columns[list(types).index("tap_changer_type")] = tap_changers(table)
    rows = [list(row) for row in zip(*columns, strict=True)]
    return Frame({name: dtype for name, (dtype, _) in types.items()}, list(table.index), rows)


def column(values: list[Any], dtype: str, default: Any) -> list[Any]:
    """Return cells as JSON types; an empty one becomes the default."""
    filled = [default if cells.is_missing(value) else value for value in values]
    if dtype == "object":
        return [None if value is None else str(value) for value in filled]
    make = {"float64": float, "bool": bool}.get(dtype, int)
    return [None if value is None else make(value) for value in filled]


def tap_changers(table: Table) -> list[str | None]:
    """Return the type of each tap changer of a file older than version 3, which has no such column."""
    sides = table.texts("tap_side")
    return ["Ratio" if side in {"hv", "lv"} else None for side in sides]


def parameters(name: str, f_hz: float) -> dict[str, Any]:
    """Return what pandapower keeps beside the tables."""
    return {
        **VERSION, "converged": False, "OPF_converged": False, "name": name, "f_hz": f_hz, "sn_mva": 1.0,
    }  # fmt: skip
