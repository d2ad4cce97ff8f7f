"""Radial networks: the backward and forward sweep, row by row of the tree, all steps at once [1]_.

Work grows linearly with nodes and needs no matrix products, which numpy in the browser does slowly.

References
----------
.. [1] Shirmohammadi et al., "A compensation-based power flow method for weakly meshed distribution and
   transmission networks", IEEE Trans. Power Systems 3(2), 1988.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculators.engine.grid.balanced import loading_per_current
from calculators.engine.grid.network import Network


@dataclass(frozen=True)
class Tree:
    """A radial network, parents before children; row 0 is the slack. Scaled voltages make ratios vanish.

    Row k is the node `node[k]`, fed from row `parent[k]` by `branch[k]`, which is `forward` when its from end is
    the parent. `y` is the shunt admittance at each row, `y_up` and `y_down` that of the branch at parent and row.
    """

    node: np.ndarray
    parent: np.ndarray
    branch: np.ndarray
    forward: np.ndarray
    scale: np.ndarray
    z: np.ndarray
    y: np.ndarray
    y_up: np.ndarray
    y_down: np.ndarray


def tree(network: Network) -> Tree:
    """Order a radial network and absorb the transformer ratios into the voltage bases."""
    neighbours: list[list[tuple[int, int]]] = [[] for _ in range(network.n_node)]
    for branch, (start, stop) in enumerate(zip(network.branch_from, network.branch_to, strict=True)):
        neighbours[start].append((int(stop), branch))
        neighbours[stop].append((int(start), branch))
    rows = [(network.slack_node, 0, -1)]
    for row, (here, _, through) in enumerate(rows):  # grows while it is read
        rows += [(there, row, branch) for there, branch in neighbours[here] if branch != through]
    node, parent, feeder = (np.array(column) for column in zip(*rows, strict=True))
    n = node.size
    forward = np.ones(n, dtype=bool)
    scale, z = np.ones(n), np.zeros(n, dtype=complex)
    y, y_up, y_down = np.zeros(n, dtype=complex), np.zeros(n, dtype=complex), np.zeros(n, dtype=complex)
    for row in range(1, n):
        index, above = feeder[row], parent[row]
        forward[row] = network.branch_from[index] == node[above]
        ratio = network.branch_ratio[index]
        scale[row] = scale[above] * ratio if forward[row] else scale[above] / ratio
        inner = scale[row] if forward[row] else scale[above]  # the pi sits at the to end of the ratio
        z[row] = network.branch_z_pu[index] * inner**2
        ends = network.branch_y_from_pu[index] / inner**2, network.branch_y_to_pu[index] / inner**2
        y_up[row], y_down[row] = ends if forward[row] else ends[::-1]
        y[row] += y_down[row]
        y[above] += y_up[row]
    return Tree(node, parent, feeder, forward, scale, z, y, y_up, y_down)


class Sweep:
    """A tree with memory for `n_t` steps; see `fixed_point.Operator`."""

    def __init__(self, network: Network, shape: Tree, drawn: np.ndarray, n_t: int) -> None:
        self.network, self.shape, self.n_t = network, shape, n_t
        n = shape.node.size
        row_of = np.empty(n, dtype=int)
        row_of[shape.node] = np.arange(n)
        self.rows = row_of[drawn]
        self.v, self.series, self.drop = (np.zeros((n, 2, n_t)) for _ in range(3))
        self.spare = np.empty((n, n_t))
        self.v[0, 0] = network.slack_vm_pu
        self.shunt = np.flatnonzero(shape.y)
        below = range(n - 1, 0, -1)
        self.backward = [(self.series[shape.parent[row]], self.series[row]) for row in below]
        self.onward = [(self.v[shape.parent[row]], self.drop[row], self.v[row]) for row in reversed(below)]
        # The empty network: its shunts are linear, so a few passes settle them to the last digit.
        none = np.zeros((self.rows.size, 2, n_t))
        self.v[:, 0] = network.slack_vm_pu
        for _ in range(20 if self.shunt.size else 1):
            self.voltages(none, none)
            none[:] = 0.0
        found = self.v[self.rows, :, 0]
        self.u_empty = found[:, 0] + 1j * found[:, 1]

    def voltages(self, current: np.ndarray, out: np.ndarray) -> None:
        shape, series, drop, spare = self.shape, self.series, self.drop, self.spare
        series[:] = 0.0
        if self.shunt.size:
            _multiply(shape.y, self.v, series, spare)
        series[self.rows] += current
        for above, below in self.backward:
            np.add(above, below, out=above)
        _multiply(shape.z, series, drop, spare)
        for above, between, below in self.onward:
            np.subtract(above, between, out=below)
        np.take(self.v, self.rows, axis=0, out=out)

    def results(self) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        network, shape, spare = self.network, self.shape, self.spare
        n = shape.node.size
        supply = self.series[:1, 0] + 1j * self.series[:1, 1]
        voltage, loading = np.empty((n, self.n_t)), np.empty((network.n_branch, self.n_t))
        voltage[shape.node] = _size(self.v, spare) / shape.scale[:, None]
        scale_from, scale_to = loading_per_current(network)
        index, above = shape.branch[1:], shape.parent[1:]
        at_parent = np.where(shape.forward[1:], scale_from[index], scale_to[index]) * shape.scale[above]
        at_child = np.where(shape.forward[1:], scale_to[index], scale_from[index]) * shape.scale[1:]
        end = np.empty_like(self.v)
        _multiply(shape.y_up, self.v[shape.parent], end, spare)
        end += self.series
        upper = _size(end, spare)[1:] * at_parent[:, None]
        _multiply(shape.y_down, self.v, end, spare)
        np.subtract(self.series, end, out=end)
        loading[index] = np.maximum(upper, _size(end, spare)[1:] * at_child[:, None])
        return (voltage, loading), supply


def _multiply(factor: np.ndarray, x: np.ndarray, out: np.ndarray, spare: np.ndarray) -> None:
    """Complex factor (n,) times pairs x (n, 2, n_t) into out."""
    re, im = factor.real[:, None], factor.imag[:, None]
    np.multiply(x, re[:, None], out=out)
    np.multiply(x[:, 1], im, out=spare)
    out[:, 0] -= spare
    np.multiply(x[:, 0], im, out=spare)
    out[:, 1] += spare


def _size(x: np.ndarray, spare: np.ndarray) -> np.ndarray:
    """Magnitude of pairs (n, 2, n_t)."""
    result: np.ndarray = x[:, 0] * x[:, 0]
    np.multiply(x[:, 1], x[:, 1], out=spare)
    result += spare
    np.sqrt(result, out=result)
    return result
