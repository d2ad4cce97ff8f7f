"""Two ways to iterate the same equations: a sweep for radial networks and the reduced Z-bus for any.

Both solve V = V0 - Z conj(S / V) by fixed point, V the node voltages, S the power drawn. The sweep applies Z
without building it: on a preorder numbering every subtree is one slice, so the current in a branch is a
difference of two rows of one cumulative sum [1]_.

References
----------
.. [1] Shirmohammadi et al., "A compensation-based power flow method for weakly meshed distribution and
   transmission networks", IEEE Trans. Power Systems 3(2), 1988; the subtree slices are the Euler tour technique.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from calculators.engine.grid.network import Network

MAX_ITERATIONS = 300


@dataclass(frozen=True)
class Tree:
    """A radial network in preorder; row 0 is the slack. Voltages are scaled by `scale`, so ratios vanish.

    Row k is the node `node[k]`, fed by `branch[k]` from row `parent[k]`; its subtree is rows k to `end[k]` - 1.
    """

    node: np.ndarray
    parent: np.ndarray
    end: np.ndarray
    branch: np.ndarray
    forward: np.ndarray
    levels: tuple[np.ndarray, ...]
    scale: np.ndarray
    z: np.ndarray
    y: np.ndarray
    y_up: np.ndarray
    y_down: np.ndarray


def tree(network: Network) -> Tree:
    """Number a radial network in preorder and absorb the transformer ratios into the voltage bases."""
    neighbours: list[list[tuple[int, int]]] = [[] for _ in range(network.n_node)]
    for branch, (start, stop) in enumerate(zip(network.branch_from, network.branch_to, strict=True)):
        neighbours[start].append((int(stop), branch))
        neighbours[stop].append((int(start), branch))
    node: list[int] = []
    parent: list[int] = []
    feeder: list[int] = []
    depth: list[int] = []
    stack = [(network.slack_node, -1, -1, 0)]
    while stack:
        here, above, branch, level = stack.pop()
        row = len(node)
        node.append(here)
        parent.append(above)
        feeder.append(branch)
        depth.append(level)
        stack.extend(
            (there, row, through, level + 1) for there, through in neighbours[here] if through != branch
        )
    n = len(node)
    end = np.arange(1, n + 1)
    for row in range(n - 1, 0, -1):
        end[parent[row]] = max(end[parent[row]], end[row])
    fed_by = np.array(feeder)
    up = np.array(parent)
    forward = np.zeros(n, dtype=bool)
    scale, z = np.ones(n), np.zeros(n, dtype=complex)
    y, y_up, y_down = np.zeros(n, dtype=complex), np.zeros(n, dtype=complex), np.zeros(n, dtype=complex)
    for row in range(1, n):
        index, above = fed_by[row], up[row]
        forward[row] = network.branch_from[index] == node[above]
        ratio = network.branch_ratio[index]
        scale[row] = scale[above] * ratio if forward[row] else scale[above] / ratio
        inner = scale[row] if forward[row] else scale[above]  # the pi sits at the to end of the ratio
        z[row] = network.branch_z_pu[index] * inner**2
        ends = network.branch_y_from_pu[index] / inner**2, network.branch_y_to_pu[index] / inner**2
        y_up[row], y_down[row] = ends if forward[row] else ends[::-1]
        y[row] += y_down[row]
        y[above] += y_up[row]
    levels = np.array(depth)
    rows = tuple(np.flatnonzero(levels == level) for level in range(1, int(levels.max()) + 1 if n > 1 else 1))
    return Tree(np.array(node), up, end, fed_by, forward, rows, scale, z, y, y_up, y_down)


def sweep(
    network: Network, shape: Tree, s_pu: np.ndarray, tol_pu: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
    """Solve a radial network.

    Parameters
    ----------
    network : Network
    shape : Tree
    s_pu : ndarray of complex, shape (n_node, n_t)
        Power drawn at each node. [pu]
    tol_pu : float
        Largest power mismatch accepted at any node. [pu]

    Returns
    -------
    v_pu : ndarray of complex, shape (n_node, n_t)
    i_from_pu, i_to_pu : ndarray of complex, shape (n_branch, n_t)
        Current entering each branch at its two ends, on the base of that end. [pu]
    residual_pu : ndarray, shape (n_t,)
        Largest power mismatch. A step above `tol_pu` did not converge.
    iterations : int
    """
    n, n_t = s_pu.shape
    s = s_pu[shape.node]
    v = np.full((n, n_t), network.slack_vm_pu, dtype=complex)
    loaded = np.flatnonzero(np.any(s != 0, axis=1))
    loaded = loaded[loaded > 0]
    current = np.zeros((n, n_t), dtype=complex)
    total = np.zeros((n + 1, n_t), dtype=complex)
    residual, iterations = np.full(n_t, np.inf), 0

    def step() -> np.ndarray:
        np.multiply(shape.y[:, None], v, out=current)
        current[loaded] += np.conj(s[loaded] / v[loaded])
        np.cumsum(current, axis=0, out=total[1:])
        series: np.ndarray = total[shape.end] - total[:-1]
        drop = shape.z[:, None] * series
        for rows in shape.levels:
            v[rows] = v[shape.parent[rows]] - drop[rows]
        return series

    series = step()
    for iterations in range(1, MAX_ITERATIONS + 1):  # noqa: B007
        before = v[loaded]
        series = step()
        residual = _mismatch(s[loaded], before, v[loaded])
        if not np.any(residual > tol_pu):
            break
    below, above = v[1:], v[shape.parent[1:]]
    at_child = (series[1:] - shape.y_down[1:, None] * below) * shape.scale[1:, None]
    at_parent = (series[1:] + shape.y_up[1:, None] * above) * shape.scale[shape.parent[1:], None]
    i_from, i_to = np.empty((2, network.n_branch, n_t), dtype=complex)
    forward, index = shape.forward[1:, None], shape.branch[1:]
    i_from[index] = np.where(forward, at_parent, -at_child)
    i_to[index] = np.where(forward, -at_child, at_parent)
    out = np.empty_like(v)
    out[shape.node] = v / shape.scale[:, None]
    return out, i_from, i_to, residual, iterations


@dataclass(frozen=True)
class Impedance:
    """Reduced impedance matrix of a network: what a unit current drawn at one node does to all."""

    z: np.ndarray  # (n_node, n_loaded)
    v_empty: np.ndarray  # (n_node,)
    loaded: np.ndarray  # (n_loaded,)


def impedance(network: Network, loaded: np.ndarray) -> Impedance:
    """Invert the admittance matrix of a network of any shape, slack removed.

    Parameters
    ----------
    network : Network
    loaded : ndarray of int
        Nodes that draw power; the slack must not be among them.
    """
    y_bus = np.zeros((network.n_node, network.n_node), dtype=complex)
    series, ratio = 1.0 / network.branch_z_pu, network.branch_ratio
    start, stop = network.branch_from, network.branch_to
    np.add.at(y_bus, (start, start), (series + network.branch_y_from_pu) / ratio**2)
    np.add.at(y_bus, (stop, stop), series + network.branch_y_to_pu)
    np.add.at(y_bus, (start, stop), -series / ratio)
    np.add.at(y_bus, (stop, start), -series / ratio)
    others = np.delete(np.arange(network.n_node), network.slack_node)
    position = np.full(network.n_node, -1)
    position[others] = np.arange(others.size)
    right = np.zeros((others.size, loaded.size + 1), dtype=complex)
    right[position[loaded], np.arange(loaded.size)] = 1.0
    right[:, -1] = -y_bus[others, network.slack_node] * network.slack_vm_pu
    found = np.linalg.solve(y_bus[np.ix_(others, others)], right)
    z = np.zeros((network.n_node, loaded.size), dtype=complex)
    v_empty = np.full(network.n_node, network.slack_vm_pu, dtype=complex)
    z[others], v_empty[others] = found[:, :-1], found[:, -1]
    return Impedance(z, v_empty, loaded)


def z_bus(
    network: Network, matrix: Impedance, s_pu: np.ndarray, tol_pu: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
    """Solve a network of any shape; arguments and results as `sweep`.

    The first passes run in single precision from the mean load's solution; double precision then corrects until
    the mismatch meets the tolerance, so what is returned never depends on the single-precision passes.
    """
    s = s_pu[matrix.loaded]
    square = matrix.z[matrix.loaded]
    empty = matrix.v_empty[matrix.loaded][:, None]
    v = _rough(square, empty, s)
    residual, iterations = np.full(s_pu.shape[1], np.inf), 0
    current = np.conj(s / v)
    for iterations in range(1, MAX_ITERATIONS + 1):  # noqa: B007
        after = empty - square @ current
        residual = _mismatch(s, v, after)
        v = after
        if not np.any(residual > tol_pu):
            break
        current = np.conj(s / v)
    full = matrix.v_empty[:, None] - matrix.z @ current
    inner = full[network.branch_from] / network.branch_ratio[:, None]
    outer = full[network.branch_to]
    through = (inner - outer) / network.branch_z_pu[:, None]
    i_from = (through + network.branch_y_from_pu[:, None] * inner) / network.branch_ratio[:, None]
    i_to = network.branch_y_to_pu[:, None] * outer - through
    return full, i_from, i_to, residual, iterations


def _rough(square: np.ndarray, empty: np.ndarray, s: np.ndarray) -> np.ndarray:
    """A few single-precision passes; falls back to the empty network where they overflow."""
    z32, e32, s32 = square.astype(np.complex64), empty.astype(np.complex64), s.astype(np.complex64)
    v = np.broadcast_to(e32, s32.shape)
    for _ in range(3):
        v = e32 - z32 @ np.conj(s32 / v)
    wide: np.ndarray = v.astype(complex)
    return np.where(np.isfinite(wide) & (wide != 0), wide, empty)


def _mismatch(s: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Largest |V' conj(I) - S| over the nodes, with I = conj(S / V): exact, not an estimate."""
    if s.shape[0] == 0:
        return np.zeros(s.shape[1])
    off = np.abs(s * (after / before - 1.0)).max(axis=0)
    result: np.ndarray = np.where(np.isfinite(off), off, np.inf)
    return result


Method = Callable[[np.ndarray, float], tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]]
"""Power drawn (n_node, n_t) and tolerance to voltages, end currents, residual and iterations."""
