"""The audit of a network file: what is in it, what would spoil the result, and what comes out at its own loads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from calculators.adapters import units
from calculators.adapters.checked import NetworkTables
from calculators.adapters.findings import Finding, found, label
from calculators.adapters.geojson import in_degrees
from calculators.adapters.structure import Structure
from calculators.engine.errors import InputError, SolveError
from calculators.engine.grid import Network, Solution, solve

FAR_ABOVE = 1.5
"""Loads over transformer rating from which a wrong unit or a sum of peaks is more likely than an overload."""

FAR_BELOW = 1e-3
STEADY_VM_PU = (0.9, 1.1)
ORDER = ("error", "warning", "note")


@dataclass(frozen=True)
class Audit:
    """Everything `audit` found.

    Attributes
    ----------
    name : str
        The file's name.
    facts : dict
        Counts and sums, plain JSON types.
    findings : tuple of Finding
        Errors first.
    base_case : dict or None
        Voltages and loading at the loads in the file; None when they cannot be calculated.
    """

    name: str
    facts: dict[str, Any]
    findings: tuple[Finding, ...]
    base_case: dict[str, Any] | None

    @property
    def usable(self) -> bool:
        """Whether the network can be calculated."""
        return not any(one.severity == "error" for one in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Return the audit as plain JSON types."""
        return {
            "name": self.name, "usable": self.usable, "facts": self.facts,
            "findings": [one.as_dict() for one in self.findings], "base_case": self.base_case,
        }  # fmt: skip


def audit(tables: NetworkTables) -> Audit:
    """Look at a network as an engineer would before trusting its results.

    Parameters
    ----------
    tables : NetworkTables
        Checked tables of any format.

    Returns
    -------
    Audit
        Never raises for what is wrong with the network: that is what it reports.
    """
    errors: list[Finding] = []
    network = None
    try:
        network = tables.network()
    except InputError as error:
        errors = [
            Finding(one.code, "error", one.where.removeprefix(f"{tables.name}, "), one.message,
                    "The network cannot be calculated.", one.smallest_fix)
            for one in error.problems
        ]  # fmt: skip
    if any(one.code in {"bus-missing", "empty"} for one in errors):
        return Audit(tables.name, {"buses": len(tables.tables.get("bus", []))}, tuple(errors), None)
    structure = Structure(tables.tables)
    suspicious = units.findings(tables.tables)
    told = {str(one) for one in suspicious}
    notes = [*tables.notes, *(note for note in (network.notes if network else ()) if note not in told)]
    results, collapse = _base_case(network)
    findings = [
        *errors, *collapse, *suspicious, *_supply(structure), *_transformers(structure),
        *_lines(structure), *_names(structure, tables), *(Finding("note", "note", "", note, "") for note in notes),
        *_assumed(network),
    ]  # fmt: skip
    findings = [replace(one, message=tables.said(one.message)) for one in findings]
    findings.sort(key=lambda one: ORDER.index(one.severity))
    return Audit(tables.name, _facts(structure, tables), tuple(findings), results)


def base_case(network: Network) -> Solution:
    """Return the power flow at the loads in the file.

    Raises
    ------
    SolveError
        The loads cannot be carried.
    """
    return solve(network, network.p_load_kw[:, None], network.q_load_kvar[:, None])


def _base_case(network: Network | None) -> tuple[dict[str, Any] | None, list[Finding]]:
    if network is None:
        return None, []
    try:
        solution = base_case(network)
    except SolveError as error:
        effect = "The network cannot carry these loads at any voltage; smaller loads can still be calculated."
        return None, [
            Finding("no-solution", "warning", "", error.problems[0].message, effect, "Check their unit.")
        ]
    vm, line, trafo = solution.vm_min_pu, solution.line_max_percent, solution.trafo_max_percent
    low, high = int(np.nanargmin(vm)), int(np.nanargmax(vm))
    found_values: dict[str, Any] = {
        "lowest_voltage_pu": float(vm[low]), "lowest_voltage_bus": network.bus_names[low],
        "highest_voltage_pu": float(vm[high]), "highest_voltage_bus": network.bus_names[high],
        "loss_kw": float(solution.loss_kw[0]), "grid_import_kw": float(solution.grid_import_kw[0]),
    }  # fmt: skip
    for kind, values, names in (("line", line, network.line_names), ("trafo", trafo, network.trafo_names)):
        if len(values):
            top = int(np.argmax(values))
            found_values[f"highest_{kind}_loading_percent"] = float(values[top])
            found_values[f"highest_{kind}_loading_at"] = names[top]
    found_values["bus_vm_pu"] = {
        "bus": list(network.bus_names), "vm_pu": [None if one != one else float(one) for one in vm.tolist()],  # noqa: PLR0124
    }  # fmt: skip
    return found_values, []


def _assumed(network: Network | None) -> list[Finding]:
    """Return what three-phase results would rest on; balanced ones do not need it."""
    assumed = network.three_phase.notes if network and network.three_phase else ()
    effect = "Balanced results do not depend on it; three-phase results do."
    return [Finding("three-phase", "note", "", note, effect) for note in assumed]


def _facts(structure: Structure, tables: NetworkTables) -> dict[str, Any]:
    bus, line, trafo = structure.bus, structure.table("line"), structure.table("trafo")
    vn = bus.numbers("vn_kv")
    length = line.numbers("length_km", 0.0) * line.flags("in_service")
    line_vn = vn[structure.line_ends[0]]
    customers = [structure.places(structure.table(kind)) for kind in ("load", "asymmetric_load")]
    at = np.concatenate([rows[live != 0] for rows, live in customers])
    generators = [structure.power(kind)[1] for kind in ("sgen", "asymmetric_sgen")]
    fed = float(sum(kw.sum() for kw in generators))
    running = sum(
        int(structure.places(structure.table(kind))[1].sum()) for kind in ("sgen", "asymmetric_sgen")
    )
    known = not line.numbers("length_assumed", 0.0).any()
    switch = structure.table("switch")
    levels = [
        {
            "vn_kv": float(kv), "buses": int((vn == kv).sum()), "line_km": float(length[line_vn == kv].sum()) if known else None,
            "loads": int((vn[at] == kv).sum()),
        }
        for kv in sorted(set(vn[~np.isnan(vn)].tolist()), reverse=True)
    ]  # fmt: skip
    return {
        "buses": len(bus), "lines": len(line), "line_km": float(length.sum()) if known else None, "transformers": len(trafo),
        "transformer_kva": float(np.nansum(trafo.numbers("sn_mva") * trafo.numbers("parallel", 1.0)
                                           * trafo.flags("in_service")) * 1e3),
        "loads": len(at), "load_kw": float(structure.load_kw.sum() + fed),
        "generators": running, "generation_kw": fed, "switches": len(switch),
        "open_switches": int(len(switch) - switch.flags("closed").sum()), "levels": levels, "f_hz": tables.f_hz,
        "buses_without_supply": int((~structure.supplied).sum()), "islands": structure.islands(),
        "loops": _loops(structure), "with_coordinates": sum(bool(text) for text in bus.texts("geo")),
    }  # fmt: skip


def _loops(structure: Structure) -> int:
    """Return how many branches close a loop among the supplied buses."""
    ends = np.concatenate([structure.live_lines, structure.trafo_ends[:, structure.trafo_on]], axis=1)
    inside = structure.supplied[ends].all(axis=0)
    parts = len(set(structure.whole[structure.supplied].tolist()))
    return int(inside.sum() - structure.supplied.sum() + parts)


def _supply(structure: Structure) -> list[Finding]:
    bus, grid = structure.bus, structure.table("ext_grid")
    dark = np.flatnonzero(structure.live_bus & ~structure.supplied)
    out = found(
        "island", "warning", bus, "bus", dark,
        f"{len(dark)} bus(es) in {structure.islands()} part(s) have no path to the external grid.",
        "They get no voltage; loads there are refused.", "Close the switch or add the line that supplies them.",
    )  # fmt: skip
    vm = grid.numbers("vm_pu", 1.0)
    odd = np.flatnonzero(grid.flags("in_service") & ((vm < STEADY_VM_PU[0]) | (vm > STEADY_VM_PU[1])))
    out += found(
        "supply-voltage", "warning", grid, "ext_grid", odd, f"vm_pu is {vm[odd[0]] if odd.size else 0:g}.",
        "Every voltage in the network shifts with it.", "Enter the voltage the upstream grid holds, per unit.",
    )  # fmt: skip
    vn = bus.numbers("vn_kv")
    below = [
        row for row in structure.fed_bus.tolist() if vn[row] < np.nanmax(vn[structure.live_bus]) * (1 - 1e-9)
    ]
    out += found(
        "supply-level", "note", bus, "bus", below, "the external grid is not at the highest voltage.",
        "Power flows upward through a transformer.", "Check at which bus the network is fed.",
    )  # fmt: skip
    if not any(structure.places(structure.table(kind))[1].any() for kind in ("load", "asymmetric_load")):
        out.append(
            Finding(
                "no-load",
                "warning",
                "",
                "no load is in service.",
                "Results show an empty network.",
                "Add loads.",
            )
        )
    return out


def _transformers(structure: Structure) -> list[Finding]:
    trafo = structure.table("trafo")
    vn = structure.bus.numbers("vn_kv")[structure.trafo_ends]
    rated = np.array([trafo.numbers("vn_hv_kv"), trafo.numbers("vn_lv_kv")])
    live = trafo.flags("in_service")
    with np.errstate(all="ignore"):
        off = np.flatnonzero(live & (np.abs(rated / vn - 1) > 0.2).any(axis=0))
    turned = np.flatnonzero(live & (rated[0] < rated[1]))
    ratings = [
        f"rated {one[0]:g}/{one[1]:g} kV between buses of {at[0]:g} and {at[1]:g} kV."
        for one, at in zip(rated.T, vn.T, strict=True)
    ]
    out = found(
        "trafo-voltage", "warning", trafo, "trafo", off, ratings[off[0]] if off.size else "",
        "Voltages behind it are wrong by the same ratio.", "Enter rated voltages in kV, on the side of their bus.",
    )  # fmt: skip
    out += found(
        "trafo-sides", "warning", trafo, "trafo", turned, "vn_hv_kv is below vn_lv_kv.",
        "Taps act on the wrong side.", "Exchange the two sides.",
    )  # fmt: skip
    loads, rating = structure.load_kw.clip(min=0).sum(), 0.0
    for rows, kva, rated_kva in structure.fed_areas():
        rating += rated_kva
        if kva > rated_kva > 0:
            out += found(
                "load-above-rating", "warning" if kva > FAR_ABOVE * rated_kva else "note", trafo, "trafo", rows,
                f"the loads behind it add up to {kva:,.0f} kVA; its rating is {rated_kva:,.0f} kVA.",
                f"Its loading would be about {kva / rated_kva * 100:,.0f} %.",
                "Check kW against MW; enter simultaneous loads, not the sum of peaks.",
            )  # fmt: skip
    if 0 < loads < FAR_BELOW * rating:
        out.append(
            Finding(
                "load-below-rating", "warning", "load", f"all loads add up to {loads:,.3g} kW, "
                f"{loads / rating * 100:.2g} % of the transformers' rating.",
                "Voltage drop and loading would be far too small if that is MW given as kW.",
                "If so, multiply the loads by 1000.",
            )
        )  # fmt: skip
    return out


def _lines(structure: Structure) -> list[Finding]:
    line, switch, bus = structure.table("line"), structure.table("switch"), structure.bus
    copies, beside = structure.twins()
    out = found(
        "line-duplicate", "warning", line, "line", copies, "another line joins the same buses with the same values.",
        "Together they halve impedance and loading if the line was entered twice.", "Delete one, or keep both if real.",
    )  # fmt: skip
    out += found(
        "line-parallel", "note", line, "line", beside, "another line joins the same buses.",
        "They share the current by their impedances.",
    )  # fmt: skip
    ends = ~structure.line_closed & line.flags("in_service") & structure.live_bus[structure.line_ends]
    opened = [at for at, shut in enumerate(switch.flags("closed")) if not shut and "et" in switch.columns]
    out += found(
        "switch-open", "note", switch, "switch", opened,
        f"{len(opened)} switch(es) are open.", "They part the network there: normal at a separation point of a ring.",
    )  # fmt: skip
    both = np.flatnonzero(ends.all(axis=0))
    out += found(
        "line-loose", "note", line, "line", both, "both ends are open.", "It carries nothing.",
    )  # fmt: skip
    return out + found(
        "dead-end", "note", bus, "bus", structure.dead_ends(), "it ends a line and has neither load nor generation.",
        "It shows the voltage of the line's end without load; a customer may be missing.",
        "Add the missing load, or leave it.",
    )  # fmt: skip


def _names(structure: Structure, tables: NetworkTables) -> list[Finding]:
    out: list[Finding] = []
    for kind in ("bus", "line", "trafo", "load"):
        table = structure.table(kind)
        texts, seen = table.texts("name"), set[str]()
        twice = []
        for row, text in enumerate(texts):
            if text and text in seen:
                twice.append(row)
            seen.add(text)
        out += found(
            "name-twice", "note", table, kind, twice, "another row has the same name.",
            "Results of both carry that name.", "Give each its own.",
        )  # fmt: skip
    if not in_degrees(tables):
        where = label(structure.bus, "bus", 0)
        message = "coordinates are not longitude and latitude in degrees."
        out.append(
            Finding(
                "coordinates", "note", where, message, "Maps cannot place them.", "Convert them to WGS 84."
            )
        )
    return out
