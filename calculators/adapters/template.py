"""The four template tables for networks that come from neither pandapower nor power-grid-model, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Column:
    """One column of a template.

    Attributes
    ----------
    name : str
        Heading in the file, with the unit.
    target : str
        Column of the element table; empty where the reader treats the column by itself.
    kind : {"id", "bus", "number", "text", "flag"}
    factor : float
        From the template's unit to the table's.
    required : bool
    meaning : str
        One line for the documentation.
    """

    name: str
    target: str
    kind: Literal["id", "bus", "number", "text", "flag"]
    meaning: str
    factor: float = 1.0
    required: bool = False


def _need(
    name: str, target: str, kind: Literal["id", "bus", "number"], meaning: str, factor: float = 1.0
) -> Column:
    return Column(name, target, kind, meaning, factor, required=True)


TEMPLATE: dict[str, tuple[Column, ...]] = {
    "buses": (
        _need("bus", "name", "id", "name of the bus, each once"),
        _need("vn_kv", "vn_kv", "number", "nominal voltage between phases"),
        Column("supply_vm_pu", "", "number", "voltage held by the upstream grid, at the one bus it feeds; else empty"),
        Column("x", "", "number", "longitude in degrees, for maps"),
        Column("y", "", "number", "latitude in degrees, for maps"),
        Column("in_service", "in_service", "flag", "1 or 0; empty is 1"),
    ),
    "lines": (
        _need("line", "name", "id", "name of the line, each once"),
        _need("from_bus", "from_bus", "bus", "bus at one end"),
        _need("to_bus", "to_bus", "bus", "bus at the other end"),
        _need("length_m", "length_km", "number", "length", 1e-3),
        _need("r_ohm_per_km", "r_ohm_per_km", "number", "resistance per km of one system"),
        _need("x_ohm_per_km", "x_ohm_per_km", "number", "reactance per km of one system"),
        _need("i_max_a", "max_i_ka", "number", "rated current of one system", 1e-3),
        Column("c_nf_per_km", "c_nf_per_km", "number", "capacitance; empty is 0"),
        Column("g_us_per_km", "g_us_per_km", "number", "conductance; empty is 0"),
        Column("parallel", "parallel", "number", "number of parallel systems; empty is 1"),
        Column("from_closed", "", "flag", "0 where the line is open at from_bus; empty is 1"),
        Column("to_closed", "", "flag", "0 where the line is open at to_bus; empty is 1"),
        Column("kind", "", "text", "line, or switch for a joint of two buses without length; empty is line"),
        Column("r0_ohm_per_km", "r0_ohm_per_km", "number", "zero-sequence resistance, for three phases"),
        Column("x0_ohm_per_km", "x0_ohm_per_km", "number", "zero-sequence reactance"),
        Column("c0_nf_per_km", "c0_nf_per_km", "number", "zero-sequence capacitance"),
    ),
    "transformers": (
        _need("transformer", "name", "id", "name of the transformer, each once"),
        _need("hv_bus", "hv_bus", "bus", "bus on the side of the higher voltage"),
        _need("lv_bus", "lv_bus", "bus", "bus on the side of the lower voltage"),
        _need("s_kva", "sn_mva", "number", "rated power", 1e-3),
        _need("vn_hv_kv", "vn_hv_kv", "number", "rated voltage, higher side"),
        _need("vn_lv_kv", "vn_lv_kv", "number", "rated voltage, lower side"),
        _need("vk_percent", "vk_percent", "number", "short-circuit voltage"),
        _need("vkr_percent", "vkr_percent", "number", "its resistive part: copper losses over rated power"),
        Column("pfe_kw", "pfe_kw", "number", "iron losses; empty is 0"),
        Column("i0_percent", "i0_percent", "number", "no-load current; empty is 0"),
        Column("shift_degree", "shift_degree", "number", "phase shift, 150 for Dyn5; empty is 0"),
        Column("tap_side", "tap_side", "text", "hv or lv"),
        Column("tap_pos", "tap_pos", "number", "position of the tap changer"),
        Column("tap_neutral", "tap_neutral", "number", "its neutral position"),
        Column("tap_step_percent", "tap_step_percent", "number", "voltage change per step"),
        Column("parallel", "parallel", "number", "number of equal units in parallel; empty is 1"),
        Column("hv_closed", "", "flag", "0 where open at hv_bus; empty is 1"),
        Column("lv_closed", "", "flag", "0 where open at lv_bus; empty is 1"),
        Column("vector_group", "vector_group", "text", "such as Dyn, for three phases"),
        Column("vk0_percent", "vk0_percent", "number", "zero-sequence short-circuit voltage"),
        Column("vkr0_percent", "vkr0_percent", "number", "its resistive part"),
        Column("mag0_percent", "mag0_percent", "number", "zero-sequence magnetising over short-circuit impedance"),
        Column("mag0_rx", "mag0_rx", "number", "its resistance over reactance"),
        Column("si0_hv_partial", "si0_hv_partial", "number", "share of the short-circuit impedance on the higher side"),
        Column("rn_ohm", "rn_ohm", "number", "resistance between neutral and earth, lower side"),
        Column("xn_ohm", "xn_ohm", "number", "reactance between neutral and earth, lower side"),
    ),
    "loads": (
        _need("load", "name", "id", "name of the customer or load, each once"),
        _need("bus", "bus", "bus", "bus it is connected to"),
        _need("p_kw", "p_mw", "number", "active power; feed-in is negative", 1e-3),
        _need("q_kvar", "q_mvar", "number", "reactive power, lagging positive", 1e-3),
        Column("phase", "", "text", "a, b or c for a single-phase load; empty is all three"),
        Column("connection", "", "text", "star or delta, for three-phase results; empty is star"),
        Column("in_service", "in_service", "flag", "1 or 0; empty is 1"),
    ),
}  # fmt: skip

OPTIONAL_TABLES = ("transformers", "loads")
