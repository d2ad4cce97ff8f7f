"""The circuit of a balanced network: one node per electrical node, loads to earth."""

from __future__ import annotations

import numpy as np

from calculators.engine.grid.linear import Circuit, Quantity
from calculators.engine.grid.network import S_BASE_KVA, Network


def loading_per_current(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Loading in % of each branch per unit current at its from and its to end; pandapower's definition "current"."""
    kilo_amps = S_BASE_KVA / np.sqrt(3.0) / network.node_vn_kv / 1e3
    at_from, at_to = kilo_amps[network.branch_from], kilo_amps[network.branch_to]
    scale_from, scale_to = np.zeros(network.n_branch), np.zeros(network.n_branch)
    live = network.line_branch >= 0
    line = network.line_branch[live]
    scale_from[line] = 100 * at_from[line] / network.line_i_max_ka[live]
    scale_to[line] = 100 * at_to[line] / network.line_i_max_ka[live]
    live = network.trafo_branch >= 0
    trafo = network.trafo_branch[live]
    rated = 100 * 1e3 * np.sqrt(3.0) / network.trafo_s_kva[live]
    scale_from[trafo] = rated * at_from[trafo] * network.trafo_vn_hv_kv[live]
    scale_to[trafo] = rated * at_to[trafo] * network.trafo_vn_lv_kv[live]
    return scale_from, scale_to


def admittances(network: Network) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Admittances of each branch: from-from, from-to, to-from, to-to. [pu]"""
    series, ratio = 1.0 / network.branch_z_pu, network.branch_ratio
    across = -series / ratio
    return (series + network.branch_y_from_pu) / ratio**2, across, across, series + network.branch_y_to_pu


def circuit(network: Network, drawn: np.ndarray) -> Circuit:
    """Return the circuit with one element at each node of `drawn`; quantities: |V| of nodes, loading of branches."""
    start, stop = network.branch_from, network.branch_to
    ff, ft, tf, tt = admittances(network)
    every, branch = np.arange(network.n_node), np.arange(network.n_branch)
    scale_from, scale_to = loading_per_current(network)
    zero, one = np.zeros(network.n_branch, dtype=int), np.ones(network.n_branch, dtype=int)
    loading = Quantity(
        n=network.n_branch,
        layers=2,
        combine="max",
        index=np.tile(branch, 4),
        layer=np.concatenate([zero, zero, one, one]),
        node=np.concatenate([start, stop, start, stop]),
        value=np.concatenate([ff * scale_from, ft * scale_from, tf * scale_to, tt * scale_to]),
    )
    voltage = Quantity(
        network.n_node, 1, "max", every, np.zeros(network.n_node, dtype=int), every, np.ones(network.n_node)
    )
    return Circuit(
        group=every,
        row=np.concatenate([start, start, stop, stop]),
        col=np.concatenate([start, stop, start, stop]),
        y=np.concatenate([ff, ft, tf, tt]),
        fixed=np.array([network.slack_node]),
        v_fixed=np.array([network.slack_vm_pu], dtype=complex),
        n_element=drawn.size,
        element=np.arange(drawn.size),
        node=drawn,
        sees=np.ones(drawn.size),
        draws=np.ones(drawn.size),
        quantities=(voltage, loading),
    )
