"""The steps in which sessions are plugged in, as flat arrays: nothing is stored for the steps in between."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calculators.engine.charging.sessions import Sessions

BLOCK_STEPS = 32_768
"""Session-steps worked on together, so that their arrays stay in the processor's cache."""


@dataclass(frozen=True)
class Active:
    """Session-steps inside the grid, ordered by session, then time; flat arrays have shape (n_active,).

    Attributes
    ----------
    start, count : ndarray of int, shape (n_session,)
        First step of each session in the grid, and how many there are.
    """

    start: np.ndarray
    count: np.ndarray

    @staticmethod
    def of(sessions: Sessions, n_t: int) -> Active:
        """List the steps of each session that lie in 0 <= step < n_t."""
        start = np.clip(sessions.arrival_step, 0, n_t)
        return Active(start, np.clip(sessions.departure_step, 0, n_t) - start)

    @cached_property
    def first(self) -> np.ndarray:
        """Where the session's steps begin in the flat arrays, (n_session,)."""
        first: np.ndarray = np.cumsum(self.count) - self.count
        return first

    @cached_property
    def session(self) -> np.ndarray:
        """Which session each session-step belongs to."""
        return self.each(np.arange(self.count.size))

    @cached_property
    def step(self) -> np.ndarray:
        """Which step of the grid each is."""
        step: np.ndarray = np.arange(len(self)) + self.each(self.start - self.first)
        return step

    @property
    def rank(self) -> np.ndarray:
        """Steps of the same session before each."""
        rank: np.ndarray = np.arange(len(self)) - self.each(self.first)
        return rank

    def __len__(self) -> int:
        """Number of session-steps."""
        return int(self.count.sum())

    def blocks(self) -> list[slice]:
        """Sessions in blocks of about `BLOCK_STEPS` session-steps; one empty block when there are none."""
        edges = np.flatnonzero(np.diff(self.first // BLOCK_STEPS, prepend=-1))
        return [slice(a, b) for a, b in itertools.pairwise([*edges.tolist(), self.count.size])] or [slice(0)]

    def each(self, values: np.ndarray) -> np.ndarray:
        """Repeat `values` (n_session,) for the steps of each session."""
        out: np.ndarray = np.repeat(values, self.count)
        return out

    def before(self, values: np.ndarray) -> np.ndarray:
        """Sum of flat `values` over the earlier steps of the same session."""
        running: np.ndarray = np.cumsum(values) - values
        if len(self):
            running -= self.each(running[np.minimum(self.first, len(self) - 1)])
        return running

    def per_step(self, values: np.ndarray, n_t: int) -> np.ndarray:
        """Sum of flat `values` in each step, (n_t,)."""
        total = np.zeros(n_t)
        for rows in self.blocks():
            part = Active(self.start[rows], self.count[rows])
            if len(part):
                at = int(self.first[rows][0])
                total += np.bincount(part.step, weights=values[at : at + len(part)], minlength=n_t)
        return total

    def per_session(self, values: np.ndarray) -> np.ndarray:
        """Sum of flat `values` of each session, (n_session,)."""
        total = np.zeros(self.count.size)
        some = self.count > 0
        if some.any():
            total[some] = np.add.reduceat(values, self.first[some])
        return total

    def dense(self, values: np.ndarray, n_t: int) -> np.ndarray:
        """Return flat `values` as (n_session, n_t), 0 elsewhere."""
        out = np.zeros((self.count.size, n_t))
        out[self.session, self.step] = values
        return out
