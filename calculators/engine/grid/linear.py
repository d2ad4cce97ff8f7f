"""The linear part of a network: how voltages and currents follow from the currents that the loads draw.

Nodes are cut into blocks that meet only at a few cut nodes, so that the impedance matrix between loads is block
diagonal plus low rank. That is exact for any shape of network; it is cheap where the network is nearly a tree.

For a block b with cut nodes A: V_b = K V_A - Z I_b. Eliminating the blocks leaves a small system for the cut
nodes (Kron reduction, static condensation) [1]_.

References
----------
.. [1] Doerfler and Bullo, "Kron reduction of graphs with applications to electrical networks", IEEE Trans.
   Circuits and Systems I 60(1), 2013, https://doi.org/10.1109/TCSI.2012.2215780
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Quantity:
    """Results that are linear in the node voltages, up to taking magnitudes.

    Entry e adds `value[e]` times the voltage of `node[e]` to phasor (`index[e]`, `layer[e]`); of each index, the
    magnitudes of its layers are combined to the largest ("max") or to the first over the second ("ratio").
    """

    n: int
    layers: int
    combine: str
    index: np.ndarray
    layer: np.ndarray
    node: np.ndarray
    value: np.ndarray


@dataclass(frozen=True)
class Circuit:
    """A linear circuit with elements that draw given powers.

    Attributes
    ----------
    group : ndarray of int, shape (n,)
        Nodes of one group are never torn apart (the phases of one bus).
    row, col, y : ndarray
        Admittance matrix as entries to be summed. [pu]
    fixed, v_fixed : ndarray
        Nodes of known voltage, and the voltage. [pu]
    n_element : int
    element, node, sees, draws : ndarray
        Entry e adds `sees[e]` times the voltage of `node[e]` to the voltage of `element[e]`, whose current is drawn
        there `draws[e]` times. The nodes of one element lie in one group.
    quantities : tuple of Quantity
        What is to be known; the nodes of one phasor lie in two neighbouring groups at most.
    """

    group: np.ndarray
    row: np.ndarray
    col: np.ndarray
    y: np.ndarray
    fixed: np.ndarray
    v_fixed: np.ndarray
    n_element: int
    element: np.ndarray
    node: np.ndarray
    sees: np.ndarray
    draws: np.ndarray
    quantities: tuple[Quantity, ...]

    @property
    def element_group(self) -> np.ndarray:
        """Group of each element."""
        found = np.zeros(self.n_element, dtype=int)
        found[self.element] = self.group[self.node]
        return found


@dataclass(frozen=True)
class Rows:
    """A slice of one quantity that a block yields: phasor rows `start` to `stop`, layer by layer."""

    quantity: int
    index: np.ndarray
    start: int
    stop: int


@dataclass(frozen=True)
class Block:
    """One block: its elements are `first` to `last` in the system's order; matrices are real, see `real`.

    Both matrices apply to [1, voltages of the cut nodes `cut`, currents of the elements].
    """

    first: int
    last: int
    cut: np.ndarray
    u: np.ndarray
    out: np.ndarray
    rows: tuple[Rows, ...]


@dataclass(frozen=True)
class System:
    """A circuit made ready for many steps.

    `order` lists the circuit's elements in the order of the blocks. `cut` (n_cut + n_fixed, n_element) gives the
    part of the cut nodes' voltages that is due to the elements, then minus the currents the fixed nodes supply;
    the constant parts are in the blocks and in `supply` (n_fixed,).
    """

    order: np.ndarray
    n_cut: int
    cut: np.ndarray
    supply: np.ndarray
    u_empty: np.ndarray
    blocks: tuple[Block, ...]
    sizes: tuple[tuple[int, str, int], ...]


def real(matrix: np.ndarray) -> np.ndarray:
    """Complex matrix to the real one that acts on rows (re, im, re, im, ...)."""
    rows, cols = matrix.shape
    out = np.empty((rows, 2, cols, 2))
    out[:, 0, :, 0] = out[:, 1, :, 1] = matrix.real
    out[:, 1, :, 0] = matrix.imag
    np.negative(matrix.imag, out=out[:, 0, :, 1])
    return out.reshape(2 * rows, 2 * cols)
