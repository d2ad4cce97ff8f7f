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
    point = _Point(rows, right, cost, upper, np.zeros(cost.size) if curve is None else curve)
    best, best_v, stalled = np.inf, point.v, 0
    for done in range(MAX_ROUNDS):
        error = point.error()
        stalled = stalled + 1 if error > 0.9 * best else 0
        if error < best:
            best, best_v = error, point.v
        if best < TOLERANCE or stalled == (STALLED if best < accept else HOPELESS):
            break
        if go_on is not None and not go_on(done):
            raise Stopped
        point.advance()
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


Step = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Changes of v, y, z and w."""


class _Point:
    """A point inside: v and the room s left to its bound, y of the rows, z and w of the two bounds."""

    def __init__(
        self, rows: Rows, right: np.ndarray, cost: np.ndarray, upper: np.ndarray, curve: np.ndarray
    ) -> None:
        self.rows, self.right, self.cost, self.curve = rows, right, cost, curve
        self.bounded = np.isfinite(upper)
        self.v = np.where(self.bounded, upper / 2, 1.0)
        self.s = np.where(self.bounded, upper - self.v, 1.0)
        self.y, self.z = np.zeros(right.size), np.ones(cost.size)
        self.w = self.bounded.astype(float)
        self.n_pair = cost.size + int(self.bounded.sum())

    def error(self) -> float:
        """Largest relative error of the rows, of the costs, and of the gap between them."""
        self.primal = self.right - self.rows.times(self.v)
        self.dual = self.rows.transposed(self.y) + self.z - self.w - self.curve * self.v - self.cost
        self.gap = float(self.v @ self.z + self.s @ self.w)
        return max(
            float(np.abs(self.primal).max(initial=0.0)) / (1 + float(np.abs(self.right).max(initial=0.0))),
            float(np.abs(self.dual).max(initial=0.0)) / (1 + float(np.abs(self.cost).max(initial=0.0))),
            self.gap / (1 + abs(float(self.cost @ self.v))),
        )

    def advance(self) -> None:
        """Move by one predictor and one corrector, after `error`."""
        v, s, z, w, bounded = self.v, self.s, self.z, self.w, self.bounded
        theta = 1.0 / (self.curve + z / v + w / s)
        solve = self.rows.factor(theta)
        mu = self.gap / self.n_pair
        dv, _, dz, dw = step = self._step(theta, solve, -v * z, -s * w)
        a, b = self._lengths(step, 1.0)
        after = float((v + a * dv) @ (z + b * dz) + (s - a * dv)[bounded] @ (w + b * dw)[bounded])
        target = mu * min(after / self.gap, 1.0) ** 3
        both = np.where(bounded, target - s * w + dv * dw, 0.0)
        dv, dy, dz, dw = step = self._step(theta, solve, target - v * z - dv * dz, both)
        a, b = self._lengths(step, 0.995)
        if self.curve.any():
            a = b = min(a, b)
        self.v, self.s = v + a * dv, np.where(bounded, s - a * dv, 1.0)
        self.y, self.z, self.w = self.y + b * dy, z + b * dz, w + b * dw

    def _step(
        self,
        theta: np.ndarray,
        solve: Callable[[np.ndarray], np.ndarray],
        rz: np.ndarray,
        rw: np.ndarray,
    ) -> Step:
        rho = self.dual + rz / self.v - rw / self.s
        r = self.primal - self.rows.times(theta * rho)
        dy = solve(r)
        for _ in range(REFINEMENTS):
            dy = dy + solve(r - self.rows.times(theta * self.rows.transposed(dy)))
        dv = theta * (self.rows.transposed(dy) + rho)
        dw = np.where(self.bounded, (rw + self.w * dv) / self.s, 0.0)
        return dv, dy, (rz - self.z * dv) / self.v, dw

    def _lengths(self, step: Step, share: float) -> tuple[float, float]:
        """Share of the longest steps that keep every entry at or above 0, at most 1."""

        def longest(value: np.ndarray, change: np.ndarray) -> float:
            falls = change < 0
            return share * float((-value[falls] / change[falls]).min(initial=1.0 / share))

        dv, _, dz, dw = step
        bounded = self.bounded
        return (
            min(longest(self.v, dv), longest(self.s[bounded], -dv[bounded])),
            min(longest(self.z, dz), longest(self.w[bounded], dw[bounded])),
        )
