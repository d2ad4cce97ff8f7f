"""Values that are possible but look as if they were given in another unit.

The limits are ours and wide: the standard types of pandapower 3.5.6 lie well inside (lines 0.042 to 1.88 ohm/km,
x/r 0.13 to 8.6, up to 456 nF/km and 1.15 kA; transformers vk 4 to 18 %, vkr 0.25 to 1.44 %).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from calculators.adapters.branches import Table
from calculators.adapters.findings import Finding, found

LV_KV = 1.0
LV_LENGTH_KM, LENGTH_KM = 3.0, 100.0
R_OHM_PER_KM = (0.01, 25.0)
X_OVER_R = (0.01, 20.0)
I_MAX_KA = (0.005, 5.0)
C_NF_PER_KM = 2_000.0
LV_TRAFO_MVA, TRAFO_MVA = 10.0, 1_000.0
VK_PERCENT, VKR_PERCENT, PFE_SHARE = (1.0, 30.0), 5.0, 0.03
LV_LOAD_MW, LOAD_MW = 2.0, 200.0
Q_OVER_P = 3.0


def findings(tables: Mapping[str, Table]) -> list[Finding]:
    """Return what looks like a wrong unit, most serious tables first.

    Parameters
    ----------
    tables : mapping of str to Table
        In pandapower's columns; every bus named in them exists.
    """
    bus = tables.get("bus", Table([], {}))
    vn = dict(zip(bus.index, bus.numbers("vn_kv").tolist(), strict=True))
    checks = (("line", _lines), ("trafo", _trafos), ("load", _loads), ("sgen", _sgens))
    return [
        finding
        for kind, check in checks
        if kind in tables
        for finding in check(tables[kind], _voltage(tables[kind], kind, vn))
    ]


def _voltage(table: Table, kind: str, vn: Mapping[int, float]) -> np.ndarray:
    side = {"line": "from_bus", "trafo": "lv_bus"}.get(kind, "bus")
    return np.array([vn.get(one, np.nan) for one in table.columns.get(side, [])], dtype=float)


def _lines(line: Table, vn: np.ndarray) -> list[Finding]:
    live = line.flags("in_service")
    length, r, x = line.numbers("length_km"), line.numbers("r_ohm_per_km"), line.numbers("x_ohm_per_km")
    per_km = live & (line.numbers("length_assumed", 0.0) == 0)  # else the values are of the whole line
    i_max, c = line.numbers("max_i_ka"), line.numbers("c_nf_per_km", 0.0)
    with np.errstate(all="ignore"):
        long = np.flatnonzero(live & (length > np.where(vn <= LV_KV, LV_LENGTH_KM, LENGTH_KM)))
        flat = np.flatnonzero(live & (r == 0))
        short = (r < R_OHM_PER_KM[0]) & (length < 0.9) & (r / length > R_OHM_PER_KM[0])
        small = np.flatnonzero(per_km & (vn < 60) & (r > 0) & (short | (r < R_OHM_PER_KM[0] / 20)))
        large = np.flatnonzero(per_km & (r > R_OHM_PER_KM[1]))
        ratio = np.where(r > 0, x / r, np.nan)
        odd = np.flatnonzero(live & ((ratio < X_OVER_R[0]) | (ratio > X_OVER_R[1]) | (x < 0)))
        much = np.flatnonzero(live & (i_max > I_MAX_KA[1]))
        little = np.flatnonzero(live & (i_max > 0) & (i_max < I_MAX_KA[0]))
        charged = np.flatnonzero(per_km & (c > C_NF_PER_KM))
    drop = "Voltage drop and losses would be"
    out = found(
        "length-unit", "warning", line, "line", long,
        f"length_km is {_first(length, long)} km.", f"{drop} 1,000 times too large if that is in metres.",
        "If so, divide length_km by 1000.",
    )  # fmt: skip
    out += found(
        "r-zero", "warning", line, "line", flat, "r_ohm_per_km is 0.",
        "The line has no losses and hardly any voltage drop.", "Enter the resistance, or use a bus-bus switch.",
    )  # fmt: skip
    total = (
        f"that would be {r[small[0]] / length[small[0]]:.3g} ohm/km"
        if small.size and length[small[0]]
        else ""
    )
    out += found(
        "r-unit", "warning", line, "line", small, f"r_ohm_per_km is {_first(r, small)} ohm/km, less than any cable has.",
        f"{drop} far too small if it is the line's total in ohm{total}, or in ohm/m.",
        "Give ohm per kilometre: divide a total by length_km, multiply ohm/m by 1000.",
    )  # fmt: skip
    out += found(
        "r-unit", "warning", line, "line", large, f"r_ohm_per_km is {_first(r, large)} ohm/km, more than any cable has.",
        f"{drop} far too large if that is in milliohm per km.", "Give ohm per kilometre: divide milliohm by 1000.",
    )  # fmt: skip
    out += found(
        "x-over-r", "warning", line, "line", odd,
        f"x is {_first(x, odd)} and r {_first(r, odd)} ohm/km: x/r outside {X_OVER_R[0]:g} to {X_OVER_R[1]:g}.",
        "The split of the voltage drop between active and reactive power would be wrong.",
        "Check that both are in ohm per kilometre and not exchanged.",
    )  # fmt: skip
    loading = "The line's loading would be 1,000 times too"
    out += found(
        "current-unit", "warning", line, "line", much, f"max_i_ka is {_first(i_max, much)} kA.",
        f"{loading} small if that is in ampere.", "If so, divide max_i_ka by 1000.",
    )  # fmt: skip
    out += found(
        "current-unit", "warning", line, "line", little, f"max_i_ka is {_first(i_max, little)} kA.",
        f"{loading} large if that is kiloampere given as ampere.", "If so, multiply max_i_ka by 1000.",
    )  # fmt: skip
    return out + found(
        "capacitance-unit", "warning", line, "line", charged, f"c_nf_per_km is {_first(c, charged)} nF/km.",
        "Charging would raise the voltage if that is in another unit.", "Give nanofarad per kilometre.",
    )  # fmt: skip


def _trafos(trafo: Table, vn: np.ndarray) -> list[Finding]:
    live = trafo.flags("in_service")
    sn, vk, vkr = trafo.numbers("sn_mva"), trafo.numbers("vk_percent"), trafo.numbers("vkr_percent")
    iron = trafo.numbers("pfe_kw", 0.0)
    with np.errstate(all="ignore"):
        large = np.flatnonzero(live & (sn > np.where(vn <= LV_KV, LV_TRAFO_MVA, TRAFO_MVA)))
        small = np.flatnonzero(live & (sn > 0) & (sn < 0.005))
        odd = np.flatnonzero(live & ((vk < VK_PERCENT[0]) | (vk > VK_PERCENT[1])))
        copper = np.flatnonzero(live & (vkr > VKR_PERCENT))
        hot = np.flatnonzero(live & (iron > PFE_SHARE * sn * 1e3))
    loading = "Its loading and voltage drop would be 1,000 times too"
    out = found(
        "rating-unit", "warning", trafo, "trafo", large, f"sn_mva is {_first(sn, large)} MVA.",
        f"{loading} small if that is in kVA.", "If so, divide sn_mva by 1000.",
    )  # fmt: skip
    out += found(
        "rating-unit", "warning", trafo, "trafo", small, f"sn_mva is {_first(sn, small)} MVA.",
        f"{loading} large if that is MVA given as kVA.", "If so, multiply sn_mva by 1000.",
    )  # fmt: skip
    out += found(
        "vk", "warning", trafo, "trafo", odd,
        f"vk_percent is {_first(vk, odd)} %: outside {VK_PERCENT[0]:g} to {VK_PERCENT[1]:g} %.",
        "The voltage drop over the transformer would be wrong in the same proportion.",
        "Give percent: multiply a value per unit by 100.",
    )  # fmt: skip
    out += found(
        "vkr", "warning", trafo, "trafo", copper, f"vkr_percent is {_first(vkr, copper)} %: above {VKR_PERCENT:g} %.",
        "Losses and voltage drop would be too large.", "Give copper losses over rated power in percent, not kW.",
    )  # fmt: skip
    return out + found(
        "iron-unit", "warning", trafo, "trafo", hot, f"pfe_kw is {_first(iron, hot)} kW: above 3 % of the rating.",
        "Losses would be too large if that is in watt.", "If so, divide pfe_kw by 1000.",
    )  # fmt: skip


def _loads(load: Table, vn: np.ndarray) -> list[Finding]:
    live, scaling = load.flags("in_service"), load.numbers("scaling", 1.0)
    p, q = load.numbers("p_mw", 0.0) * scaling, load.numbers("q_mvar", 0.0) * scaling
    big = np.flatnonzero(live & (np.abs(p) > np.where(vn <= LV_KV, LV_LOAD_MW, LOAD_MW)))
    reactive = np.flatnonzero(live & (p != 0) & (np.abs(q) > Q_OVER_P * np.abs(p)))
    out = found(
        "power-unit", "warning", load, "load", big, f"its power is {_first(p * 1e3, big)} kW.",
        "Loading and voltage drop would be 1,000 times too large if that is kW given as MW.",
        "If so, divide p_mw and q_mvar by 1000.",
    )  # fmt: skip
    return out + found(
        "reactive", "warning", load, "load", reactive,
        f"its reactive power {_first(q * 1e3, reactive)} kvar is more than {Q_OVER_P:g} times its active power.",
        "Voltage drop would be too large if the units differ.", "Give both in the same unit.",
    )  # fmt: skip


def _sgens(sgen: Table, vn: np.ndarray) -> list[Finding]:
    p = sgen.numbers("p_mw", 0.0) * sgen.numbers("scaling", 1.0)
    live = sgen.flags("in_service")
    big = np.flatnonzero(live & (np.abs(p) > np.where(vn <= LV_KV, LV_LOAD_MW, LOAD_MW)))
    drawing = np.flatnonzero(live & (p < 0))
    out = found(
        "power-unit", "warning", sgen, "sgen", big, f"its power is {_first(p * 1e3, big)} kW.",
        "Loading and voltage rise would be 1,000 times too large if that is kW given as MW.",
        "If so, divide p_mw and q_mvar by 1000.",
    )  # fmt: skip
    return out + found(
        "generator-sign", "warning", sgen, "sgen", drawing, f"its power is {_first(p * 1e3, drawing)} kW: it draws.",
        "Feed-in of a static generator is positive; this one loads the network.", "Change the sign of p_mw.",
    )  # fmt: skip


def _first(values: np.ndarray, rows: np.ndarray) -> str:
    return f"{values[rows[0]]:.6g}" if rows.size else ""
