"""Where to draw each line of a network: a tree away from its supply point, without coordinates."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from calculators.engine.grid.network import S_BASE_KVA, Network


@dataclass(frozen=True)
class Layout:
    """Ends of each line on paper.

    Attributes
    ----------
    x_from, x_to : ndarray, shape (n_line,)
        Electrical distance from the supply point: impedance summed along the way, at the line's own voltage.
        [ohm]; NaN for a line that carries nothing.
    y_from, y_to : ndarray, shape (n_line,)
        Place across, so that branches do not cross. [-]
    """

    x_from: np.ndarray
    y_from: np.ndarray
    x_to: np.ndarray
    y_to: np.ndarray


def tree_layout(network: Network) -> Layout:
    """Return where each line is drawn; a meshed network is drawn along its shortest paths.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Layout
        Transformers take no room across and no distance: the drawing starts at their low-voltage side.
    """
    ohm = np.abs(network.branch_z_pu) * network.node_vn_kv[network.branch_to] ** 2 * 1e3 / S_BASE_KVA
    ohm[network.trafo_branch[network.trafo_branch >= 0]] = 0.0
    parent, order, distance = _shortest(network, ohm)
    children: list[list[int]] = [[] for _ in range(network.n_node)]
    for node in order[1:]:
        children[parent[node]].append(node)
    across = np.zeros(network.n_node)
    leaves = 0
    for node in _depth_first(network.slack_node, children):
        if children[node]:
            across[node] = np.mean([across[child] for child in children[node]])
        else:
            across[node] = leaves
            leaves += 1
    ends = []
    for side in (network.branch_from, network.branch_to):
        for place in (distance, across):
            values = np.full(len(network.line_branch), np.nan)
            live = network.line_branch >= 0
            values[live] = place[side[network.line_branch[live]]]
            ends.append(values)
    return Layout(*ends)


def _shortest(network: Network, ohm: np.ndarray) -> tuple[np.ndarray, list[int], np.ndarray]:
    """Return parent, order and distance of each node from the supply point, by Dijkstra's method."""
    beside: list[list[tuple[int, float]]] = [[] for _ in range(network.n_node)]
    for start, end, length in zip(network.branch_from, network.branch_to, ohm, strict=True):
        beside[start].append((int(end), float(length)))
        beside[end].append((int(start), float(length)))
    distance = np.full(network.n_node, np.inf)
    parent = np.full(network.n_node, -1)
    distance[network.slack_node] = 0.0
    order: list[int] = []
    done = np.zeros(network.n_node, dtype=bool)
    heap = [(0.0, network.slack_node)]
    while heap:
        _, node = heapq.heappop(heap)
        if done[node]:
            continue
        done[node] = True
        order.append(node)
        for other, length in beside[node]:
            if distance[node] + length < distance[other]:
                distance[other] = distance[node] + length
                parent[other] = node
                heapq.heappush(heap, (distance[other], other))
    return parent, order, distance


def _depth_first(root: int, children: list[list[int]]) -> list[int]:
    """Return nodes so that every node comes after all below it, and leaves in the order they are drawn."""
    out: list[int] = []
    stack = [(root, False)]
    while stack:
        node, below_done = stack.pop()
        if below_done:
            out.append(node)
            continue
        stack.append((node, True))
        stack += [(child, False) for child in reversed(children[node])]
    return out
