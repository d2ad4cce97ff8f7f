"""From years and workday to the answer: what is asked, what is there, and the series that are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculators.engine.demand.city import KINDS, CityDemand, CityInputs, CityYear
from calculators.engine.outcome import Driver, Estimate, Finding, Outcome

MAX_ROWS = 8
"""Years in the table; the chart has all."""
REVIEW_SHARE = 0.15
"""Battery-electric share of the fleet from which a Member State may ask for less: Article 3(2) of (EU) 2023/1804."""


@dataclass(frozen=True)
class Answer:
    """What was found for one city.

    Attributes
    ----------
    found : CityDemand
    inputs : CityInputs
    homes_kw : ndarray, shape (24,)
        Load of all homes without cars on a winter workday. [kW]
    controlled : dict of str to ndarray, shape (24,)
        Load of homes and all charging by case; cases not reached are missing. [kW]
    """

    found: CityDemand
    inputs: CityInputs
    homes_kw: np.ndarray
    controlled: dict[str, np.ndarray]

    @property
    def last(self) -> CityYear:
        """Return the target year."""
        return self.found.years[-1]

    @property
    def public_kw(self) -> float:
        """Public power there is or planned. [kW]"""
        return float(self.inputs.public_kw or 0.0)

    def days(self) -> dict[str, np.ndarray]:
        """Return the load of homes alone, then of homes and charging by case, shape (24,) each. [kW]"""
        return {"none": self.homes_kw, **self.controlled}

    @property
    def short_year(self) -> int | None:
        """Return the first year in which the yardstick asks for more public power than there is."""
        short = [year.year for year in self.found.years if year.afir_kw.value > self.public_kw]
        return short[0] if short else None

    @property
    def verdict(self) -> str:
        """Whether the public power given meets the yardstick in the target year, surely, perhaps or not."""
        asked = self.last.afir_kw
        if asked.value > self.public_kw:
            return "short"
        return "enough" if (asked.p90 or asked.value) <= self.public_kw else "perhaps"


def outcome(answer: Answer, drivers: tuple[Driver, ...], *, partial: bool) -> Outcome:
    """Return the answer of the calculator."""
    last = answer.last
    values = {
        "energy_mwh": last.energy_mwh,
        "electric_cars": last.bev,
        "points_kerbside": last.points_by_kind["kerbside"],
        "points_elsewhere": last.points_by_kind["elsewhere"],
        "points_fast": last.points_by_kind["fast"],
        "points_home": last.points_by_kind["home"],
        "afir_kw": last.afir_kw,
        "needed_kw": last.public_kw,
        "peak_kw": answer.found.peak_kw,
    }
    return Outcome(
        verdict=answer.verdict,
        values=values,
        series={**_by_year(answer), **_by_kind(last), **_workday(answer), **_rows(answer)},
        words=_words(answer),
        warnings=_warnings(answer, partial),
        drivers=drivers,
        partial=partial,
    )


def _by_year(answer: Answer) -> dict[str, np.ndarray]:
    years = answer.found.years
    named = {"energy": "energy_mwh", "asked": "afir_kw", "needed": "public_kw"}
    series = {"year": np.array([year.year for year in years], dtype=float)}
    for name, field in named.items():
        estimates: list[Estimate] = [getattr(year, field) for year in years]
        series |= {
            name: np.array([one.value for one in estimates]),
            f"{name}_low": np.array([_end(one, "p10") for one in estimates]),
            f"{name}_high": np.array([_end(one, "p90") for one in estimates]),
        }
    return series | {"have": np.array([answer.public_kw])}


def _by_kind(last: CityYear) -> dict[str, np.ndarray]:
    """Energy, sessions and points of the target year; the chart leaves homes out, which are ten times as many."""
    columns = {
        "energy": last.energy_by_kind_mwh,
        "sessions": last.sessions_by_kind,
        "points": last.points_by_kind,
    }
    series: dict[str, np.ndarray] = {"kind": np.array(KINDS), "public": np.array(KINDS[1:])}
    for name, found in columns.items():
        for end, suffix in (("p10", "_p10"), ("value", ""), ("p90", "_p90")):
            series[f"kind_{name}{suffix}"] = np.array([_end(found[kind], end) for kind in KINDS])
    for suffix in ("_p10", "", "_p90"):
        series[f"public_points{suffix}"] = series[f"kind_points{suffix}"][1:]
    return series


def _workday(answer: Answer) -> dict[str, np.ndarray]:
    """Hourly load of each case in MW, midnight twice, and its peak."""
    days = answer.days()
    hours = np.arange(25.0)
    cases = ("none", "uncontrolled", "window", "valley-filling", "v2g-peak")
    nothing = np.full(24, np.nan)
    series = {"hour": hours}
    for case in cases:
        day = days.get(case, nothing) / 1000
        series[f"day-{case}"] = np.append(day, day[0])
    homes_peak = answer.homes_kw.max()
    return series | {
        "case": np.array(list(days)),
        "case_peak": np.array([day.max() / 1000 for day in days.values()]),
        "case_hour": np.array([float(day.argmax()) for day in days.values()]),
        "case_rise": np.array([100 * (day.max() / homes_peak - 1) for day in days.values()]),
        "case_evening": np.array([day[17:22].mean() / 1000 for day in days.values()]),
    }


def _rows(answer: Answer) -> dict[str, np.ndarray]:
    years = answer.found.years
    chosen = np.unique(np.rint(np.linspace(0, len(years) - 1, MAX_ROWS)).astype(int))
    rows = [years[index] for index in chosen]
    sessions = [sum(one.value for one in year.sessions_by_kind.values()) for year in rows]
    return {
        "row_year": np.array([str(year.year) for year in rows]),
        "row_cars": np.array([year.bev.value for year in rows]),
        "row_energy_p10": np.array([_end(year.energy_mwh, "p10") for year in rows]),
        "row_energy": np.array([year.energy_mwh.value for year in rows]),
        "row_energy_p90": np.array([_end(year.energy_mwh, "p90") for year in rows]),
        "row_sessions": np.array(sessions),
        **{f"row_{kind}": np.array([year.points_by_kind[kind].value for year in rows]) for kind in KINDS},
        "row_asked": np.array([year.afir_kw.value for year in rows]),
        "row_needed": np.array([year.public_kw.value for year in rows]),
        "row_missing": np.array([max(year.afir_kw.value - answer.public_kw, 0.0) for year in rows]),
    }


def _end(estimate: Estimate, name: str) -> float:
    end = getattr(estimate, name)
    return estimate.value if end is None else float(end)


def _words(answer: Answer) -> dict[str, float | str]:
    last = answer.last
    days = answer.days()
    peaks = {case: day.max() / 1000 for case, day in days.items()}

    def peak(case: str) -> str:
        return f"{peaks[case]:.1f}" if case in peaks else "-"

    rise = 100 * (peaks["uncontrolled"] / peaks["none"] - 1) if "uncontrolled" in peaks else np.nan
    return {
        "bev_then": f"{100 * _share(answer):.0f}",
        "phev": f"{last.phev.value:,.0f}",
        "missing_kw": f"{max(last.afir_kw.value - answer.public_kw, 0.0):,.0f}",
        "have_kw": f"{answer.public_kw:,.0f}",
        "short_year": str(answer.short_year or "-"),
        "peak_homes": peak("none"),
        "peak_once": peak("uncontrolled"),
        "peak_window": peak("window"),
        "peak_smart": peak("valley-filling"),
        "peak_v2g": peak("v2g-peak"),
        "rise_once": "-" if np.isnan(rise) else f"{rise:.0f}",
    }


def _share(answer: Answer) -> float:
    """Battery-electric share of all cars in the target year."""
    return answer.last.bev.value / (answer.inputs.inhabitants * answer.inputs.cars_per_1000.value / 1000)


def _warnings(answer: Answer, partial: bool) -> tuple[Finding, ...]:
    found = [Finding("member-state")]
    if _share(answer) >= REVIEW_SHARE:
        found.append(Finding("review"))
    asked, needed = answer.last.afir_kw.value, answer.last.public_kw.value
    if needed > 1.1 * max(asked, 1e-9):
        found.append(Finding("needs-more"))
    elif needed < 0.9 * asked:
        found.append(Finding("needs-less"))
    if partial:
        found.append(Finding("stopped"))
    return tuple(found)
