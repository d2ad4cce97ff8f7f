"""Which columns of each element table are read, and what type each of their cells must have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

BUSES = {
    "line": ("from_bus", "to_bus"), "trafo": ("hv_bus", "lv_bus"), "load": ("bus",), "asymmetric_load": ("bus",),
    "sgen": ("bus",), "asymmetric_sgen": ("bus",), "switch": ("bus", "element"), "ext_grid": ("bus",),
}  # fmt: skip
PHASES = ("p_a_mw", "p_b_mw", "p_c_mw", "q_a_mvar", "q_b_mvar", "q_c_mvar")
NUMBERS = {
    "bus": ("vn_kv",),
    "line": ("length_km", "r_ohm_per_km", "x_ohm_per_km", "max_i_ka"),
    "trafo": ("sn_mva", "vn_hv_kv", "vn_lv_kv", "vk_percent", "vkr_percent"),
    "load": ("p_mw", "q_mvar"), "sgen": ("p_mw", "q_mvar"), "asymmetric_load": PHASES,
    "asymmetric_sgen": PHASES,
}  # fmt: skip
OPTIONAL = {
    "line": ("c_nf_per_km", "g_us_per_km", "parallel", "df", "r0_ohm_per_km", "x0_ohm_per_km", "c0_nf_per_km",
             "g0_us_per_km"),
    "trafo": ("pfe_kw", "i0_percent", "shift_degree", "parallel", "df", "tap_neutral", "tap_pos", "tap_step_percent",
              "tap_step_degree", "tap2_neutral", "tap2_pos", "vk0_percent", "vkr0_percent", "mag0_percent", "mag0_rx",
              "si0_hv_partial", "rn_ohm", "xn_ohm"),
    "load": ("scaling", "const_z_percent", "const_i_percent", "const_z_p_percent", "const_i_p_percent",
             "const_z_q_percent", "const_i_q_percent"),
    "sgen": ("scaling",), "asymmetric_load": ("scaling",), "asymmetric_sgen": ("scaling",), "switch": ("z_ohm",),
    "ext_grid": ("vm_pu", "va_degree", "s_sc_max_mva", "rx_max", "x0x_max", "r0x0_max"),
}  # fmt: skip
FLAGS = {"switch": ("closed",)}
OPTIONAL_FLAGS = {"trafo": ("tap_dependency_table", "tap_phase_shifter")}


class Formula(str):
    """The formula of a spreadsheet cell: never worked out, refused where a value is needed."""


def is_number(value: Any) -> bool:
    """Return whether a cell is an int or float and no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_missing(value: Any) -> bool:
    """Return whether a cell is empty: None or NaN."""
    return value is None or value != value  # noqa: PLR0124


def number(value: Any) -> float | None:
    """Return a finite number below 1e300, or None."""
    return float(value) if is_number(value) and abs(value) < 1e300 else None


def whole(value: Any) -> int | None:
    """Return a whole number, also one written as text (keys are text in JSON), or None."""
    if isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 16:
        return int(value)
    if not is_number(value) or not abs(value) < 2**53 or value != int(value):
        return None
    return int(value)


def flag(value: Any) -> bool | None:
    """Return a truth value, also from 0 and 1, or None."""
    return bool(value) if isinstance(value, bool) or (is_number(value) and value in {0, 1}) else None


def flag_or_none(value: Any) -> bool | None:
    """Return a truth value; an empty cell is false."""
    return False if is_missing(value) else flag(value)


def switch_kind(value: Any) -> str | None:
    """Return what a switch acts on: b bus, l line, t transformer, t3 three-winding transformer."""
    return value if isinstance(value, str) and value in {"b", "l", "t", "t3"} else None


def short(value: Any) -> str:
    """Return a cell as it is shown in a message."""
    if isinstance(value, Formula):
        return f"the formula ={str(value)[:40]}"
    text = "empty" if value is None else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


Read = Callable[[Any], Any]


def readers(kind: str) -> list[tuple[tuple[str, ...], Read, str]]:
    """Return columns, function and the words for what is allowed, for each group of columns of a table."""
    groups: list[tuple[tuple[str, ...], Read, str]] = [
        (BUSES.get(kind, ()), whole, "the whole number of an element"),
        ((*NUMBERS.get(kind, ()), *OPTIONAL.get(kind, ())), number, "a finite number"),
        (("in_service", *FLAGS.get(kind, ())), flag, "true or false"),
        (OPTIONAL_FLAGS.get(kind, ()), flag_or_none, "true or false"),
    ]
    return [*groups, (("et",), switch_kind, "b, l, t or t3")] if kind == "switch" else groups


def needed(kind: str) -> tuple[str, ...]:
    """Return the columns a table must have."""
    last = "et" if kind == "switch" else "in_service"
    return (*BUSES.get(kind, ()), *NUMBERS.get(kind, ()), *FLAGS.get(kind, ()), last)
