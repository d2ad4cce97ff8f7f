"""What a strategy is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calculators.engine.charging.active import Active
from calculators.engine.charging.limits import Limits
from calculators.engine.charging.sessions import Sessions

Progress = Callable[[int, int], bool]


@dataclass(frozen=True)
class Request:
    """One call of `schedule`, checked. Series have shape (n_t,); those a strategy does not need may be None."""

    sessions: Sessions
    n_t: int
    dt_h: float
    base_kw: np.ndarray
    limit_kw: np.ndarray | None
    limits: Limits | None
    price_eur_per_kwh: np.ndarray | None
    feed_in_eur_per_kwh: np.ndarray
    wear_eur_per_kwh: float
    co2_g_per_kwh: np.ndarray | None
    solar_kw: np.ndarray | None
    home_kw: np.ndarray | None
    cap_kw: np.ndarray | None
    window_h: tuple[float, float]
    spread_h: float
    rng: np.random.Generator | None
    progress: Progress | None

    @cached_property
    def active(self) -> Active:
        """The session-steps inside the grid."""
        return Active.of(self.sessions, self.n_t)

    def given(self, name: str) -> np.ndarray:
        """Return the series a strategy needs; `schedule` has refused the call if it was left out."""
        series: np.ndarray = getattr(self, name)
        return series

    @property
    def room_kw(self) -> np.ndarray:
        """Power left for charging under the site limit, shape (n_t,)."""
        room: np.ndarray = np.maximum(self.given("limit_kw") - self.base_kw, 0.0)
        return room

    @property
    def wish_kw(self) -> np.ndarray:
        """Energy wished for as power in one step, for each session-step. [kW]"""
        return self.active.each(self.sessions.e_kwh / self.dt_h)

    @property
    def full_kw(self) -> np.ndarray:
        """Largest power of each session-step. [kW]"""
        return self.active.each(self.sessions.p_max_kw)
