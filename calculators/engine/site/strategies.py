"""All ways to charge at one site or street, side by side on the same random weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from calculators.engine.errors import InputError, Problem
from calculators.engine.outcome import Driver, Estimate, Finding, Outcome, Progress, Steps
from calculators.engine.site.place import DT_H, N_T, WEEK, Site, around_peak
from calculators.engine.site.plans import Case, Choices, Week, charge_week, draw_week, rows_for

CHANGED = 0.03
"""A peak within this share of the one without control is called the same."""
MISSED = 0.005
"""Share of the energy from which missing it is a warning."""
LIMITED = ("static-cap", "share-equal", "share-fcfs", "share-edf", "share-llf")
VALUES = (
    "charged_kwh",
    "short_kwh",
    "short_percent",
    "late_percent",
    "wait_h",
    "window_kw",
    "rebound_kw",
    "steepest_kw",
    "fairness",
    "ct_per_kwh",
    "g_per_kwh",
)
N_DRIVER = 4


def compare(
    *,
    kind: str,
    n_evse: int,
    evse_kw: float,
    use_percent: float,
    strategy: str,
    n_home: int,
    household_kwh: float,
    other_kw: float,
    limit_kw: float,
    window_from_h: float,
    window_to_h: float,
    pv_kwp: float,
    sun_percent: float,
    battery_kwh: float,
    v2g_percent: float,
    override_percent: float,
    depot_km: float,
    depot_kwh_per_km: float,
    depot_back_h: float,
    depot_spread_h: float,
    depot_leave_h: float,
    n_draws: int,
    parameters: Mapping[str, Any],
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> Outcome:
    """Draw who charges, charge by every strategy, say what each does to the peak and to the drivers.

    Parameters
    ----------
    kind : str
        "home", "workplace", "kerbside" or "depot".
    n_evse, evse_kw, use_percent
        EVSEs, power of each [kW], use over the usual of the kind [%].
    strategy : str
        The row of `PLANS` the answer sentence is about.
    n_home, household_kwh, other_kw
        Homes on the same supply (street only), yearly use of each [kWh], highest load of a building [kW].
    limit_kw : float
        Limit of the site for the strategies that keep one. [kW]
    window_from_h, window_to_h : float
        Hours without charging, and in which the grid operator dims. [h]
    pv_kwp, sun_percent
        Solar power, and the share of a clear winter sky it sees. [kW, %]
    battery_kwh, v2g_percent, override_percent
        Usable battery [kWh], cars that can give back [%], drivers who charge at once [%].
    depot_km, depot_kwh_per_km, depot_back_h, depot_spread_h, depot_leave_h
        Timetable of a depot.
    n_draws : int
    parameters, rng, progress

    Returns
    -------
    Outcome

    Raises
    ------
    InputError
        If solar charging is asked for without solar power, or a timetable is impossible.
    """
    site = Site(
        kind=kind,
        n_evse=n_evse,
        evse_kw=evse_kw,
        use_share=use_percent / 100,
        parameters=parameters,
        n_home=n_home,
        household_kwh=household_kwh,
        other_kw=other_kw,
        pv_kwp=pv_kwp,
        sun_share=sun_percent / 100,
        back_h=depot_back_h,
        leave_h=depot_leave_h,
        spread_h=depot_spread_h,
        km=depot_km,
        kwh_per_km=depot_kwh_per_km,
    )
    choices = Choices(
        (window_from_h, window_to_h), limit_kw, battery_kwh, v2g_percent / 100, override_percent / 100
    )
    codes = rows_for(site)
    if strategy not in codes:
        raise InputError(
            Problem("no-sun", "charging from the sun needs solar power, and the site has none.", "pv_kwp",
                    "Enter the solar power of the site, or choose another strategy.")
        )  # fmt: skip
    seeds = [int(seed) for seed in rng.integers(0, 2**63, size=n_draws)]
    step = Steps(progress, n_draws + 2 * N_DRIVER)
    weeks, draws = [], []
    for seed in seeds:
        weeks.append(draw_week(site, choices, seed))
        draws.append(charge_week(weeks[-1], codes))
        if not step():
            break
    found = Comparison(strategy, codes, weeks, draws)
    drivers = () if step.stopped else _drivers(site, choices, strategy, seeds[found.middle], step)
    return found.outcome(drivers, stopped=step.stopped)


@dataclass(frozen=True)
class Comparison:
    """All random weeks of one run, each charged in all ways."""

    strategy: str
    codes: tuple[str, ...]
    weeks: list[Week]
    draws: list[dict[str, Case]]

    @cached_property
    def peaks(self) -> dict[str, np.ndarray]:
        """Highest load of the site in each draw, by case. [kW]"""
        return {code: np.array([draw[code].peak_kw for draw in self.draws]) for code in self.codes}

    @cached_property
    def other_peak_kw(self) -> float:
        """Highest load without any charging, median of the draws."""
        return float(np.median([week.base_kw[WEEK].max() for week in self.weeks]))

    @cached_property
    def middle(self) -> int:
        """The draw whose peak lies in the middle, by the chosen strategy."""
        return int(np.argsort(self.peaks[self.strategy], kind="stable")[(len(self.draws) - 1) // 2])

    def of(self, code: str, name: str) -> np.ndarray:
        """One number of one case in each draw."""
        return np.array([getattr(draw[code], name) for draw in self.draws], dtype=float)

    def median(self, code: str, name: str = "peak_kw") -> float:
        """Return the median of one number of one case."""
        return float(np.median(self.of(code, name)))

    @cached_property
    def values(self) -> dict[str, Estimate]:
        """Results of the chosen strategy."""
        mine, free = self.peaks[self.strategy], self.peaks["uncontrolled"]
        saved = np.divide(free - mine, free, out=np.zeros_like(free), where=free > 0)
        return {
            "peak_kw": Estimate.of_draws(mine),
            "saved_percent": Estimate.of_draws(100 * saved),
            **{name: Estimate.of_draws(self.of(self.strategy, name)) for name in VALUES},
        }

    @cached_property
    def verdict(self) -> str:
        """Whether the chosen strategy lowers the peak."""
        if self.median("uncontrolled", "charged_kwh") <= 0:
            return "idle"
        if self.strategy == "uncontrolled":
            return "free"
        mine, free = self.median(self.strategy), self.median("uncontrolled")
        if mine > free * (1 + CHANGED):
            return "higher"
        if mine >= free * (1 - CHANGED):
            return "same"
        return "lower" if self.values["short_percent"].value > 0 else "lower-all"

    def outcome(self, drivers: tuple[Driver, ...], *, stopped: bool) -> Outcome:
        """Return the answer of the calculator."""
        return Outcome(
            verdict=self.verdict,
            values=self.values,
            series={**self._lines(), **self._table()},
            words=self._words(),
            warnings=self._warnings(stopped),
            drivers=drivers,
            partial=stopped,
        )

    def _lines(self) -> dict[str, np.ndarray]:
        draw = self.draws[self.middle]
        shown = around_peak(draw["uncontrolled"].total_kw)
        lines = {f"load-{code}": draw[code].total_kw[shown] for code in self.codes}
        return {
            "hour": (np.arange(N_T) * DT_H)[shown],
            "load-other": self.weeks[self.middle].base_kw[WEEK][shown],
            **lines,
            "other_peak": np.array([self.other_peak_kw]),
        }

    def _table(self) -> dict[str, np.ndarray]:
        bands = [Estimate.of_draws(self.peaks[code]) for code in self.codes]
        columns = {
            f"case_{name}": np.array([self.median(code, name) for code in self.codes]) for name in VALUES
        }
        return {
            "case": np.array(self.codes),
            "case_peak": np.array([band.value for band in bands]),
            "case_low": np.array([band.p10 for band in bands]),
            "case_high": np.array([band.p90 for band in bands]),
            **columns,
        }

    def _words(self) -> dict[str, float | str]:
        names = {
            "free": "uncontrolled",
            "window": "window",
            "smart": "valley-filling",
            "v2g": "v2g-flat",
            "spread": "window-spread",
        }
        lost = {
            "dimmed": "dso-dimming",
            "lost_low": "dimming-lost-low",
            "lost_full": "dimming-lost-full",
        }
        return {
            **{f"{word}_kw": f"{self.median(code):,.0f}" for word, code in names.items()},
            **{f"{word}_kw": f"{self.median(code, 'window_kw'):,.0f}" for word, code in lost.items()},
            "other_peak_kw": f"{self.other_peak_kw:,.0f}",
            "change_percent": f"{abs(self.values['saved_percent'].value):.0f}",
            "n_draws_done": str(len(self.draws)),
            "n_session": f"{np.median([len(week.sessions) for week in self.weeks]) * 7 / 9:.0f}",
            "dim_kw": f"{self.weeks[0].dimmed_kw.min():.1f}",
        }

    def _warnings(self, stopped: bool) -> tuple[Finding, ...]:
        found = []
        if stopped:
            found.append(Finding("stopped"))
        missed = self.values["short_kwh"].value > MISSED * max(self.values["charged_kwh"].value, 1e-9)
        worst = self.draws[self.middle][self.strategy].worst
        if self.strategy in LIMITED and self.weeks[0].choices.limit_kw < self.other_peak_kw:
            found.append(Finding("limit-below-base"))
        elif self.strategy in LIMITED and missed:
            found.append(Finding("limit-short"))
        elif missed and worst is not None:
            found.append(
                Finding(
                    "leaves-short",
                    {"worst_kwh": f"{worst.short_kwh:.1f}", "worst_minutes": f"{worst.minutes:.0f}"},
                )
            )
        if self.median("window") > self.median("uncontrolled") * (1 + CHANGED):
            found.append(Finding("rebound"))
        if self.strategy in ("dso-dimming", "dimming-lost-full") and (
            self.median("dimming-lost-full", "window_kw")
            > self.median("dso-dimming", "window_kw") * (1 + CHANGED)
        ):
            found.append(Finding("lost-signal"))
        return tuple(found)


def _drivers(site: Site, choices: Choices, strategy: str, seed: int, step: Steps) -> tuple[Driver, ...]:
    """Peak of the chosen strategy at a low and a high value of each main input, same draw."""
    week = draw_week(site, choices, seed)
    use, override = site.use_share, choices.override_share
    ranges = {
        "evse_kw": [_at_power(week, factor) for factor in (0.5, 2.0)],
        "use_percent": [
            draw_week(replace(site, use_share=use * factor), choices, seed) for factor in (0.5, 1.5)
        ],
        "other": [replace(week, load_kw=week.load_kw * factor) for factor in (0.8, 1.2)],
        "override_percent": [
            draw_week(site, replace(choices, override_share=share), seed)
            for share in (max(override - 0.2, 0.0), min(override + 0.2, 1.0))
        ],
    }
    drivers = []
    for name, ends in ranges.items():
        peaks = []
        for changed in ends:
            peaks.append(charge_week(changed, (strategy,))[strategy].peak_kw)
            if not step():
                return ()
        drivers.append(Driver(name, *peaks))
    return tuple(sorted(drivers, key=lambda driver: -abs(driver.high - driver.low)))


def _at_power(week: Week, factor: float) -> Week:
    """Return the same sessions at points of another power."""
    sessions = replace(
        week.sessions,
        p_max_kw=week.sessions.p_max_kw * factor,
        p_discharge_kw=week.sessions.p_discharge_kw * factor,
    )
    return replace(week, site=replace(week.site, evse_kw=week.site.evse_kw * factor), sessions=sessions)
