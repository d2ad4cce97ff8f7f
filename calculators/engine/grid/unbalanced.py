"""The circuit of a network with three phases, in symmetrical components.

Each node has a zero, positive and negative-sequence voltage; lines and transformers couple none of them, so the
coupling is in the loads alone. A phase voltage is V_x = V_0 + h^x V_1 + h^-x V_2 with h = exp(-120 degrees),
turned back by the phase shift of the transformers passed; delta loads see the difference of two [1]_.

References
----------
.. [1] Fortescue, "Method of symmetrical co-ordinates applied to the solution of polyphase networks", Trans. AIEE
   37(2), 1918; Anderson, "Analysis of faulted power systems", IEEE Press, 1995, chapters 2 and 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calculators.engine.errors import InputError, Problem
from calculators.engine.grid.balanced import admittances, loading_per_current
from calculators.engine.grid.components import components
from calculators.engine.grid.linear import Circuit, Quantity
from calculators.engine.grid.network import S_BASE_KVA, Network
from calculators.engine.grid.phases import ThreePhase

S_PHASE_KVA = S_BASE_KVA / 3.0
TURN = np.exp(-2j * np.pi / 3)
PHASE_OF_SEQUENCE = np.array([[1, TURN**x, TURN**-x] for x in range(3)])
"""Phase x from the sequences (0, 1, 2)."""


@dataclass(frozen=True)
class Earth:
    """What the zero sequence of each node rests on.

    Attributes
    ----------
    has_neutral : ndarray of bool, shape (n_node,)
        Whether zero-sequence current has a way back to a transformer's star point or the source.
    loose : ndarray of int
        One node of each part whose zero-sequence voltage nothing fixes.
    """

    has_neutral: np.ndarray
    loose: np.ndarray


def earth(network: Network, phases: ThreePhase) -> Earth:
    """Follow the zero sequence from star points and the source."""
    start, stop = network.branch_from, network.branch_to
    joined = phases.branch_y0_pu[1] != 0
    label = components(network.n_node, start[joined], stop[joined])
    trafo = np.zeros(network.n_branch, dtype=bool)
    trafo[network.trafo_branch[network.trafo_branch >= 0]] = True
    rooted = np.zeros(network.n_node, dtype=bool)
    rooted[label[network.slack_node]] = True
    ff, ft, tf, tt = phases.branch_y0_pu
    for ends, at_end in ((start, ff + ft), (stop, tt + tf)):
        rooted[label[ends[trafo & (np.abs(at_end) > 0)]]] = True
    shunt = np.zeros(network.n_node)
    for ends, at_end in ((start, ff + ft), (stop, tt + tf)):
        np.add.at(shunt, label[ends], np.abs(at_end))
    parts = np.unique(label)
    return Earth(rooted[label], parts[~rooted[parts] & (shunt[parts] == 0)])


def lag(network: Network, phases: ThreePhase) -> np.ndarray:
    """Angle by which each node lags the supply point, as a factor of the positive-sequence voltage."""
    angle = np.full(network.n_node, np.nan)
    angle[network.slack_node] = 0.0
    start, stop, shift = network.branch_from, network.branch_to, phases.branch_shift_degree
    while True:  # as many rounds as the network is deep
        onward = ~np.isnan(angle[start]) & np.isnan(angle[stop])
        back = ~np.isnan(angle[stop]) & np.isnan(angle[start])
        if not (onward.any() or back.any()):
            break
        angle[stop[onward]] = angle[start[onward]] + shift[onward]
        angle[start[back]] = angle[stop[back]] - shift[back]
    factor: np.ndarray = np.exp(-1j * np.deg2rad(np.nan_to_num(angle)))
    return factor


class Unbalanced:
    """Builds the circuit for elements at (node, phase, delta).

    `nodes` and `branches` are those whose results are wanted; all unless changed.
    """

    def __init__(self, network: Network, phases: ThreePhase) -> None:
        self.network, self.phases = network, phases
        self.nodes, self.branches = np.arange(network.n_node), np.arange(network.n_branch)
        self.earth = earth(network, phases)
        turned = lag(network, phases)
        self.phase = np.repeat(PHASE_OF_SEQUENCE[None], network.n_node, axis=0)  # (n_node, 3, 3)
        self.phase[:, :, 1] *= turned[:, None]
        self.phase[:, :, 2] *= np.conj(turned)[:, None]
        self.between = self.phase - np.roll(self.phase, -1, axis=1)

    @classmethod
    def of(cls, network: Network) -> Unbalanced:
        """Return the model; `InputError` where the network has no three-phase data."""
        if network.three_phase is None:
            raise InputError(
                Problem(
                    "no-phases", "the network has no three-phase data.", "network", "Read it from its file."
                )
            )
        return cls(network, network.three_phase)

    def circuit(self, node: np.ndarray, phase: np.ndarray, delta: np.ndarray) -> Circuit:
        """Return the circuit with one element for each (node, phase, delta)."""
        network = self.network
        sees = np.where(delta[:, None], self.between[node, phase], self.phase[node, phase])
        row, col, y = self.entries()
        fixed = [3 * network.slack_node + 1]
        fixed += [3 * network.slack_node + s for s, z in self.source() if z == 0]
        return Circuit(
            group=np.repeat(np.arange(network.n_node), 3),
            row=row,
            col=col,
            y=y,
            fixed=np.array(fixed),
            v_fixed=np.array([network.slack_vm_pu] + [0.0] * (len(fixed) - 1), dtype=complex),
            n_element=node.size,
            element=np.repeat(np.arange(node.size), 3),
            node=(3 * node[:, None] + np.arange(3)).ravel(),
            sees=sees.ravel(),
            draws=np.conj(sees).ravel() / 3,
            quantities=(self.voltage(), self.unbalance(), self.loading(), self.neutral(), self.at_source()),
        )

    def source(self) -> tuple[tuple[int, complex], tuple[int, complex]]:
        return (0, self.phases.source_z0_pu), (2, self.phases.source_z2_pu)

    def entries(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Admittances of all sequences; zeros are left out, loose ends are tied to earth."""
        network = self.network
        start, stop = 3 * network.branch_from, 3 * network.branch_to
        slack = 3 * network.slack_node
        rows, cols, values = [3 * self.earth.loose], [3 * self.earth.loose], [np.ones(self.earth.loose.size)]
        positive = np.stack(admittances(network))
        for sequence, y in ((0, self.phases.branch_y0_pu), (1, positive), (2, positive)):
            rows += [start + sequence, start + sequence, stop + sequence, stop + sequence]
            cols += [start + sequence, stop + sequence, start + sequence, stop + sequence]
            values += list(y)
        for sequence, z in self.source():
            if z != 0:
                rows, cols = [*rows, np.array([slack + sequence])], [*cols, np.array([slack + sequence])]
                values.append(np.array([1 / z]))
        row, col, value = np.concatenate(rows), np.concatenate(cols), np.concatenate(values)
        used = value != 0
        return row[used], col[used], value[used]

    def voltage(self) -> Quantity:
        """|V| of each phase to neutral; between phases where there is no neutral."""
        n, nodes = self.nodes.size, self.nodes
        neutral = self.earth.has_neutral[nodes][:, None, None]
        seen = np.where(neutral, self.phase[nodes], self.between[nodes] / np.sqrt(3))
        index = np.repeat(np.arange(3 * n), 3)
        node = np.repeat(3 * nodes, 9) + np.tile(np.arange(3), 3 * n)
        return Quantity(3 * n, 1, "max", index, np.zeros(9 * n, dtype=int), node, seen.ravel())

    def unbalance(self) -> Quantity:
        """Negative over positive sequence. [%]"""
        n = self.nodes.size
        layer = np.repeat([0, 1], n)
        node = np.concatenate([3 * self.nodes + 2, 3 * self.nodes + 1])
        return Quantity(n, 2, "ratio", np.tile(np.arange(n), 2), layer, node, np.repeat([100.0, 1.0], n))

    def ends(self) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """For each end: its node, and the current entering there per voltage of the from and of the to node (3, m)."""
        ff, ft, tf, tt = (
            np.stack([zero, one, one])[:, self.branches]
            for zero, one in zip(self.phases.branch_y0_pu, admittances(self.network), strict=True)
        )
        start, stop = self.network.branch_from[self.branches], self.network.branch_to[self.branches]
        return [(start, ff, ft), (stop, tf, tt)]

    def loading(self) -> Quantity:
        """Highest of the phase currents at both ends over the rating. [%]"""
        pieces = []
        for end, ((node, of_from, of_to), scale) in enumerate(
            zip(self.ends(), loading_per_current(self.network), strict=True)
        ):
            for x in range(3):
                for s in range(3):
                    factor = self.phase[node, x, s] * scale[self.branches]
                    pieces.append((3 * end + x, s, factor * of_from[s], factor * of_to[s]))
        return self._of_branches(6, pieces)

    def neutral(self) -> Quantity:
        """Sum of the phase currents, at the end where it is larger. [A]"""
        pieces = []
        for end, (node, of_from, of_to) in enumerate(self.ends()):
            amps = 3 * S_BASE_KVA / np.sqrt(3.0) / self.network.node_vn_kv[node]
            pieces.append((end, 0, amps * of_from[0], amps * of_to[0]))
        return self._of_branches(2, pieces)

    def _of_branches(
        self, layers: int, pieces: Sequence[tuple[int, int, np.ndarray, np.ndarray]]
    ) -> Quantity:
        """Sum pieces (layer, sequence, factor of the from node's voltage, of the to node's)."""
        m = self.branches.size
        start, stop = 3 * self.network.branch_from[self.branches], 3 * self.network.branch_to[self.branches]
        node = np.concatenate([end + sequence for _, sequence, _, _ in pieces for end in (start, stop)])
        layer = np.repeat([layer for layer, _, _, _ in pieces], 2 * m)
        value = np.concatenate([factor for piece in pieces for factor in piece[2:]])
        index = np.tile(np.arange(m), 2 * len(pieces))
        used = value != 0
        return Quantity(m, layers, "max", index[used], layer[used], node[used], value[used])

    def at_source(self) -> Quantity:
        """|V_0| and |V_2| at the supply point: what its own impedance consumes."""
        slack = 3 * self.network.slack_node
        return Quantity(
            2, 1, "max", np.arange(2), np.zeros(2, dtype=int), np.array([slack, slack + 2]), np.ones(2)
        )
