"""The second fleet: a limit on consumption or another design, with what is uncertain about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from calculators.engine.outcome import Driver
from calculators.engine.policy.efficiency import Design, consumption_saved, fleet_gwh, triangular

MARGINAL = ("per_100kg", "per_tenth_m2", "per_10kwh")


@dataclass(frozen=True)
class Question:
    """Both fleets as asked for, before anything is drawn."""

    change: str
    kwh_now: float
    kwh_limit: float
    design: Design
    km_per_year: float
    n_car: float
    marginal: Mapping[str, float]
    gap: Mapping[str, float]

    def then_kwh(self, draws: Mapping[str, np.ndarray]) -> np.ndarray:
        """Consumption of the second fleet, shape (n_draw,). [kWh/100 km]"""
        if self.change == "limit":
            return self.kwh_limit * draws["gap"]
        return self.kwh_now - consumption_saved(
            self.design,
            per_100kg=draws["per_100kg"],
            per_tenth_m2=draws["per_tenth_m2"],
            per_10kwh=draws["per_10kwh"],
        )

    def draws(self, rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
        """Draw what is uncertain about the second fleet."""
        sd = self.marginal["sd"]
        found = {name: np.maximum(rng.normal(self.marginal[name], sd, n), 0.0) for name in MARGINAL}
        return {**found, "gap": triangular(rng, self.gap, n)}

    def saved_gwh(self, then_kwh: np.ndarray) -> np.ndarray:
        """Energy saved a year. [GWh]"""
        return fleet_gwh(self.kwh_now - then_kwh, n_car=self.n_car, km_per_year=self.km_per_year)


def drivers(question: Question) -> tuple[Driver, ...]:
    """Energy saved at both ends of each uncertain number, the rest at its middle; strongest first. [GWh]"""
    marginal, sd = question.marginal, question.marginal["sd"]
    middle = {name: np.array([marginal[name]]) for name in MARGINAL}
    middle["gap"] = np.array([question.gap["value"]])

    def saved(changed: Question, **draws: float) -> float:
        chosen = {**middle, **{name: np.array([value]) for name, value in draws.items()}}
        return float(changed.saved_gwh(changed.then_kwh(chosen))[0])

    if question.change == "limit":
        ends = {"gap": (question.gap["high"], question.gap["low"])}
    else:
        ends = {
            "per_100kg": (marginal["per_100kg"] - sd, marginal["mass_2020"]),
            "per_tenth_m2": (marginal["per_tenth_m2"] - sd, marginal["per_tenth_m2"] + sd),
            "per_10kwh": (marginal["per_10kwh"] - sd, marginal["battery_2020_high"]),
        }
    found = [
        Driver(name, saved(question, **{name: low}), saved(question, **{name: high}))
        for name, (low, high) in ends.items()
    ]
    km = [saved(replace(question, km_per_year=question.km_per_year * factor)) for factor in (0.8, 1.2)]
    found.append(Driver("km_per_year", km[0], km[1]))
    return tuple(sorted(found, key=lambda driver: -abs(driver.high - driver.low)))
