"""A balanced year on the 294-bus Kerber suburb network: ours, power-grid-model and pandapower, same outputs."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pandapower
import pandapower.networks
from power_grid_model import (
    BranchSide,
    CalculationMethod,
    ComponentType,
    LoadGenType,
    PowerGridModel,
    WindingType,
    initialize_array,
)

from benchmarks.timing import median_of_five
from calculators.adapters.pandapower import from_pandapower
from calculators.engine.grid import solve

N_T = 8760
N_PANDAPOWER = 50
OUTPUTS = "voltage of 294 buses, loading of all lines and the transformer"


def table() -> dict[str, Any]:
    """Return the rows of the table: who, seconds for the whole year, ratio to ours, largest voltage difference."""
    random.seed(1)
    net = pandapower.networks.create_kerber_vorstadtnetz_kabel_1()
    network = from_pandapower(net)
    rng = np.random.default_rng(1)
    p_kw = network.p_load_kw[:, None] * rng.uniform(0.2, 1.5, (network.n_load, N_T))
    q_kvar = 0.2 * p_kw
    ours = solve(network, p_kw, q_kvar)
    rows = [{"who": "this engine, sweep", "seconds": median_of_five(lambda: solve(network, p_kw, q_kvar))}]
    rows.append(
        {
            "who": "this engine, Z-bus",
            "seconds": median_of_five(lambda: solve(network, p_kw, q_kvar, method="z-bus")),
        }
    )
    model, update, order = _power_grid_model(net, p_kw, q_kvar)
    for name, method in (
        ("iterative current", CalculationMethod.iterative_current),
        ("Newton-Raphson", CalculationMethod.newton_raphson),
    ):
        for threads in (1, 2):

            def run(method: CalculationMethod = method, threads: int = threads) -> Any:
                return model.calculate_power_flow(
                    update_data=update,
                    calculation_method=method,
                    threading=threads,
                    output_component_types=[
                        ComponentType.node,
                        ComponentType.line,
                        ComponentType.transformer,
                    ],
                )

            result = run()
            worst = np.abs(result[ComponentType.node]["u_pu"][:, order].T - ours.vm_pu).max()
            rows.append(
                {
                    "who": f"power-grid-model, {name}, {threads} thread(s)",
                    "seconds": median_of_five(run),
                    "voltage difference": float(worst),
                }
            )
    rows.append(_pandapower(net, p_kw, q_kvar, ours.vm_pu))
    best_peer = min(row["seconds"] for row in rows[2:])
    return {
        "title": f"Power flow, {N_T} steps, 294 buses",
        "outputs": OUTPUTS,
        "ratio to the fastest peer": round(best_peer / rows[0]["seconds"], 2),
        "rows": rows,
    }


def _pandapower(net: Any, p_kw: np.ndarray, q_kvar: np.ndarray, vm_pu: np.ndarray) -> dict[str, Any]:
    worst = 0.0

    def run() -> None:
        nonlocal worst
        for step in range(N_PANDAPOWER):
            net.load["p_mw"], net.load["q_mvar"] = p_kw[:, step] / 1e3, q_kvar[:, step] / 1e3
            pandapower.runpp(net, numba=False)
            worst = max(worst, float(np.abs(net.res_bus.vm_pu.to_numpy() - vm_pu[:, step]).max()))

    seconds = median_of_five(run) * N_T / N_PANDAPOWER
    return {
        "who": f"pandapower runpp, scaled from {N_PANDAPOWER} steps",
        "seconds": seconds,
        "voltage difference": worst,
    }


def _power_grid_model(
    net: Any, p_kw: np.ndarray, q_kvar: np.ndarray
) -> tuple[PowerGridModel, Any, np.ndarray]:
    """Return the same network and load series in power-grid-model, and its node order by our buses."""
    buses = list(net.bus.index)
    number = {bus: position for position, bus in enumerate(buses)}
    node = initialize_array("input", ComponentType.node, len(buses))
    node["id"] = np.arange(len(buses))
    node["u_rated"] = net.bus.vn_kv.to_numpy() * 1e3
    base = 100_000
    line = initialize_array("input", ComponentType.line, len(net.line))
    line["id"] = base + np.arange(len(net.line))
    line["from_node"] = [number[bus] for bus in net.line.from_bus]
    line["to_node"] = [number[bus] for bus in net.line.to_bus]
    line["from_status"] = line["to_status"] = 1
    length = net.line.length_km.to_numpy()
    line["r1"], line["x1"] = net.line.r_ohm_per_km * length, net.line.x_ohm_per_km * length
    line["c1"], line["tan1"] = net.line.c_nf_per_km * length * 1e-9, 0.0
    line["i_n"] = net.line.max_i_ka * 1e3
    trafo = net.trafo.iloc[0]
    transformer = initialize_array("input", ComponentType.transformer, 1)
    transformer["id"] = 2 * base
    transformer["from_node"], transformer["to_node"] = number[trafo.hv_bus], number[trafo.lv_bus]
    transformer["from_status"] = transformer["to_status"] = 1
    transformer["u1"], transformer["u2"] = trafo.vn_hv_kv * 1e3, trafo.vn_lv_kv * 1e3
    transformer["sn"], transformer["uk"] = trafo.sn_mva * 1e6, trafo.vk_percent / 100
    transformer["pk"] = trafo.vkr_percent / 100 * trafo.sn_mva * 1e6
    transformer["i0"], transformer["p0"] = trafo.i0_percent / 100, trafo.pfe_kw * 1e3
    transformer["winding_from"], transformer["winding_to"] = WindingType.delta, WindingType.wye_n
    transformer["clock"], transformer["tap_side"] = 5, BranchSide.from_side
    transformer["tap_pos"] = transformer["tap_min"] = transformer["tap_max"] = transformer["tap_nom"] = 0
    transformer["tap_size"] = 0
    source = initialize_array("input", ComponentType.source, 1)
    source["id"], source["node"], source["status"] = 3 * base, number[net.ext_grid.bus.iloc[0]], 1
    source["u_ref"], source["sk"] = net.ext_grid.vm_pu.iloc[0], 1e20
    load = initialize_array("input", ComponentType.sym_load, len(net.load))
    load["id"] = 4 * base + np.arange(len(net.load))
    load["node"] = [number[bus] for bus in net.load.bus]
    load["status"], load["type"] = 1, LoadGenType.const_power
    load["p_specified"], load["q_specified"] = 0.0, 0.0
    update = initialize_array("update", ComponentType.sym_load, (p_kw.shape[1], len(net.load)))
    update["id"] = load["id"]
    update["p_specified"], update["q_specified"] = p_kw.T * 1e3, q_kvar.T * 1e3
    model = PowerGridModel(
        {
            ComponentType.node: node,
            ComponentType.line: line,
            ComponentType.transformer: transformer,
            ComponentType.source: source,
            ComponentType.sym_load: load,
        }
    )
    return model, {ComponentType.sym_load: update}, np.arange(len(buses))
