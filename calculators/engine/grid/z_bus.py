"""Networks of any shape: the condensed impedance matrix applied as real matrix products."""

from __future__ import annotations

import numpy as np

from calculators.engine.grid.linear import System

SMALL_PRODUCT = 2**18
"""OpenBLAS spreads larger matrix products over all cores; the chunks are spread already, so that only hurts."""


def product(matrix: np.ndarray, x: np.ndarray, out: np.ndarray) -> None:
    """Matrix (m, k) times x (k, n) into out (m, n), in pieces of at most `SMALL_PRODUCT` multiplications."""
    (m, k), n = matrix.shape, x.shape[1]
    width = n
    while width % 2 == 0 and width > 32 and m * k * width > SMALL_PRODUCT:
        width //= 2
    height = max(SMALL_PRODUCT // max(k * width, 1), 1)
    if width == n and height >= m:
        np.matmul(matrix, x, out=out)
        return
    columns = x.reshape(k, -1, width).transpose(1, 0, 2)
    target = out.reshape(m, -1, width).transpose(1, 0, 2)
    for top in range(0, m, height):
        np.matmul(matrix[top : top + height], columns, out=target[:, top : top + height])


class ZBus:
    """A condensed circuit with memory for `n_t` steps; see `fixed_point.Operator`."""

    def __init__(self, system: System, n_t: int) -> None:
        self.system, self.n_t, self.u_empty = system, n_t, system.u_empty
        self.top = np.empty((system.cut.shape[0], n_t))
        self.inputs = [np.zeros((block.u.shape[1], n_t)) for block in system.blocks]
        for one in self.inputs:
            one[0] = 1.0
        self.out = np.empty((max(block.out.shape[0] for block in system.blocks), n_t))

    def voltages(self, current: np.ndarray, out: np.ndarray) -> None:
        product(self.system.cut, current.reshape(-1, self.n_t), self.top)
        cut, found = self.top.reshape(-1, 2, self.n_t), out.reshape(-1, self.n_t)
        for block, inputs in zip(self.system.blocks, self.inputs, strict=True):
            pairs, n = inputs.reshape(-1, 2, self.n_t), 1 + block.cut.size
            if block.cut.size:
                pairs[1:n] = cut[block.cut]
            pairs[n:] = current[block.first : block.last]
            if block.last > block.first:
                product(block.u, inputs, found[2 * block.first : 2 * block.last])

    def results(self) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        n = 2 * self.system.n_cut
        supply = self.system.supply[:, None] + self.top[n::2] + 1j * self.top[n + 1 :: 2]
        found = tuple(np.empty((size, self.n_t)) for size, _, _ in self.system.sizes)
        for block, inputs in zip(self.system.blocks, self.inputs, strict=True):
            out = self.out[: block.out.shape[0]]
            product(block.out, inputs, out)
            out *= out
            squared = out[0::2]
            squared += out[1::2]
            for rows in block.rows:
                _, combine, layers = self.system.sizes[rows.quantity]
                values = squared[rows.start : rows.stop].reshape(layers, rows.index.size, self.n_t)
                first = values[0]
                for layer in values[1:]:
                    (np.maximum if combine == "max" else np.divide)(first, layer, out=first)
                found[rows.quantity][rows.index] = np.sqrt(first, out=first)
        return found, supply
