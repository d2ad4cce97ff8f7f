"""From the random weeks to the answer: medians and bands, what binds, and the series that are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calculators.engine.grid import Network
from calculators.engine.grid.layout import tree_layout
from calculators.engine.neighbourhood.week import DT_H, N_T, Assumptions, Case
from calculators.engine.outcome import Driver, Estimate, Finding, Outcome


@dataclass(frozen=True)
class Weeks:
    """All random weeks of one run, each with all its cases."""

    network: Network
    base: Assumptions
    cases: tuple[str, ...]
    draws: list[dict[str, Case]]
    strategy: str
    planning_pu: float

    @cached_property
    def middle(self) -> int:
        """The draw whose uncontrolled transformer peak is the median one."""
        return int(np.argsort(self.peaks["uncontrolled"], kind="stable")[len(self.draws) // 2])

    @property
    def week(self) -> dict[str, Case]:
        """Return the middle draw."""
        return self.draws[self.middle]

    @property
    def mine(self) -> list[Case]:
        """Return the chosen case of every draw."""
        return [draw[self.strategy] for draw in self.draws]

    @cached_property
    def peaks(self) -> dict[str, np.ndarray]:
        """Highest transformer loading of each draw, by case. [%]"""
        return {
            case: np.array([draw[case].trafo_percent.max() for draw in self.draws]) for case in self.cases
        }

    def medians(self, case: str) -> tuple[float, float, float, float, float]:
        """Return transformer and line peak [%], lowest voltage [pu], hours outside a limit, energy missed [kWh]."""
        draws = [draw[case] for draw in self.draws]
        rows = [
            (
                one.trafo_percent.max(),
                one.line_percent.max(),
                one.vm_min_pu.min(),
                one.hours_above(self.planning_pu),
                one.short_kwh,
            )
            for one in draws
        ]
        trafo, line, voltage, hours, short = np.median(np.array(rows), axis=0)
        return float(trafo), float(line), float(voltage), float(hours), float(short)

    @cached_property
    def values(self) -> dict[str, Estimate]:
        """Results of the chosen case, each with its band over the draws."""
        of = Estimate.of_draws
        return {
            "trafo_peak_percent": of(self.peaks[self.strategy]),
            "line_peak_percent": of(np.array([case.line_percent.max() for case in self.mine])),
            "vm_min_pu": of(np.array([case.vm_min_pu.min() for case in self.mine])),
            "hours_above": of(np.array([case.hours_above(self.planning_pu) for case in self.mine])),
            "peak_kw": of(np.array([case.feeder_kw.max() for case in self.mine])),
            "charged_kwh": of(np.array([case.charged_kwh for case in self.mine])),
            "short_kwh": of(np.array([case.short_kwh for case in self.mine])),
        }

    @cached_property
    def verdict(self) -> str:
        """Which limit the median breaks; "tight" when only part of the band does, "fits" when none."""
        trafo, line, voltage = (
            self.values[name] for name in ("trafo_peak_percent", "line_peak_percent", "vm_min_pu")
        )
        if trafo.value > 100:
            return "transformer"
        if line.value > 100:
            return "line"
        if voltage.value < self.planning_pu:
            return "voltage"
        tight = (trafo.p90 or 0) > 100 or (line.p90 or 0) > 100 or (voltage.p10 or 1) < self.planning_pu
        return "tight" if tight else "fits"


def outcome(weeks: Weeks, drivers: tuple[Driver, ...], tried: Mapping[str, Case]) -> Outcome:
    """Return the answer of the calculator."""
    return Outcome(
        verdict=weeks.verdict,
        values=weeks.values,
        series={**_lines(weeks), **_feeder(weeks), **_cases(weeks), **_measures(weeks, tried)},
        words=_words(weeks),
        warnings=_warnings(weeks, stopped=not drivers),
        drivers=drivers,
        partial=not drivers,
    )


def _warnings(weeks: Weeks, stopped: bool) -> tuple[Finding, ...]:
    found = []
    floor_pu = float(weeks.base.entry("en50160_low_voltage_floor"))
    if weeks.values["vm_min_pu"].value < floor_pu:
        found.append(Finding("below-en50160", {"floor_pu": f"{floor_pu:.2f}"}))
    if weeks.values["short_kwh"].value > 0.005 * max(weeks.values["charged_kwh"].value, 1e-9):
        found.append(Finding("drivers-short"))
    if stopped:
        found.append(Finding("stopped", {"done": str(len(weeks.draws))}))
    return tuple(found)


def _lines(weeks: Weeks) -> dict[str, np.ndarray]:
    week = weeks.week
    return {
        "hour": np.arange(N_T) * DT_H,
        **{f"trafo-{case}": week[case].trafo_percent for case in weeks.cases},
        **{f"voltage-{case}": week[case].vm_min_pu for case in weeks.cases},
        "hundred": np.array([100.0]),
        "planning": np.array([weeks.planning_pu]),
    }


def _feeder(weeks: Weeks) -> dict[str, np.ndarray]:
    """Each live line with its place on paper and its median highest loading over the draws."""
    layout = tree_layout(weeks.network)
    live = np.isfinite(layout.x_from)
    loading = np.median([case.line_max_percent for case in weeks.mine], axis=0)
    return {
        "line_x_from": layout.x_from[live] * 1e3,
        "line_y_from": layout.y_from[live],
        "line_x_to": layout.x_to[live] * 1e3,
        "line_y_to": layout.y_to[live],
        "line_name": np.array(weeks.network.line_names, dtype=object)[live],
        "line_loading": loading[live],
    }


def _cases(weeks: Weeks) -> dict[str, np.ndarray]:
    columns = ("case_trafo", "case_line", "case_voltage", "case_hours", "case_short")
    rows = np.array([weeks.medians(case) for case in weeks.cases])
    return {"case": np.array(weeks.cases), **dict(zip(columns, rows.T, strict=True))}


def _measures(weeks: Weeks, tried: Mapping[str, Case]) -> dict[str, np.ndarray]:
    """The middle week without and with each measure; empty when no limit is broken."""
    rows: dict[str, Case] = {"as-is": weeks.week[weeks.strategy], **tried} if tried else {}
    hours = {name: case.hours_above(weeks.planning_pu) for name, case in rows.items()}
    return {
        "measure": np.array(list(rows)),
        "measure_trafo": np.array([case.trafo_percent.max() for case in rows.values()]),
        "measure_line": np.array([case.line_percent.max() for case in rows.values()]),
        "measure_voltage": np.array([case.vm_min_pu.min() for case in rows.values()]),
        "measure_hours": np.array(list(hours.values())),
        "measure_enough": np.array(["yes" if value == 0 else "no" for value in hours.values()]),
    }


def _words(weeks: Weeks) -> dict[str, float | str]:
    network, week = weeks.network, weeks.week
    homes = network.n_load * weeks.base.homes_per_connection
    loading = np.median([case.line_max_percent for case in weeks.mine], axis=0)
    lowest = {case: weeks.medians(case)[2] for case in weeks.cases}
    trafo = {case: float(np.median(weeks.peaks[case])) for case in weeks.cases}
    return {
        "n_ev": str(round(weeks.base.ev_share * homes)),
        "n_home": str(homes),
        "no_car_percent": f"{trafo['none']:.0f}",
        "uncontrolled_percent": f"{trafo['uncontrolled']:.0f}",
        "window_percent": f"{trafo['window']:.0f}",
        "smart_percent": f"{trafo['valley-filling']:.0f}",
        "uncontrolled_voltage": f"{lowest['uncontrolled']:.3f}",
        "smart_voltage": f"{lowest['valley-filling']:.3f}",
        "planning_pu": f"{weeks.planning_pu:.3f}",
        "worst_line": network.line_names[int(loading.argmax())] if loading.size else "-",
        "n_line_full": str(int((loading > 100).sum())),
        "n_line": str(int(np.isfinite(loading).sum())),
        "worst_bus": network.bus_names[week[weeks.strategy].worst_bus],
        "n_draws_done": str(len(weeks.draws)),
    }
