"""Where to cut a circuit into blocks."""

from __future__ import annotations

import numpy as np

from calculators.engine.grid.components import components
from calculators.engine.grid.linear import Circuit

BLOCK_SIZES = (6, 10, 16, 24, 40, 64, 100, 160, 10**9)
"""Sizes tried for the blocks; the cheapest by `_cost` is taken."""

CALL_COST = 250.0
"""What the numpy calls of one more block cost, in multiplications per step."""


def cheapest(circuit: Circuit) -> np.ndarray:
    """Block of each node, -1 for cut nodes; the cheapest of the sizes tried."""
    neighbours = _Neighbours(circuit)
    blocks = (neighbours.blocks(size)[circuit.group] for size in BLOCK_SIZES)
    return min(blocks, key=lambda block: _cost(circuit, block))


class _Neighbours:
    """The groups of a circuit, a spanning tree over them, and what each group weighs."""

    def __init__(self, circuit: Circuit) -> None:
        n = int(circuit.group.max()) + 1
        one, other = circuit.group[circuit.row], circuit.group[circuit.col]
        apart = one != other
        pairs = np.unique(one[apart].astype(np.int64) * n + other[apart])
        self.n, self.start, self.stop = n, pairs // n, pairs % n
        self.roots = np.unique(circuit.group[circuit.fixed])
        self.weight = np.bincount(circuit.element_group, minlength=n) + 0.25
        first = np.searchsorted(self.start, np.arange(n + 1))
        self.parent = np.full(n, -2)
        self.parent[self.roots] = -1
        self.queue = list(self.roots)
        for here in self.queue:  # grows while it is read
            for there in self.stop[first[here] : first[here + 1]]:
                if self.parent[there] == -2:
                    self.parent[there] = here
                    self.queue.append(there)

    def blocks(self, size: float) -> np.ndarray:
        """Block of each group, -1 for cut groups: the tree is cut wherever more than `size` would hang together."""
        is_cut = np.zeros(self.n, dtype=bool)
        is_cut[self.roots] = True
        below = self.weight.copy()
        for here in reversed(self.queue):
            if below[here] > size:
                is_cut[here] = True
            elif self.parent[here] >= 0:
                below[self.parent[here]] += below[here]
        # Blocks are what hangs together without the cut groups; loops may join what the tree kept apart.
        inner = ~is_cut[self.start] & ~is_cut[self.stop]
        label = components(self.n, self.start[inner], self.stop[inner])
        label[is_cut] = -1
        label[~is_cut] = np.unique(label[~is_cut], return_inverse=True)[1]
        return label


def _cost(circuit: Circuit, block: np.ndarray) -> float:
    """Rough multiplications per step: five passes, the results, inverting spread over many steps, and calls."""
    n_block = int(block.max(initial=-1)) + 1
    nodes = np.bincount(block + 1, minlength=n_block + 1).astype(float)
    of_group = np.zeros(int(circuit.group.max()) + 1, dtype=int)
    of_group[circuit.group] = block
    load = np.bincount(of_group[circuit.element_group] + 1, minlength=n_block + 1).astype(float)
    results = sum(quantity.layers * quantity.n for quantity in circuit.quantities) / max(block.size, 1)
    one_pass = (load[1:] * (load[1:] + 2)).sum() + 2 * nodes[0] * load.sum()
    return float(
        5 * one_pass
        + (results * nodes[1:] * (load[1:] + 2)).sum()
        + (nodes**3).sum() / 1e3
        + CALL_COST * n_block
    )
