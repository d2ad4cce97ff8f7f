"""The iteration U = U0 - Z conj(S / U) over many steps at once, whatever way Z is applied.

Complex numbers are pairs of rows (re, im), so that everything is element-wise work in place or real matrix
products; numpy does complex magnitudes and divisions several times slower.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

MAX_ITERATIONS = 300
FIRST_CHECK = 3
"""No network meets the tolerance earlier, so earlier passes are not judged."""


class Operator(Protocol):
    """A network that answers currents with voltages, for chunks of `n_t` steps."""

    n_t: int
    u_empty: np.ndarray  # (n_element,) complex: voltage of each element when none draws

    def voltages(self, current: np.ndarray, out: np.ndarray) -> None:
        """Voltages `out` (n_element, 2, n_t) of the elements that draw `current` (n_element, 2, n_t). [pu]"""

    def results(self) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        """Quantities (n, n_t) and supplied currents (n_fixed, n_t) that belong to the last currents. [pu]"""


@dataclass(frozen=True)
class Steps:
    """What one chunk of steps came to.

    Attributes
    ----------
    quantities : tuple of ndarray, each (n, n_t)
        One per quantity of the network.
    supply : ndarray of complex, shape (n_fixed, n_t)
        Current supplied at each node of fixed voltage. [pu]
    p_total : ndarray, shape (n_t,)
        Active power of all elements. [pu]
    residual : ndarray, shape (n_t,)
        Largest power mismatch of any element; a step above the tolerance did not converge. [pu]
    iterations : int
    """

    quantities: tuple[np.ndarray, ...]
    supply: np.ndarray
    p_total: np.ndarray
    residual: np.ndarray
    iterations: int

    def first(self, n_t: int) -> Steps:
        """Return the first steps; the rest of a chunk may be padding."""
        return Steps(
            tuple(one[:, :n_t] for one in self.quantities),
            self.supply[:, :n_t],
            self.p_total[:n_t],
            self.residual[:n_t],
            self.iterations,
        )


@dataclass(frozen=True)
class Start:
    """Voltage of each element as a line in the total power: a good first guess saves a pass."""

    per_power: np.ndarray  # (n_element, 2)

    @classmethod
    def of(cls, mean: Chunk, tol: float) -> Start | None:
        """Draw the line through the empty network and one step of mean load; None where that has no sense."""
        found = mean.solve(tol)
        empty = mean.operator.u_empty
        change = mean.u[:, :, 0] - np.stack([empty.real, empty.imag], axis=1)
        small = np.abs(change).max(initial=0.0) < 0.2 and abs(found.p_total[0]) > 1e-2 * np.abs(mean.p).sum()
        return cls(change / found.p_total[0]) if found.residual[0] <= tol and small else None


class Chunk:
    """Memory for one chunk of steps, used again for the next: fresh memory costs more than the arithmetic."""

    def __init__(self, operator: Operator) -> None:
        n, n_t = operator.u_empty.size, operator.n_t
        self.operator = operator
        self.p, self.q, self.weight, self.spare, self.size = (np.zeros((n, n_t)) for _ in range(5))
        self.u, self.next, self.current, self.before = (np.empty((n, 2, n_t)) for _ in range(4))

    def solve(self, tol: float, start: Start | None = None, max_iterations: int = MAX_ITERATIONS) -> Steps:
        """Solve for the powers in `p` and `q` (n_element, n_t), drawn positive. [pu]

        Parameters
        ----------
        tol : float
            Largest power mismatch accepted at any element. [pu]
        start : Start, optional
            Where to begin; the empty network when left out.
        max_iterations : int
            Passes after which a step counts as without solution.
        """
        empty, p_total = self.operator.u_empty, self.p.sum(axis=0)
        for part, constant in ((0, empty.real), (1, empty.imag)):
            self.u[:, part] = constant[:, None]
            if start is not None:
                np.multiply(start.per_power[:, part, None], p_total, out=self.spare)
                self.u[:, part] += self.spare
        residual = np.full(self.operator.n_t, np.inf)
        for iteration in range(1, max_iterations + 1):
            self.current, self.before = self.before, self.current
            self._currents()
            if (
                iteration > FIRST_CHECK
            ):  # what has converged stays, so no step depends on which others run with it
                np.copyto(self.current, self.before, where=residual <= tol)
            self.operator.voltages(self.current, self.next)
            if iteration >= FIRST_CHECK:
                residual = np.where(residual <= tol, residual, self._mismatch())
            self.u, self.next = self.next, self.u
            if not np.any(residual > tol):
                break
        quantities, supply = self.operator.results()
        return Steps(quantities, supply, p_total, residual, iteration)

    def _currents(self) -> None:
        """I = conj(S / U); leaves 1 / |U|^2 in `weight`."""
        re, im, weight, spare = self.u[:, 0], self.u[:, 1], self.weight, self.spare
        np.multiply(re, re, out=weight)
        np.multiply(im, im, out=spare)
        weight += spare
        np.divide(1.0, weight, out=weight)
        for part, one, other, combine in ((0, re, im, np.add), (1, im, re, np.subtract)):
            target = self.current[:, part]
            np.multiply(self.p, one, out=target)
            np.multiply(self.q, other, out=spare)
            combine(target, spare, out=target)
            target *= weight

    def _mismatch(self) -> np.ndarray:
        """Largest |U' conj(I) - S| = |I| |U' - U|: exact, not an estimate."""
        size, spare = self.size, self.spare
        for part, target in ((0, size), (1, spare)):
            np.subtract(self.next[:, part], self.u[:, part], out=target)
            np.multiply(target, target, out=target)
        size += spare
        np.multiply(self.p, self.p, out=spare)
        size *= self.weight
        np.multiply(self.q, self.q, out=self.weight)
        spare += self.weight
        size *= spare
        worst = np.maximum.reduce(size, axis=0, initial=0.0)
        result: np.ndarray = np.where(np.isfinite(worst), np.sqrt(worst), np.inf)
        return result
