"""Inputs the user does not know: run over the range they may lie in and let the band say so."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from calculators.engine.outcome import Estimate, Outcome, Progress
from calculators.inputs import UNKNOWN

N_POINTS = 5
"""Values tried over the range of an unknown input; with several unknown inputs each point moves all of them."""
LEVELS = np.linspace(0.05, 0.95, 19)

Compute = Callable[[Mapping[str, Any], Progress | None], Outcome]


def run(
    declared: Mapping[str, Any],
    values: Mapping[str, Any],
    compute: Compute,
    *,
    seed: int,
    progress: Progress | None,
) -> tuple[Outcome, list[dict[str, Any]]]:
    """Compute once, or once per point of the unknown inputs' ranges, and pool the bands.

    Parameters
    ----------
    declared : mapping
        Definition; an input that may be unknown carries `unknown: {low, high, source}`.
    values : mapping
        Checked inputs; `UNKNOWN` where the user does not know.
    compute : callable
        `compute(chosen, progress) -> Outcome`; `chosen` replaces the unknown inputs (and fewer draws a point).
    seed : int
    progress : callable, optional

    Returns
    -------
    Outcome
        Of the middle point, with values and bands pooled over all points.
    list of dict
        One per unknown input: name, low, high; and for the first result its band with the input known and unknown.
    """
    items = [item for item in declared["inputs"] if values[item["name"]] == UNKNOWN]
    if not items:
        return compute({}, progress), []
    fewer = _fewer_draws(declared, values)
    outcomes: list[Outcome] = []
    for index, point in enumerate(_points(items, seed)):
        outcome = compute({**point, **fewer}, _part(progress, index))
        outcomes.append(outcome)
        if outcome.partial:
            break
    first = declared["results"][0]["name"]
    middle = sorted(outcomes, key=lambda outcome: outcome.values[first].value)[len(outcomes) // 2]
    pooled = {name: _pool([outcome.values[name] for outcome in outcomes]) for name in middle.values}
    widened = [
        {
            "name": item["name"],
            "low": float(item["unknown"]["low"]),
            "high": float(item["unknown"]["high"]),
            "result": first,
            "known": _band(middle.values[first]),
            "unknown": _band(pooled[first]),
        }
        for item in items
    ]
    partial = any(outcome.partial for outcome in outcomes) or len(outcomes) < N_POINTS
    return dataclasses.replace(middle, values=pooled, partial=partial), widened


def _points(items: list[Mapping[str, Any]], seed: int) -> list[dict[str, float]]:
    """Middle of each fifth of the range; with several inputs each fifth of each is used once (Latin hypercube)."""
    share = (np.arange(N_POINTS) + 0.5) / N_POINTS
    rng = np.random.default_rng(seed)
    points: list[dict[str, float]] = [{} for _ in share]
    for number, item in enumerate(items):
        low, high = item["unknown"]["low"], item["unknown"]["high"]
        order = rng.permutation(N_POINTS) if number else np.arange(N_POINTS)
        for point, rank in zip(points, order, strict=True):
            value = low + (high - low) * share[rank]
            point[item["name"]] = round(value) if item["kind"] == "integer" else float(value)
    return points


def _fewer_draws(declared: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, int]:
    """Spread the draws asked for over the points: two fifths at each, at least the fewest allowed."""
    for item in declared["inputs"]:
        if item["name"] == "n_draws" and values["n_draws"] != UNKNOWN:
            return {"n_draws": max(int(item["min"]), round(values["n_draws"] * 2 / N_POINTS))}
    return {}


def _part(progress: Progress | None, index: int) -> Progress | None:
    if progress is None:
        return None
    return lambda done, total: progress(index * total + done, N_POINTS * total)


def _pool(estimates: list[Estimate]) -> Estimate:
    """Median and band of equally likely estimates, each read as a distribution through its three points."""
    samples = []
    for estimate in estimates:
        low = estimate.value if estimate.p10 is None else estimate.p10
        high = estimate.value if estimate.p90 is None else estimate.p90
        samples.append(np.interp(LEVELS, [0.1, 0.5, 0.9], [low, estimate.value, high]))
    return Estimate.of_draws(np.concatenate(samples))


def _band(estimate: Estimate) -> list[float]:
    ends = (estimate.p10, estimate.p90)
    return [estimate.value if end is None else end for end in ends]
