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
    """A radial network, parents before children; row 0 is the slack, row k is the node `node[k]`.

    Voltages and currents are scaled so that neither ratios nor shunts are left: with V = `v_scale` v / `base` and
    I = i / `v_scale`, the sum j of i below a row gives v = v of the parent - `z` j. `end_v` v + j, times
    `end_scale` (loading in %), is the current at the parent's end [0] and at the own end [1] of the row's branch.
    """

    node: np.ndarray
    parent: np.ndarray
    branch: np.ndarray
    base: np.ndarray
    v_scale: np.ndarray
    z: np.ndarray
    y_root: complex
    end_v: tuple[np.ndarray, np.ndarray]
    end_scale: tuple[np.ndarray, np.ndarray]


def tree(network: Network) -> Tree:
    """Order a radial network and choose the scales.

    A row with admittance y below it hangs on its parent through z: V = (V_parent - z J) d with d = 1 / (1 + z y),
    and its parent sees y d and J d. The product of d from the slack down is the scale that removes them.
    """
    node, parent, feeder = _ordered(network)
    n = node.size
    base, forward = np.ones(n), np.ones(n, dtype=bool)
    z, up, down = (np.zeros(n, dtype=complex) for _ in range(3))
    for row in range(1, n):
        index, above = feeder[row], parent[row]
        forward[row] = network.branch_from[index] == node[above]
        ratio = network.branch_ratio[index]
        base[row] = base[above] * ratio if forward[row] else base[above] / ratio
        inner = base[row] if forward[row] else base[above]  # the pi sits at the to end of the ratio
        z[row] = network.branch_z_pu[index] * inner**2
        ends = network.branch_y_from_pu[index] / inner**2, network.branch_y_to_pu[index] / inner**2
        up[row], down[row] = ends if forward[row] else ends[::-1]
    y = down.copy()
    np.add.at(y, parent[1:], up[1:])
    d = np.ones(n, dtype=complex)
    for row in range(n - 1, 0, -1):
        d[row] = 1.0 / (1.0 + z[row] * y[row])
        y[parent[row]] += y[row] * d[row]
    scale = d.copy()
    for row in range(1, n):
        scale[row] *= scale[parent[row]]
    z_scaled = z * d / scale**2
    above = up * scale[parent]
    of_j = 1.0 / scale + above * z_scaled, 1.0 / scale
    of_v = y * scale + above, (y - down) * scale
    loading = loading_per_current(network)
    per_end = [np.concatenate([[0.0], np.where(forward, *ends)[1:]]) for ends in (
        (loading[0][feeder], loading[1][feeder]), (loading[1][feeder], loading[0][feeder])
    )]  # fmt: skip
    return Tree(
        node, parent, feeder, base, scale, z_scaled, complex(y[0]),
        (of_v[0] / of_j[0], of_v[1] / of_j[1]),
        (np.abs(of_j[0]) * per_end[0] * base[parent], np.abs(of_j[1]) * per_end[1] * base),
    )  # fmt: skip


def _ordered(network: Network) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Node, parent's row and branch to the parent of each row."""
    neighbours: list[list[tuple[int, int]]] = [[] for _ in range(network.n_node)]
    for branch, (start, stop) in enumerate(zip(network.branch_from, network.branch_to, strict=True)):
        neighbours[start].append((int(stop), branch))
        neighbours[stop].append((int(start), branch))
    rows = [(network.slack_node, 0, -1)]
    for row, (here, _, through) in enumerate(rows):  # grows while it is read
        rows += [(there, row, branch) for there, branch in neighbours[here] if branch != through]
    node, parent, feeder = (np.array(column) for column in zip(*rows, strict=True))
    return node, parent, feeder


class Sweep:
    """A tree with memory for `n_t` steps; see `fixed_point.Operator`."""

    def __init__(self, network: Network, shape: Tree, drawn: np.ndarray, n_t: int) -> None:
        self.network, self.shape, self.n_t = network, shape, n_t
        n = shape.node.size
        row_of = np.empty(n, dtype=int)
        row_of[shape.node] = np.arange(n)
        self.rows = row_of[drawn]
        self.factor = shape.v_scale[self.rows]
        self.u_empty = network.slack_vm_pu * self.factor
        self.v, self.sum, self.drop = (np.zeros((n, 2, n_t)) for _ in range(3))
        self.v[0, 0] = network.slack_vm_pu
        self.spare, self.small = np.empty((n, n_t)), np.empty((self.rows.size, 2, n_t))
        below = range(n - 1, 0, -1)
        self.backward = [(self.sum[shape.parent[row]], self.sum[row]) for row in below]
        self.onward = [(self.v[shape.parent[row]], self.drop[row], self.v[row]) for row in reversed(below)]

    def voltages(self, current: np.ndarray, out: np.ndarray) -> None:
        few = self.spare[: self.rows.size]
        _multiply(self.factor, current, self.small, few)
        self.sum[:] = 0.0
        self.sum[self.rows] = self.small
        for above, below in self.backward:
            np.add(above, below, out=above)
        _multiply(self.shape.z, self.sum, self.drop, self.spare)
        for above, between, below in self.onward:
            np.subtract(above, between, out=below)
        np.take(self.v, self.rows, axis=0, out=self.small)
        _multiply(self.factor, self.small, out, few)

    def results(self) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        shape, at_root = self.shape, self.sum[:1]
        supply = at_root[:, 0] + 1j * at_root[:, 1] + shape.y_root * self.network.slack_vm_pu
        voltage, loading = np.empty((shape.node.size, self.n_t)), np.empty((self.network.n_branch, self.n_t))
        voltage[shape.node] = self._size(self.v, np.abs(shape.v_scale) / shape.base)
        ends = []
        for of_v, scale in zip(shape.end_v, shape.end_scale, strict=True):
            _multiply(of_v, self.v, self.drop, self.spare)
            self.drop += self.sum
            ends.append(self._size(self.drop, scale))
        loading[shape.branch[1:]] = np.maximum(*ends)[1:]
        return (voltage, loading), supply

    def _size(self, x: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """Magnitude of pairs (n, 2, n_t), times a scale."""
        result: np.ndarray = x[:, 0] * x[:, 0]
        np.multiply(x[:, 1], x[:, 1], out=self.spare)
        result += self.spare
        np.sqrt(result, out=result)
        result *= scale[:, None]
        return result


def _multiply(factor: np.ndarray, x: np.ndarray, out: np.ndarray, spare: np.ndarray) -> None:
    """Complex factor (n,) times pairs x (n, 2, n_t) into out."""
    re, im = factor.real[:, None], factor.imag[:, None]
    np.multiply(x, re[:, None], out=out)
    np.multiply(x[:, 1], im, out=spare)
    out[:, 0] -= spare
    np.multiply(x[:, 0], im, out=spare)
    out[:, 1] += spare
