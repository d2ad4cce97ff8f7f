"""A primal-dual interior-point method for programmes whose rows fall into sessions and steps.

Minimises cost.v + curve.v^2 / 2 with rows.v = right and 0 <= v <= upper. What it needs of the rows is `times`,
`transposed` and `factor`; the model solves its own normal equations, which is where all the structure lies.

References
----------
.. [1] Mehrotra, "On the Implementation of a Primal-Dual Interior Point Method", SIAM Journal on Optimization 2(4),
   1992, pp. 575-601.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from calculators.engine.errors import Problem, SolveError

MAX_ROUNDS = 200
REFINEMENTS = 2
"""Times a step is corrected by what the normal equations leave open."""
TOLERANCE = 1e-9
STALLED, HOPELESS = 3, 60
"""Rounds without progress after which an acceptable point is taken, and after which none is hoped for."""


class Stopped(Exception):  # noqa: N818  a request, not an error
    """Somebody no longer wants the answer."""


class Rows(Protocol):
    """The equality rows of a programme."""

    def times(self, v: np.ndarray) -> np.ndarray:
        """Rows times v."""

    def transposed(self, y: np.ndarray) -> np.ndarray:
        """Rows transposed times y."""

    def factor(self, theta: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Return the solver of (rows diag(theta) rows^T) y = r."""


def minimise(
    rows: Rows,
    right: np.ndarray,
    cost: np.ndarray,
    upper: np.ndarray,
    curve: np.ndarray | None = None,
    go_on: Callable[[int], bool] | None = None,
    *,
    accept: float = 1e-6,
) -> np.ndarray:
    """Return the v that minimises; entries of order 1 make it accurate.

    Parameters
    ----------
    rows : Rows
    right : ndarray, shape (n_row,)
    cost, upper : ndarray, shape (n_column,)
        `upper` is above 0, and may be infinite.
    curve : ndarray, shape (n_column,), optional
        0 or more.
    go_on : callable, optional
        Called with the number of rounds done; False stops.
    accept : float
        Relative error that will do when rounding allows no smaller one.

    Raises
    ------
    Stopped
        When `go_on` says so: a point inside is no plan.
    SolveError
        If the error stays above `accept`.
    """
    curve = np.zeros(cost.size) if curve is None else curve
    bounded = np.isfinite(upper)
    v = np.where(bounded, upper / 2, 1.0)
    s = np.where(bounded, upper - v, 1.0)
    y, z = np.zeros(right.size), np.ones(cost.size)
    w = bounded.astype(float)
    n_pair = cost.size + int(bounded.sum())
    best, best_v, stalled = np.inf, v, 0
    for done in range(MAX_ROUNDS):
        primal = right - rows.times(v)
        dual = rows.transposed(y) + z - w - curve * v - cost
        mu = float(v @ z + (s * w).sum()) / n_pair
        error = max(
            float(np.abs(primal).max(initial=0.0)) / (1 + float(np.abs(right).max(initial=0.0))),
            float(np.abs(dual).max(initial=0.0)) / (1 + float(np.abs(cost).max(initial=0.0))),
            mu * n_pair / (1 + abs(float(cost @ v))),
        )
        stalled = stalled + 1 if error > 0.9 * best else 0
        if error < best:
            best, best_v = error, v
        if best < TOLERANCE or stalled == (STALLED if best < accept else HOPELESS):
            break
        if go_on is not None and not go_on(done):
            raise Stopped
        theta = 1.0 / (curve + z / v + w / s)
        solve = rows.factor(theta)

        def step(
            rz: np.ndarray,
            rw: np.ndarray,
            v: np.ndarray = v,
            s: np.ndarray = s,
            z: np.ndarray = z,
            w: np.ndarray = w,
            theta: np.ndarray = theta,
            primal: np.ndarray = primal,
            dual: np.ndarray = dual,
            solve: Callable[[np.ndarray], np.ndarray] = solve,
        ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
            rho = dual + rz / v - rw / s
            r = primal - rows.times(theta * rho)
            dy = solve(r)
            for _ in range(REFINEMENTS):
                dy = dy + solve(r - rows.times(theta * rows.transposed(dy)))
            dv = theta * (rows.transposed(dy) + rho)
            return dv, dy, (rz - z * dv) / v, np.where(bounded, (rw + w * dv) / s, 0.0)

        dv, dy, dz, dw = step(-v * z, -s * w)
        a, b = _lengths(v, s, z, w, dv, dz, dw, bounded)
        after = float((v + a * dv) @ (z + b * dz) + ((s - a * dv) * (w + b * dw))[bounded].sum()) / n_pair
        target = mu * min(after / mu, 1.0) ** 3
        dv, dy, dz, dw = step(target - v * z - dv * dz, np.where(bounded, target - s * w + dv * dw, 0.0))
        a, b = _lengths(v, s, z, w, dv, dz, dw, bounded)
        a, b = min(1.0, 0.995 * a), min(1.0, 0.995 * b)
        if curve.any():
            a = b = min(a, b)
        v, s = v + a * dv, np.where(bounded, s - a * dv, 1.0)
        y, z, w = y + b * dy, z + b * dz, w + b * dw
    if best > accept:
        raise SolveError(
            Problem(
                "no-optimum",
                f"the optimum was not reached: its relative error is {best:.1e} after {done} rounds, more than "
                f"{accept:.0e}.",
                "limit_kw",
                "Loosen the limit a little, or use a strategy that shares power step by step.",
            )
        )
    return best_v


def _lengths(
    v: np.ndarray,
    s: np.ndarray,
    z: np.ndarray,
    w: np.ndarray,
    dv: np.ndarray,
    dz: np.ndarray,
    dw: np.ndarray,
    bounded: np.ndarray,
) -> tuple[float, float]:
    """Longest steps that keep every entry at or above 0."""

    def longest(value: np.ndarray, change: np.ndarray) -> float:
        falls = change < 0
        return float((-value[falls] / change[falls]).min(initial=1e3))

    a = min(longest(v, dv), longest(s[bounded], -dv[bounded]))
    return a, min(longest(z, dz), longest(w[bounded], dw[bounded]))
