"""What hangs together in a network of rows: joined buses, supply, phase shift around loops."""

from __future__ import annotations

import numpy as np


def root(parent: np.ndarray, row: int) -> int:
    """Return the representative of a joined set, shortening the path to it."""
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = int(parent[row])
    return row


def join(parent: np.ndarray, one: int, other: int) -> None:
    """Join the sets of two rows."""
    parent[root(parent, other)] = root(parent, one)


def walk(
    n: int, start: np.ndarray, stop: np.ndarray, shift: np.ndarray, slack: int
) -> tuple[np.ndarray, list[int]]:
    """Walk all branches from the slack.

    Parameters
    ----------
    n : int
        Number of nodes.
    start, stop : ndarray of int
        Ends of each branch.
    shift : ndarray
        Phase shift from start to stop. [degree]
    slack : int

    Returns
    -------
    reached : ndarray of bool, shape (n,)
        Nodes with a path to the slack.
    odd : list of int
        Branches that close a loop around which the phase shifts do not add up to whole turns.
    """
    neighbours: list[list[tuple[int, float]]] = [[] for _ in range(n)]
    for one, other, turn in zip(start.tolist(), stop.tolist(), shift.tolist(), strict=True):
        neighbours[one].append((other, turn))
        neighbours[other].append((one, -turn))
    angle = np.full(n, np.nan)
    angle[slack] = 0.0
    stack = [slack]
    while stack:
        here = stack.pop()
        for there, turn in neighbours[here]:
            if np.isnan(angle[there]):
                angle[there] = angle[here] + turn
                stack.append(there)
    with np.errstate(invalid="ignore"):
        off = (angle[start] + shift - angle[stop] + 180) % 360 - 180
        odd = np.flatnonzero(np.abs(off) > 1e-6)
    return ~np.isnan(angle), odd.tolist()
