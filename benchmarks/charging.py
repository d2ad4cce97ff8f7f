"""Charging: 10,000 sessions in a week of quarter-hours by each strategy, and peak-flattening of 1,000 cars."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.timing import median_of_five
from calculators.engine.charging import STRATEGIES, Sessions, schedule

N_T, DT_H = 672, 0.25
N_SESSION = 10_000
N_CAR, SESSIONS_PER_CAR = 1000, 3


def table() -> dict[str, Any]:
    """Return seconds and active session-steps a second of each strategy; `p_kw` is not kept."""
    rng = np.random.default_rng(1)
    many, some = _sessions(rng, N_SESSION), _sessions(rng, N_CAR * SESSIONS_PER_CAR)
    options = {
        "limit_kw": 6000.0,
        "price_eur_per_kwh": rng.random(N_T),
        "co2_g_per_kwh": rng.random(N_T),
        "solar_kw": rng.random(N_T) * 6000,
        "cap_kw": np.full(N_T, 4.2),
        "rng": rng,
    }
    rows = []
    for name, entry in STRATEGIES.items():
        flattening = name == "valley-filling"
        sessions = some if flattening else many
        needs: dict[str, Any] = {need: options[need] for need in entry.needs}
        if flattening:
            needs["base_kw"] = 700 + 400 * np.sin(np.arange(N_T) * DT_H / 24 * 2 * np.pi)

        def run(sessions: Sessions = sessions, name: str = name, needs: dict[str, Any] = needs) -> None:
            schedule(sessions, name, n_t=N_T, dt_h=DT_H, keep="total", **needs)

        seconds = median_of_five(run)
        steps = int((sessions.departure_step - sessions.arrival_step).sum())
        rows.append(
            {"who": f"{name}, {len(sessions)} sessions", "seconds": seconds, "steps_per_s": steps / seconds}
        )
    return {
        "title": "Charging, one week of quarter-hours",
        "outputs": "total_kw, e_delivered_kwh, e_short_kwh",
        "steps": "active session-steps, arrival to departure",
        "rows": rows,
    }


def _sessions(rng: np.random.Generator, n: int) -> Sessions:
    """Stays of 2 to 15 hours that fit the week, with feasible wishes."""
    arrival = rng.integers(0, N_T - 60, n)
    departure = arrival + rng.integers(8, 60, n)
    p_max_kw = rng.choice([3.7, 7.4, 11.0], n)
    e_kwh = 0.8 * rng.random(n) * p_max_kw * (departure - arrival) * DT_H
    return Sessions(arrival, departure, e_kwh, p_max_kw)
