"""What a city knows or assumes about its cars, with the range each number may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from calculators.engine.errors import InputError, Problem


@dataclass(frozen=True)
class Range:
    """A number known by its median and the values a tenth of the cases lie below and above."""

    low: float
    value: float
    high: float

    def at(self, rank: np.ndarray) -> np.ndarray:
        """Values at ranks 0 to 1: straight lines through low (0.1), value (0.5), high (0.9) and on to the ends."""
        ends = (self.low - (self.value - self.low) / 4, self.high + (self.high - self.value) / 4)
        at = np.interp(rank, [0.0, 0.1, 0.5, 0.9, 1.0], [ends[0], self.low, self.value, self.high, ends[1]])
        values: np.ndarray = np.maximum(at, 0.0)
        return values


@dataclass(frozen=True)
class CityInputs:
    """What a city knows or assumes.

    Attributes
    ----------
    inhabitants : float
    base_year : int
        The fleet shares hold at its end.
    years : tuple of int
        Years to report, from the base year on.
    bev_share, new_bev_share : float
        Battery-electric share of all cars, and of new cars in the base year. [0-1]
    cars_per_1000 : Range
        Cars for 1000 inhabitants.
    growth_per_year : Range
        Yearly growth of the odds that a new car is battery-electric. [1/year]
    replaced_share : Range
        Share of cars replaced in a year. [0-1]
    phev_per_bev : Range
        Plug-in hybrids for each battery-electric car.
    km_per_year, kwh_per_100km : Range
        Of a battery-electric car, energy from the grid.
    phev_energy_factor : Range
        Energy of a plug-in hybrid over that of a battery-electric car. [-]
    home_share : Range
        Share of electric cars with a charge point at home. [0-1]
    path : mapping of int to float, optional
        Own battery-electric share of all cars by year, instead of the curve.
    public_kw : float, optional
        Public charging power the city has or plans. [kW]
    """

    inhabitants: float
    base_year: int
    years: tuple[int, ...]
    bev_share: float
    new_bev_share: float
    cars_per_1000: Range
    growth_per_year: Range
    replaced_share: Range
    phev_per_bev: Range
    km_per_year: Range
    kwh_per_100km: Range
    phev_energy_factor: Range
    home_share: Range
    path: Mapping[int, float] | None = None
    public_kw: float | None = None


def check(inputs: CityInputs, n_draws: int) -> None:
    """Refuse inputs that cannot be drawn from, all problems at once."""
    found = []
    if not inputs.inhabitants > 0:
        found.append(Problem("range", f"{inputs.inhabitants:g}; it must be more than 0.", "inhabitants"))
    if not inputs.years or list(inputs.years) != sorted(set(inputs.years)):
        found.append(Problem("years", "give one year or more, rising.", "years"))
    elif inputs.years[0] < inputs.base_year or inputs.years[-1] > inputs.base_year + 60:
        found.append(Problem("years", f"they must lie within 60 years from {inputs.base_year} on.", "years"))
    for name in ("bev_share", "new_bev_share"):
        if not 0 < getattr(inputs, name) < 1:
            found.append(Problem("share", f"{getattr(inputs, name):g}; it must lie between 0 and 1.", name))
    for field in fields(inputs):
        span = getattr(inputs, field.name)
        if isinstance(span, Range) and not 0 <= span.low <= span.value <= span.high < np.inf:
            found.append(
                Problem(
                    "range",
                    f"low {span.low:g}, value {span.value:g}, high {span.high:g}; they must rise from 0 on.",
                    field.name,
                )
            )
        elif isinstance(span, Range) and field.name.endswith("_share") and span.high > 1:
            found.append(Problem("share", f"{span.high:g}; it must be at most 1.", field.name))
    if inputs.replaced_share.low <= 0:
        found.append(Problem("share", "some cars must be replaced.", "replaced_share"))
    if n_draws < 10:
        found.append(Problem("count", f"{n_draws}; 10 or more.", "n_draws"))
    if found:
        raise InputError(found)
