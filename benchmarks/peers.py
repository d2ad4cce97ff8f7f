"""The same network and load series in power-grid-model, symmetric or by phase."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from power_grid_model import (
    BranchSide,
    CalculationMethod,
    ComponentType,
    LoadGenType,
    PowerGridModel,
    WindingType,
    initialize_array,
)

LINE, TRANSFORMER, SOURCE, LOAD = 100_000, 200_000, 300_000, 400_000
OUTPUT = [ComponentType.node, ComponentType.line, ComponentType.transformer]

Run = Callable[[CalculationMethod, int], np.ndarray]
"""Method and number of threads to the voltages, (n_bus, n_t) or (n_bus, 3, n_t)."""


def power_grid_model(net: Any, p_kw: np.ndarray, q_kvar: np.ndarray) -> Run:
    """Return what runs power-grid-model on a pandapower network of lines, transformers and one ideal source.

    Parameters
    ----------
    net : pandapowerNet
        Loads in `load` for two-dimensional powers, in `asymmetric_load` for three; no taps off neutral.
    p_kw, q_kvar : ndarray, shape (n_load, n_t) or (n_load, 3, n_t)
    """
    by_phase = p_kw.ndim == 3
    table = net.asymmetric_load if by_phase else net.load
    number = {bus: position for position, bus in enumerate(net.bus.index)}
    kind = ComponentType.asym_load if by_phase else ComponentType.sym_load
    load = initialize_array("input", kind, len(table))
    load["id"] = LOAD + np.arange(len(table))
    load["node"] = [number[bus] for bus in table.bus]
    load["status"], load["type"] = 1, LoadGenType.const_power
    load["p_specified"], load["q_specified"] = 0.0, 0.0
    update = initialize_array("update", kind, (p_kw.shape[-1], len(table)))
    update["id"] = load["id"]
    update["p_specified"], update["q_specified"] = (
        np.ascontiguousarray(np.moveaxis(power, -1, 0)) * 1e3 for power in (p_kw, q_kvar)
    )
    model = PowerGridModel(
        {
            ComponentType.node: _nodes(net),
            ComponentType.line: _lines(net, number),
            ComponentType.transformer: _transformers(net, number),
            ComponentType.source: _source(net, number),
            kind: load,
        },
        system_frequency=net.f_hz,
    )

    def run(method: CalculationMethod, threads: int) -> np.ndarray:
        found = model.calculate_power_flow(
            symmetric=not by_phase,
            update_data={kind: update},
            calculation_method=method,
            threading=threads,
            output_component_types=OUTPUT,
        )
        voltage: np.ndarray = np.moveaxis(found[ComponentType.node]["u_pu"], 0, -1)
        return voltage

    return run


def _nodes(net: Any) -> np.ndarray:
    node = initialize_array("input", ComponentType.node, len(net.bus))
    node["id"] = np.arange(len(net.bus))
    node["u_rated"] = net.bus.vn_kv.to_numpy() * 1e3
    return node


def _lines(net: Any, number: dict[int, int]) -> np.ndarray:
    line = initialize_array("input", ComponentType.line, len(net.line))
    line["id"] = LINE + np.arange(len(net.line))
    line["from_node"] = [number[bus] for bus in net.line.from_bus]
    line["to_node"] = [number[bus] for bus in net.line.to_bus]
    line["from_status"] = line["to_status"] = 1
    length = net.line.length_km.to_numpy()
    line["tan1"] = line["tan0"] = 0.0
    line["i_n"] = net.line.max_i_ka * 1e3
    for sequence, mark in (("1", ""), ("0", "0")):
        if f"r{mark}_ohm_per_km" not in net.line:
            continue
        line[f"r{sequence}"] = net.line[f"r{mark}_ohm_per_km"] * length
        line[f"x{sequence}"] = net.line[f"x{mark}_ohm_per_km"] * length
        line[f"c{sequence}"] = net.line[f"c{mark}_nf_per_km"] * length * 1e-9
    return line


def _transformers(net: Any, number: dict[int, int]) -> np.ndarray:
    made = initialize_array("input", ComponentType.transformer, len(net.trafo))
    made["id"] = TRANSFORMER + np.arange(len(net.trafo))
    made["from_node"] = [number[bus] for bus in net.trafo.hv_bus]
    made["to_node"] = [number[bus] for bus in net.trafo.lv_bus]
    made["from_status"] = made["to_status"] = 1
    made["u1"], made["u2"] = net.trafo.vn_hv_kv * 1e3, net.trafo.vn_lv_kv * 1e3
    made["sn"], made["uk"] = net.trafo.sn_mva * 1e6, net.trafo.vk_percent / 100
    made["pk"] = net.trafo.vkr_percent / 100 * net.trafo.sn_mva * 1e6
    made["i0"], made["p0"] = net.trafo.i0_percent / 100, net.trafo.pfe_kw * 1e3
    made["winding_from"], made["winding_to"] = WindingType.delta, WindingType.wye_n
    made["clock"], made["tap_side"] = 5, BranchSide.from_side
    made["tap_pos"] = made["tap_min"] = made["tap_max"] = made["tap_nom"] = 0
    made["tap_size"] = 0
    return made


def _source(net: Any, number: dict[int, int]) -> np.ndarray:
    source = initialize_array("input", ComponentType.source, 1)
    source["id"], source["node"], source["status"] = SOURCE, number[net.ext_grid.bus.iloc[0]], 1
    source["u_ref"], source["sk"] = net.ext_grid.vm_pu.iloc[0], 1e20
    return source
