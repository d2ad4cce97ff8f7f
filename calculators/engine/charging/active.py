"""The steps in which sessions are plugged in, as flat arrays: nothing is stored for the steps in between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculators.engine.charging.sessions import Sessions


@dataclass(frozen=True)
class Active:
    """Session-steps inside the grid, ordered by session, then time.

    Attributes
    ----------
    session, step : ndarray of int, shape (n_active,)
        Which session, and which step of the grid.
    first, count : ndarray of int, shape (n_session,)
        Where the session's steps begin in the flat arrays, and how many there are.
    """

    session: np.ndarray
    step: np.ndarray
    first: np.ndarray
    count: np.ndarray

    @staticmethod
    def of(sessions: Sessions, n_t: int) -> Active:
        """List the steps of each session that lie in 0 <= step < n_t."""
        start = np.clip(sessions.arrival_step, 0, n_t)
        count = np.clip(sessions.departure_step, 0, n_t) - start
        first = np.cumsum(count) - count
        session = np.repeat(np.arange(count.size), count)
        place = np.arange(session.size)
        return Active(session, place + np.repeat(start - first, count), first, count)

    @property
    def rank(self) -> np.ndarray:
        """Steps of the same session before this one, (n_active,)."""
        rank: np.ndarray = np.arange(len(self)) - self.each(self.first)
        return rank

    def each(self, values: np.ndarray) -> np.ndarray:
        """Repeat `values` (n_session,) for the steps of each session: (n_active,)."""
        out: np.ndarray = np.repeat(values, self.count)
        return out

    def __len__(self) -> int:
        """Number of session-steps."""
        return self.session.size

    def before(self, values: np.ndarray) -> np.ndarray:
        """Sum of `values` (n_active,) over the earlier steps of the same session."""
        running: np.ndarray = np.cumsum(values) - values
        if len(self):
            running -= self.each(running[np.minimum(self.first, len(self) - 1)])
        return running

    def dense(self, values: np.ndarray, n_t: int) -> np.ndarray:
        """Return `values` (n_active,) as (n_session, n_t), 0 elsewhere."""
        out = np.zeros((self.count.size, n_t))
        out[self.session, self.step] = values
        return out
