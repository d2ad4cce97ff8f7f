"""Eliminating the blocks of a circuit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from calculators.engine.grid.linear import Block, Circuit, Rows, System, real
from calculators.engine.grid.partition import cheapest


def condense(circuit: Circuit) -> System:
    """Choose the cut nodes and eliminate the blocks."""
    return _Condensing(circuit, cheapest(circuit)).system()


@dataclass(frozen=True)
class _Part:
    """One eliminated block: V = k V_cut + z I; it adds `y` between its cut nodes and draws `drawn` I from them."""

    nodes: np.ndarray
    cut: np.ndarray
    y: np.ndarray
    drawn: np.ndarray
    k: np.ndarray
    z: np.ndarray


class _Condensing:
    def __init__(self, circuit: Circuit, block: np.ndarray) -> None:
        self.circuit, self.block = circuit, block
        self.n_block = int(block.max(initial=-1)) + 1
        fixed = circuit.fixed
        free_cut = np.flatnonzero(block < 0)
        free_cut = free_cut[~np.isin(free_cut, fixed)]
        self.tops = np.concatenate([free_cut, fixed]).astype(int)  # cut nodes, then fixed nodes
        self.n_cut = free_cut.size
        self.top = np.full(block.size, -1)
        self.top[self.tops] = np.arange(self.tops.size)
        at = np.zeros(circuit.n_element, dtype=int)
        at[circuit.element] = block[circuit.node]
        self.order = np.argsort(at, kind="stable")  # elements at cut nodes come first
        self.first = np.searchsorted(at[self.order], np.arange(-1, self.n_block + 1))
        self.rank = np.empty(circuit.n_element, dtype=int)
        self.rank[self.order] = np.arange(circuit.n_element)
        self.terminals = _by_block(block[circuit.node], self.n_block, with_cut=True)

    def system(self) -> System:
        parts, y_top, drawn = self.eliminated()
        free, held = slice(None, self.n_cut), slice(self.n_cut, None)
        v_fixed = self.circuit.v_fixed
        constant = (y_top[free, held] @ v_fixed)[:, None]
        moved = -np.linalg.solve(y_top[free, free], np.concatenate([drawn[free], constant], axis=1))
        v_top = np.concatenate([moved[:, -1], v_fixed])
        fed = y_top[held, free] @ moved[:, :-1] + drawn[held]
        blocks = self.blocks(parts, v_top)
        return System(
            order=self.order,
            n_cut=self.n_cut,
            cut=real(np.concatenate([moved[:, :-1], fed])),
            supply=y_top[held] @ v_top,
            u_empty=np.concatenate([one.u[0::2, 0] + 1j * one.u[1::2, 0] for one in blocks]),
            blocks=blocks,
            sizes=tuple((one.n, one.combine, one.layers) for one in self.circuit.quantities),
        )

    def eliminated(self) -> tuple[list[_Part], np.ndarray, np.ndarray]:
        """Return the blocks, the admittances left between cut and fixed nodes, and what elements draw there."""
        circuit, block, first, n = self.circuit, self.block, self.first, self.tops.size
        owner = np.maximum(block[circuit.row], block[circuit.col])
        y_top = np.zeros((n, n), dtype=complex)
        mine = owner < 0
        np.add.at(y_top, (self.top[circuit.row[mine]], self.top[circuit.col[mine]]), circuit.y[mine])
        # The cut nodes are a block of their own; what its elements draw acts through the cut voltages.
        drawn = np.zeros((n, circuit.n_element), dtype=complex)
        own = self.terminals[0]
        np.add.at(drawn, (self.top[circuit.node[own]], self.rank[circuit.element[own]]), circuit.draws[own])
        none = np.zeros((0, first[1]), dtype=complex)
        parts = [_Part(np.arange(0), np.arange(n), none, none, np.zeros((0, n), dtype=complex), none)]
        entries, members = _by_block(owner, self.n_block), _by_block(block, self.n_block)
        for index in range(self.n_block):
            columns = np.arange(first[index + 1], first[index + 2])
            part = self.eliminate(index, members[index], entries[index])
            y_top[np.ix_(part.cut, part.cut)] += part.y
            drawn[np.ix_(part.cut, columns)] += part.drawn
            parts.append(part)
        return parts, y_top, drawn

    def eliminate(self, index: int, nodes: np.ndarray, entries: np.ndarray) -> _Part:
        circuit = self.circuit
        place = np.full(self.block.size, -1)
        place[nodes] = np.arange(nodes.size)
        row, col, y = circuit.row[entries], circuit.col[entries], circuit.y[entries]
        cut = np.unique(self.top[np.concatenate([row, col])])
        cut = cut[cut >= 0]
        where = np.full(self.tops.size, -1)
        where[cut] = np.arange(cut.size)
        size = nodes.size
        local_row = np.where(place[row] >= 0, place[row], size + where[self.top[row]])
        local_col = np.where(place[col] >= 0, place[col], size + where[self.top[col]])
        full = np.zeros((size + cut.size,) * 2, dtype=complex)
        np.add.at(full, (local_row, local_col), y)
        n, low, high = cut.size, self.first[index + 1], self.first[index + 2]
        right = np.zeros((size, n + high - low), dtype=complex)
        right[:, :n] = full[:size, size:]
        own = self.terminals[index + 1]
        column = n - low + self.rank[circuit.element[own]]
        np.add.at(right, (place[circuit.node[own]], column), circuit.draws[own])
        answer = -np.linalg.solve(full[:size, :size], right)
        up = full[size:, :size] @ answer
        return _Part(nodes, cut, full[size:, size:] + up[:, :n], up[:, n:], answer[:, :n], answer[:, n:])

    def blocks(self, parts: list[_Part], v_top: np.ndarray) -> tuple[Block, ...]:
        """Turn the parts into matrices on [1, V of cut nodes, currents]."""
        circuit, tops, first = self.circuit, self.tops, self.first
        owners = []
        for quantity in circuit.quantities:
            owner = np.full(quantity.n, -1)
            np.maximum.at(owner, quantity.index, self.block[quantity.node])
            owners.append(_by_block(owner, self.n_block, with_cut=True))
        made = []
        for index, part in enumerate(parts):
            n = part.cut.size
            place = np.full(self.block.size, -1)
            place[part.nodes] = np.arange(part.nodes.size)
            place[tops[part.cut]] = part.nodes.size + np.arange(n)
            k = np.concatenate([part.k, np.eye(n)])
            z = np.concatenate([part.z, np.zeros((n, part.z.shape[1]))])
            moving = part.cut < self.n_cut
            whole = np.concatenate([(k @ v_top[part.cut])[:, None], k[:, moving], z], axis=1)
            u = np.zeros((first[index + 1] - first[index], whole.shape[1]), dtype=complex)
            own = self.terminals[index]
            seen = circuit.sees[own][:, None] * whole[place[circuit.node[own]]]
            np.add.at(u, self.rank[circuit.element[own]] - first[index], seen)
            out, rows = self.results([owner[index] for owner in owners], place, whole)
            made.append(
                Block(int(first[index]), int(first[index + 1]), part.cut[moving], real(u), real(out), rows)
            )
        return tuple(made)

    def results(
        self, owned: list[np.ndarray], place: np.ndarray, whole: np.ndarray
    ) -> tuple[np.ndarray, tuple[Rows, ...]]:
        """Matrix and places of the results that belong to one block."""
        pieces, rows, at = [np.zeros((0, whole.shape[1]), dtype=complex)], [], 0
        for number, (quantity, members) in enumerate(zip(self.circuit.quantities, owned, strict=True)):
            if not members.size:
                continue
            row_of = np.full(quantity.n, -1)
            row_of[members] = np.arange(members.size)
            mine = row_of[quantity.index] >= 0
            piece = np.zeros((members.size * quantity.layers, whole.shape[1]), dtype=complex)
            target = quantity.layer[mine] * members.size + row_of[quantity.index[mine]]
            np.add.at(piece, target, quantity.value[mine][:, None] * whole[place[quantity.node[mine]]])
            pieces.append(piece)
            rows.append(Rows(number, members, at, at + piece.shape[0]))
            at += piece.shape[0]
        return np.concatenate(pieces), tuple(rows)


def _by_block(block: np.ndarray, n_block: int, *, with_cut: bool = False) -> list[np.ndarray]:
    """Positions of each block's members; those of -1 first when wanted."""
    order = np.argsort(block, kind="stable")
    first = np.searchsorted(block[order], np.arange(-1 if with_cut else 0, n_block + 1))
    return [order[low:high] for low, high in pairwise(first)]
