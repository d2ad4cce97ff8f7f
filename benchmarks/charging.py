"""Charging: 10,000 sessions in a week of quarter-hours by each strategy, and what optimises with fewer cars."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.timing import median_of_five
from calculators.engine.charging import STRATEGIES, Sessions, network_limits, schedule

N_T, DT_H = 672, 0.25
N_SESSION = 10_000
N_CAR, SESSIONS_PER_CAR = 1000, 3
FEWER = {"valley-filling": N_CAR * SESSIONS_PER_CAR, "v2g-peak": 100 * SESSIONS_PER_CAR}
"""Sessions of the strategies that iterate over all of them; the others have 10,000."""


def table() -> dict[str, Any]:
    """Return seconds and active session-steps a second of each strategy; `p_kw` is not kept."""
    rng = np.random.default_rng(1)
    many = _sessions(rng, N_SESSION)
    hour = np.arange(N_T) * DT_H
    options = {
        "limit_kw": 6000.0,
        "limits": network_limits(
            rng.integers(0, 8, N_SESSION),
            feeder_kw=np.full((8, N_T), 600.0),
            transformer_kw=np.full(N_T, 4000.0),
        ),
        "price_eur_per_kwh": rng.random(N_T),
        "co2_g_per_kwh": rng.random(N_T),
        "solar_kw": rng.random(N_T) * 6000,
        "home_kw": np.tile(np.sin(hour / 24 * 2 * np.pi), (N_SESSION, 1)),
        "cap_kw": np.full(N_T, 4.2),
        "rng": rng,
    }
    cases: list[tuple[str, str, Sessions, dict[str, Any]]] = []
    for name, entry in STRATEGIES.items():
        sessions = many.take(np.arange(FEWER.get(name, N_SESSION)))
        needs: dict[str, Any] = {need: options[need] for need in entry.needs}
        if name in FEWER:
            needs["base_kw"] = len(sessions) / 3 * (0.7 + 0.4 * np.sin(hour / 24 * 2 * np.pi))
        cases.append((name, name, sessions, needs))
    some = many.take(np.arange(N_CAR * SESSIONS_PER_CAR))
    tight = {"price_eur_per_kwh": options["price_eur_per_kwh"], "limit_kw": some.e_kwh.sum() / 168 * 1.5}
    cases.append(("price under a shared limit", "price", some, tight))
    six_ampere = Sessions(
        some.arrival_step, some.departure_step, some.e_kwh, some.p_max_kw, p_min_kw=np.full(len(some), 1.38)
    )
    flat = {"base_kw": N_CAR * (0.7 + 0.4 * np.sin(hour / 24 * 2 * np.pi))}
    cases.append(("valley-filling from 6 A", "valley-filling", six_ampere, flat))
    rows = []
    for title, strategy, sessions, needs in cases:

        def run(
            sessions: Sessions = sessions, strategy: str = strategy, needs: dict[str, Any] = needs
        ) -> None:
            schedule(sessions, strategy, n_t=N_T, dt_h=DT_H, keep="total", **needs)

        seconds = median_of_five(run)
        steps = int((sessions.departure_step - sessions.arrival_step).sum())
        rows.append(
            {"who": f"{title}, {len(sessions)} sessions", "seconds": seconds, "steps_per_s": steps / seconds}
        )
    return {
        "title": "Charging, one week of quarter-hours",
        "outputs": "total_kw, e_delivered_kwh, e_short_kwh",
        "steps": "active session-steps, arrival to departure",
        "rows": rows,
    }


def _sessions(rng: np.random.Generator, n: int) -> Sessions:
    """Stays of 2 to 15 hours that fit the week, with feasible wishes and a battery they fit in."""
    arrival = rng.integers(0, N_T - 60, n)
    departure = arrival + rng.integers(8, 60, n)
    p_max_kw = rng.choice([3.7, 7.4, 11.0], n)
    e_kwh = 0.8 * rng.random(n) * p_max_kw * (departure - arrival) * DT_H
    battery_kwh = np.maximum(60.0, 1.1 * e_kwh)
    return Sessions(
        arrival,
        departure,
        e_kwh,
        p_max_kw,
        battery_kwh=battery_kwh,
        soc_arrival=0.9 * (1 - e_kwh / battery_kwh),
        soc_min=np.full(n, 0.2),
        p_discharge_kw=p_max_kw,
    )
