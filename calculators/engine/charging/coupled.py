"""Rows of the programmes in which sessions share something: each session's own rows, and one row for each step.

Columns: charging power of each session-step, then what the sessions' own rows need, then one for each step
(`Steps`), then perhaps one for the peak. The normal equations are solved for the sessions first, so what is
left has the size of the steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from calculators.engine.charging.active import Active

CHUNK = 2048
TINY = 1e-13
REGULAR = 1e-9
"""Added to each row of a battery; the refinement of each step takes it out again as far as rounding allows."""


@dataclass(frozen=True)
class Steps:
    """Row of each step: sum of the sessions' power + sign x the step's column - the peak (if any).

    Attributes
    ----------
    n_t : int
    sign : float
        -1 when the column is the total itself, 1 when it is the room left below the peak.
    peak : bool
        Whether there is a peak column.
    """

    n_t: int
    sign: float
    peak: bool

    @property
    def n_column(self) -> int:
        """Columns of the steps and the peak."""
        return self.n_t + self.peak

    def times(self, own: np.ndarray) -> np.ndarray:
        """Rows times the steps' own columns."""
        row: np.ndarray = self.sign * own[: self.n_t]
        return row - own[-1] if self.peak else row

    def transposed(self, y: np.ndarray) -> np.ndarray:
        """Transposed."""
        column: np.ndarray = self.sign * y
        return np.append(column, -y.sum()) if self.peak else column

    def solver(self, theta: np.ndarray, matrix: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Return the solver of the rows, `matrix` (n_t, n_t) being what the sessions add to them; it is changed."""
        matrix[np.diag_indices(self.n_t)] += theta[: self.n_t]
        solve = _solver(matrix)
        if not self.peak:
            return solve
        # The peak is in all rows: added to the matrix it would drown the rest, so it is eliminated after it.
        ones = solve(np.ones(self.n_t))
        weight = 1.0 / (1.0 / theta[-1] + ones.sum())

        def with_peak(r: np.ndarray) -> np.ndarray:
            first = solve(r)
            out: np.ndarray = first - ones * (weight * first.sum())
            return out

        return with_peak


class EnergyRows:
    """Each session: sum of its power + its shortfall = its wish."""

    def __init__(self, active: Active, steps: Steps) -> None:
        self.active, self.steps = active, steps
        self.n, self.n_session = len(active), active.count.size

    def times(self, v: np.ndarray) -> np.ndarray:
        """Rows times v: sessions, then steps."""
        power, short = v[: self.n], v[self.n : self.n + self.n_session]
        active = self.active
        met = active.per_session(power) + short
        total = np.bincount(active.step, weights=power, minlength=self.steps.n_t)
        return np.concatenate([met, total + self.steps.times(v[self.n + self.n_session :])])

    def transposed(self, y: np.ndarray) -> np.ndarray:
        """Rows transposed times y."""
        own, shared = y[: self.n_session], y[self.n_session :]
        power = self.active.each(own) + shared[self.active.step]
        return np.concatenate([power, own, self.steps.transposed(shared)])

    def factor(self, theta: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Return the solver of the normal equations."""
        active, n_t, n_session = self.active, self.steps.n_t, self.n_session
        power = theta[: self.n]
        own = active.per_session(power)
        own += theta[self.n : self.n + n_session]
        matrix: np.ndarray = np.diag(np.bincount(active.step, weights=power, minlength=n_t))
        scaled = power / active.each(np.sqrt(own))
        for at in range(0, n_session, CHUNK):
            first = int(active.first[at])
            last = int(active.first[at + CHUNK]) if at + CHUNK < n_session else self.n
            dense = np.zeros((min(CHUNK, n_session - at), n_t))
            dense[active.session[first:last] - at, active.step[first:last]] = scaled[first:last]
            matrix -= dense.T @ dense
        solve_steps = self.steps.solver(theta[self.n + n_session :], matrix)

        def solve(r: np.ndarray) -> np.ndarray:
            r_own, r_shared = r[:n_session] / own, r[n_session:]
            lifted = np.bincount(active.step, weights=power * active.each(r_own), minlength=n_t)
            shared = solve_steps(r_shared - lifted)
            back = active.per_session(power * shared[active.step])
            return np.concatenate([r_own - back / own, shared])

        return solve


class StorageRows:
    """Each session-step: energy stored after it - energy stored before it - what went in + what came out = 0.

    Own columns: discharging power where `back` allows it, then the energy stored above the floor after each step;
    after the last one, what is missing to the goal. Sessions of about one length are inverted together.
    """

    def __init__(
        self, active: Active, steps: Steps, gain_h: np.ndarray, drain_h: np.ndarray, back: np.ndarray
    ) -> None:
        self.active, self.steps, self.back = active, steps, back
        self.gain_h, self.drain_h = gain_h, drain_h[back]
        self.n = len(active)
        last = np.zeros(self.n, dtype=bool)
        last[active.first + active.count - 1] = True
        self.sign = np.where(last, -1.0, 1.0)
        self.stays = ~last  # the energy stored after this step is the next one's start
        size = -(-active.count // 8) * 8
        self.groups = [(int(length), np.flatnonzero(size == length)) for length in np.unique(size)]
        self.parts = np.cumsum([self.n, back.size, self.n])

    def _split(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        charge, back, stored, own = np.split(v, self.parts)
        return charge, back, stored, own

    def times(self, v: np.ndarray) -> np.ndarray:
        """Rows times v: session-steps, then steps."""
        charge, back, stored, own = self._split(v)
        row = self.sign * stored - self.gain_h * charge
        row[1:] -= np.where(self.stays[:-1], stored[:-1], 0.0)
        row[self.back] += self.drain_h * back
        total = np.bincount(self.active.step, weights=charge, minlength=self.steps.n_t)
        total -= np.bincount(self.active.step[self.back], weights=back, minlength=self.steps.n_t)
        return np.concatenate([row, total + self.steps.times(own)])

    def transposed(self, y: np.ndarray) -> np.ndarray:
        """Rows transposed times y."""
        row, shared = y[: self.n], y[self.n :]
        price = shared[self.active.step]
        stored = self.sign * row
        stored[:-1] -= np.where(self.stays[:-1], row[1:], 0.0)
        return np.concatenate(
            [
                price - self.gain_h * row,
                self.drain_h * row[self.back] - price[self.back],
                stored,
                self.steps.transposed(shared),
            ]
        )

    def factor(self, theta: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Return the solver of the normal equations."""
        active, n_t, gain_h = self.active, self.steps.n_t, self.gain_h
        charge, of_back, stored, own = self._split(theta)
        back, drain_h = np.zeros(self.n), gain_h.copy()
        back[self.back], drain_h[self.back] = of_back, self.drain_h
        link = -gain_h * charge - drain_h * back
        flow = gain_h**2 * charge + drain_h**2 * back + REGULAR
        inverses = [self._inverse(length, rows, flow, stored) for length, rows in self.groups]
        rest, matrix = np.zeros(self.n), np.zeros((n_t, n_t))
        for (length, rows), (inverse, others) in zip(self.groups, inverses, strict=True):
            place, inside = self._places(length, rows)
            # charge + back - link^2 x inverse, written as a sum of positive terms
            lasting = (charge + back)[place] * others + (charge * back * (gain_h - drain_h) ** 2)[place]
            rest[place[inside]] = (lasting * np.diagonal(inverse, axis1=1, axis2=2))[inside]
            for at, row in enumerate(rows):
                size = active.count[row]
                mine = slice(active.first[row], active.first[row] + size)
                span = slice(active.start[row], active.start[row] + size)
                between = link[mine, None] * inverse[at, :size, :size] * link[mine]
                between[np.diag_indices(size)] = 0.0
                matrix[span, span] -= between
        matrix[np.diag_indices(n_t)] += np.bincount(active.step, weights=rest, minlength=n_t)
        solve_steps = self.steps.solver(own, matrix)

        def own_rows(r: np.ndarray) -> np.ndarray:
            out = np.empty(self.n)
            for (length, rows), (inverse, _) in zip(self.groups, inverses, strict=True):
                place, inside = self._places(length, rows)
                padded = np.where(inside, r[place], 0.0)
                out[place[inside]] = (inverse @ padded[..., None])[..., 0][inside]
            return out

        def solve(r: np.ndarray) -> np.ndarray:
            first = own_rows(r[: self.n])
            shared = solve_steps(r[self.n :] - np.bincount(active.step, weights=link * first, minlength=n_t))
            return np.concatenate([first - own_rows(link * shared[active.step]), shared])

        return solve

    def _places(self, length: int, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where the steps of `rows` lie in the flat arrays, (n_row, length), and which of them exist."""
        inside = np.arange(length) < self.active.count[rows, None]
        place = np.where(inside, self.active.first[rows, None] + np.arange(length), 0)
        return place, inside

    def _inverse(
        self, length: int, rows: np.ndarray, flow: np.ndarray, stored: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Inverses of the tridiagonal matrices of `rows`, (n_row, length, length), padded with ones.

        Each is that of a chain of conductances: `stored` from step to step and from the last to earth, `flow` from
        each to earth. Its inverse follows from conductances in series and in parallel, sums and products of
        positive numbers, so it is accurate even where the matrix is singular to rounding. Also returned is what
        each step is connected to besides its own flow, (n_row, length).
        """
        place, inside = self._places(length, rows)
        kept = np.where(inside & self.stays[place], stored[place], 0.0)[:, :-1]
        end = np.where(inside & ~self.stays[place], stored[place], 0.0)
        earth = np.where(inside, flow[place], 1.0) + end
        left, right = earth.copy(), earth.copy()
        others = end.copy()
        for at in range(1, length):
            before = _series(kept[:, at - 1], left[:, at - 1])
            after = _series(kept[:, -at], right[:, -at])
            left[:, at] += before
            right[:, -1 - at] += after
            others[:, at] += before
            others[:, -1 - at] += after
        inverse = np.zeros((rows.size, length, length))
        flowing = np.where(inside, flow[place], 1.0)
        inverse[:, np.arange(length), np.arange(length)] = 1.0 / (flowing + others)
        share = kept / (kept + right[:, 1:])
        for at in range(1, length):
            inverse[:, :at, at] = inverse[:, :at, at - 1] * share[:, at - 1, None]
            inverse[:, at, :at] = inverse[:, :at, at]
        return inverse, others


def _series(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Conductance of two in series; both 0 or more, the second above 0."""
    both: np.ndarray = one * other / (one + other)
    return both


def _solver(matrix: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Solver of a positive matrix, scaled to ones on its diagonal."""
    scale = 1.0 / np.sqrt(np.maximum(matrix.diagonal(), TINY))
    scaled = matrix * scale * scale[:, None]
    scaled[np.diag_indices(len(scaled))] += TINY
    inverse = np.linalg.inv(scaled)

    def solve(r: np.ndarray) -> np.ndarray:
        first = inverse @ (scale * r)
        better = first + inverse @ (scale * r - scaled @ first)
        out: np.ndarray = scale * better
        return out

    return solve
