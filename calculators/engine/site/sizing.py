"""How much connection a hub, depot or car park needs, with and without smart charging, battery and sun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from calculators.engine.outcome import Driver, Estimate, Finding, Outcome, Progress, Steps
from calculators.engine.site.needs import Storage, walk_storage
from calculators.engine.site.place import DT_H, N_T, WEEK, Site, around_peak, other_load, sessions_at, sun_kw
from calculators.engine.site.sizing_week import (
    TERMS,
    Need,
    Terms,
    draw_need,
    two_levels,
    with_storage,
)

LITTLE = 0.1
"""Smart charging that saves less than this share of the connection is called little."""
ALONE = 0.05
"""A connection within this share of the other load alone is set by that load."""
SIX_AMPERES_KW = 4.14
"""6 A on three phases, the least a car charges with on three phases. [kW]"""
N_DRIVER = 4
MEASURES = ("as-is", "half-power", "miss-5", "battery-1h", "no-base")


def size(
    *,
    kind: str,
    n_evse: int,
    evse_kw: float,
    use_percent: float,
    other_kw: float,
    n_home: int,
    household_kwh: float,
    pv_kwp: float,
    sun_percent: float,
    battery_kwh: float,
    battery_kw: float,
    battery_efficiency_percent: float,
    missed_percent: float,
    busy_from_h: float,
    busy_to_h: float,
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
    """Draw who charges and look for the smallest connection that serves them.

    Parameters
    ----------
    kind : str
        "home", "workplace", "kerbside", "destination", "rapid" or "depot".
    n_evse, evse_kw, use_percent
        EVSEs, power of each [kW], use over the usual of the kind [%].
    other_kw, n_home, household_kwh
        Highest load of a building [kW]; homes behind the connection ("home" only), yearly use of each [kWh].
    pv_kwp, sun_percent
        Solar power, and the share of a clear January sky counted on. [kW, %]
    battery_kwh, battery_kw, battery_efficiency_percent
        Battery beside the points; there and back. [kWh, kW, %]
    missed_percent : float
        Energy that may be missed. [%]
    busy_from_h, busy_to_h : float
        Hours in which the grid is busy, for two-level terms. [h]
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
        If a timetable is impossible.
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
    eta = (battery_efficiency_percent / 100) ** 0.5
    terms = Terms(missed_percent / 100, Storage(battery_kwh, battery_kw, eta), (busy_from_h, busy_to_h))
    seeds = [int(seed) for seed in rng.integers(0, 2**63, size=n_draws)]
    step = Steps(progress, 2 * n_draws + 2 * N_DRIVER + len(MEASURES))
    needs = []
    for seed in seeds:
        needs.append(draw_need(site, terms, seed))
        if not step():
            break
    sizing = Sizing(site, terms, needs, seeds)
    levels = {} if step.stopped else _levels(sizing, step)
    drivers = () if step.stopped else _drivers(sizing, step)
    measures = {} if step.stopped else _measures(sizing, step)
    return sizing.outcome(levels, drivers, measures, stopped=step.stopped)


@dataclass(frozen=True)
class Sizing:
    """All random weeks of one run."""

    site: Site
    terms: Terms
    needs: list[Need]
    seeds: list[int]

    @cached_property
    def cases(self) -> dict[str, np.ndarray]:
        """Connection of each week, by case. [kW]"""
        found = {
            "uncontrolled": np.array([need.uncontrolled for need in self.needs]),
            "static-cap": np.array([need.static_cap for need in self.needs]),
            "share-edf": np.array([need.sharing for need in self.needs]),
            "valley-filling": np.array([need.smart for need in self.needs]),
        }
        if not self.terms.storage.useless:
            found["free-storage"] = with_storage(self.needs, self.terms.storage, smart=False)
            found["smart-storage"] = with_storage(self.needs, self.terms.storage, smart=True)
        return found

    @cached_property
    def smart(self) -> Estimate:
        """Connection with smart charging, without a battery."""
        return Estimate.of_draws(self.cases["valley-filling"])

    @cached_property
    def middle(self) -> int:
        """The week whose connection lies in the middle."""
        return int(np.argsort(self.cases["valley-filling"], kind="stable")[(len(self.needs) - 1) // 2])

    @cached_property
    def export_kw(self) -> float:
        """Feed-in on a clear day in June with nobody charging, less the other load as in the middle week."""
        need = self.needs[self.middle]
        load = need.base_kw + sun_kw(self.site)
        return max(float((sun_kw(self.site, summer=True) - load)[WEEK].max()), 0.0)

    @cached_property
    def values(self) -> dict[str, Estimate]:
        """Results, each with its band over the weeks."""
        of, cases = Estimate.of_draws, self.cases
        smart = cases["valley-filling"]
        free = cases["uncontrolled"]
        saved = np.divide(free - smart, free, out=np.zeros_like(free), where=free > 0)
        return {
            "smart_kw": self.smart,
            "uncontrolled_kw": of(free),
            "static_kw": of(cases["static-cap"]),
            "sharing_kw": of(cases["share-edf"]),
            "storage_kw": of(cases.get("smart-storage", smart)),
            "saved_percent": of(100 * saved),
            "charged_kwh": of(np.array([need.charged_kwh for need in self.needs])),
            "beyond_percent": of(np.array([need.beyond_percent for need in self.needs])),
            "export_kw": Estimate(self.export_kw),
        }

    def terms_found(self, levels: Mapping[float, np.ndarray]) -> dict[str, Estimate]:
        """Firm power and power outside the busy hours; one level for both when the run was stopped before."""
        if not levels:
            return {"firm_kw": self.smart, "outside_kw": self.smart}
        firm, outside = levels[TERMS[-1]].T
        return {"firm_kw": Estimate.of_draws(firm), "outside_kw": Estimate.of_draws(outside)}

    @property
    def too_weak(self) -> bool:
        """Whether the points alone miss more than may be missed."""
        return self.values["beyond_percent"].value > 100 * self.terms.missed_share + 1e-6

    @cached_property
    def verdict(self) -> str:
        """What sets the connection."""
        if self.values["charged_kwh"].value <= 0:
            return "idle"
        if self.too_weak:
            return "too-weak"
        base = float(np.median([need.base_peak for need in self.needs]))
        if base > 0 and self.smart.value <= base * (1 + ALONE):
            return "other-load"
        return "little" if self.values["saved_percent"].value < 100 * LITTLE else "helps"

    def outcome(
        self,
        levels: Mapping[float, np.ndarray],
        drivers: tuple[Driver, ...],
        measures: Mapping[str, tuple[float, float]],
        *,
        stopped: bool,
    ) -> Outcome:
        """Return the answer of the calculator."""
        return Outcome(
            verdict=self.verdict,
            values={**self.values, **self.terms_found(levels)},
            series={**self._lines(), **self._cases(), **_level_columns(levels), **_measure_columns(measures)},
            words=self._words(),
            warnings=self._warnings(stopped),
            drivers=drivers,
            partial=stopped,
        )

    def _lines(self) -> dict[str, np.ndarray]:
        need = self.needs[self.middle]
        stored = smart = np.minimum(need.base_kw + need.smart_kw, np.maximum(need.smart, need.base_kw))
        if not self.terms.storage.useless:
            limit = np.array(self.cases["smart-storage"][self.middle])
            _, _, stored = walk_storage(need.base_kw, need.smart_kw, limit, self.terms.storage, dt_h=DT_H)
        free = (need.base_kw + need.free_kw)[WEEK]
        shown = around_peak(free)
        return {
            "hour": (np.arange(N_T) * DT_H)[shown],
            "load-other": need.base_kw[WEEK][shown],
            "load-free": free[shown],
            "load-smart": smart[WEEK][shown],
            "load-storage": stored[WEEK][shown],
            "smart_limit": np.array([self.smart.p90]),
        }

    def _cases(self) -> dict[str, np.ndarray]:
        codes = [
            code
            for code in (
                "uncontrolled", "static-cap", "share-edf", "valley-filling", "free-storage", "smart-storage"
            )
            if code in self.cases
        ]  # fmt: skip
        bands = [Estimate.of_draws(self.cases[code]) for code in codes]
        rating = self.site.n_evse * self.site.evse_kw + float(np.median([n.base_peak for n in self.needs]))
        return {
            "case": np.array(["ratings", *codes]),
            "case_kw": np.array([rating, *[band.value for band in bands]]),
            "case_low": np.array([rating, *[band.p10 or 0.0 for band in bands]]),
            "case_high": np.array([rating, *[band.p90 or 0.0 for band in bands]]),
            "case_per_point": np.array(
                [value / self.site.n_evse for value in [rating, *[band.p90 or 0.0 for band in bands]]]
            ),
            "other_peak": np.array([float(np.median([need.base_peak for need in self.needs]))]),
        }

    def _words(self) -> dict[str, float | str]:
        points = np.array([need.point_kw for need in self.needs])
        storage = self.terms.storage
        free_storage = self.cases.get("free-storage", self.cases["uncontrolled"])
        return {
            "rating_kw": f"{self.site.n_evse * self.site.evse_kw:,.0f}",
            "other_peak_kw": f"{np.median([need.base_peak for need in self.needs]):,.0f}",
            "point_kw": f"{np.median(points):.1f}",
            "needed_kw": f"{max(need.needed_kw for need in self.needs):,.0f}",
            "battery_saves_kw": f"{self.smart.value - self.values['storage_kw'].value:,.0f}",
            "free_storage_kw": f"{np.percentile(free_storage, 90):,.0f}",
            "battery_hours": f"{storage.e_kwh / max(self.smart.value, 1e-9):.1f}",
            "n_draws_done": str(len(self.needs)),
        }

    def _warnings(self, stopped: bool) -> tuple[Finding, ...]:
        found = []
        if stopped:
            found.append(Finding("stopped"))
        values, storage = self.values, self.terms.storage
        if self.too_weak:
            found.append(Finding("points-too-weak"))
        if self.site.kind == "rapid" and self.verdict == "helps":
            found.append(Finding("drivers-wait"))
        point_kw = float(np.median([need.point_kw for need in self.needs]))
        if 0 < point_kw < SIX_AMPERES_KW < self.site.evse_kw:
            found.append(Finding("below-six-amperes"))
        if not storage.useless and values["storage_kw"].value > 0.98 * self.smart.value:
            found.append(Finding("battery-small"))
        if self.export_kw > (self.smart.p90 or self.smart.value):
            found.append(Finding("feed-in"))
        if values["sharing_kw"].value > 1.1 * self.smart.value:
            found.append(Finding("forecast"))
        return tuple(found)


def _levels(sizing: Sizing, step: Steps) -> dict[float, np.ndarray]:
    """Firm power and power outside the busy hours of each week, shape (n_week, 2), by extra power."""
    busy = sizing.terms.busy
    found: dict[float, list[tuple[float, float]]] = {share: [] for share in TERMS}
    for need, seed in zip(sizing.needs, sizing.seeds, strict=False):
        rng = np.random.default_rng(seed)
        other_load(sizing.site, rng)
        sessions = sessions_at(sizing.site, rng)
        for share in TERMS:
            extra = share * sizing.smart.value
            if share == 0:
                found[share].append((need.smart, need.smart))
            else:
                found[share].append(two_levels(sessions, need.base_kw, need.allowed_kwh, extra, busy))
        if not step():
            return {}
    return {share: np.array(rows) for share, rows in found.items()}


def _drivers(sizing: Sizing, step: Steps) -> tuple[Driver, ...]:
    """Connection with smart charging at a low and a high value of each main input, same draw."""
    site, terms, seed = sizing.site, sizing.terms, sizing.seeds[sizing.middle]
    use, miss = site.use_share, terms.missed_share
    ranges: dict[str, list[tuple[Site, Terms, float]]] = {
        "evse_kw": [(site, terms, factor) for factor in (0.5, 2.0)],
        "use_percent": [(replace(site, use_share=use * factor), terms, 1.0) for factor in (0.5, 1.5)],
        "other": [
            (replace(site, household_kwh=site.household_kwh * f, other_kw=site.other_kw * f), terms, 1.0)
            for f in (0.8, 1.2)
        ],
        "missed_percent": [(site, replace(terms, missed_share=share), 1.0) for share in (0.0, miss + 0.05)],
    }
    drivers = []
    for name, ends in ranges.items():
        found = []
        for changed, chosen, power in ends:
            found.append(draw_need(changed, chosen, seed, full=False, power=power).smart)
            if not step():
                return ()
        drivers.append(Driver(name, *found))
    return tuple(sorted(drivers, key=lambda driver: -abs(driver.high - driver.low)))


def _measures(sizing: Sizing, step: Steps) -> dict[str, tuple[float, float]]:
    """Connection of the middle week with smart charging and one measure at a time, and what no connection delivers.

    Returns
    -------
    dict of str to (kW, % of the energy wished)
    """
    site, terms, seed = sizing.site, sizing.terms, sizing.seeds[sizing.middle]
    need = sizing.needs[sizing.middle]
    hour = Storage(need.smart, need.smart / 2, terms.storage.eta)
    beyond = need.beyond_percent

    def smart(changed: Site, chosen: Terms, power: float = 1.0) -> tuple[float, float]:
        found = draw_need(changed, chosen, seed, full=False, power=power)
        return found.smart, found.beyond_percent

    tries = {
        "as-is": lambda: (need.smart, beyond),
        "half-power": lambda: smart(site, terms, 0.5),
        "miss-5": lambda: smart(site, replace(terms, missed_share=max(terms.missed_share, 0.05))),
        "battery-1h": lambda: (float(with_storage([need], hour, smart=True)[0]), beyond),
        "no-base": lambda: smart(replace(site, other_kw=0.0, n_home=0), terms),
    }
    found = {}
    for name in MEASURES:
        found[name] = tries[name]()
        if not step():
            break
    return found


def _level_columns(levels: Mapping[float, np.ndarray]) -> dict[str, np.ndarray]:
    ninety = np.array([np.percentile(rows, 90, axis=0) for rows in levels.values()]).reshape(-1, 2)
    middle = np.array([np.median(rows, axis=0) for rows in levels.values()]).reshape(-1, 2)
    return {
        "term_firm": ninety[:, 0],
        "term_outside": ninety[:, 1],
        "term_extra": ninety[:, 1] - ninety[:, 0],
        "term_usual": middle[:, 0],
        "term": np.array([f"extra-{100 * share:.0f}" for share in levels]),
    }


def _measure_columns(measures: Mapping[str, tuple[float, float]]) -> dict[str, np.ndarray]:
    values = np.array(list(measures.values())).reshape(-1, 2)
    return {
        "measure": np.array(list(measures)),
        "measure_kw": values[:, 0],
        "measure_change": values[:, 0] - values[:1, 0],
        "measure_beyond": values[:, 1],
    }
